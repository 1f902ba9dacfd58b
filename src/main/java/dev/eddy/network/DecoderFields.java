package dev.eddy.network;

import dev.eddy.model.DecoderSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the outputs of a decoder of numbers are: where their fields stand in the raw input, and how they are de-normalised. */
final class DecoderFields {
    private final int[] positions; // (outputs); -1: not read from the event
    private final double[] mean; // (outputs)
    private final double[] std;

    private DecoderFields(int[] positions, double[] mean, double[] std) {
        this.positions = positions;
        this.mean = mean;
        this.std = std;
    }

    /** One output: its position in the raw input, and its feature's scaling. */
    private record Place(int position, double mean, double std) {}

    /**
     * The fields of a decoder.
     *
     * @throws InvalidModelException if they do not fit the outputs or the features
     */
    static DecoderFields of(DecoderSpec decoder, List<Feature> features, int outputs) {
        DecoderSpec.Numbers feedback = (DecoderSpec.Numbers) decoder.feedback();
        boolean last = feedback.start() == DecoderSpec.Numbers.First.LAST;
        List<Place> places = new ArrayList<>();
        feedback.fields().forEach(field -> places.addAll(places(field, features, last)));
        if (!feedback.fields().isEmpty() && places.size() != outputs) {
            throw new InvalidModelException("the fields " + feedback.fields() + " of the decoder are " + places.size()
                    + " numbers but its head has " + outputs + " outputs; name one for each output");
        }
        while (places.size() < outputs) {
            places.add(new Place(-1, 0, 1));
        }
        return scaled(decoder.head(), places, last);
    }

    /** Positions of the raw input that must be remembered of the last event: those the decoder reads first. */
    static Set<Integer> remembered(ModelSpec spec) {
        if (spec.decoder() == null
                || !(spec.decoder().feedback() instanceof DecoderSpec.Numbers feedback)
                || feedback.start() != DecoderSpec.Numbers.First.LAST) {
            return Set.of();
        }
        return feedback.fields().stream()
                .flatMap(field -> places(field, spec.features(), true).stream())
                .map(Place::position)
                .collect(Collectors.toSet());
    }

    private static List<Place> places(String field, List<Feature> features, boolean last) {
        int at = 0;
        for (Feature feature : features) {
            if (field.equals(feature.field()) && feature instanceof Feature.Numeric number) {
                return List.of(new Place(at, number.mean(), number.std()));
            } else if (field.equals(feature.field()) && feature instanceof Feature.Vector vector) {
                List<Place> places = new ArrayList<>();
                for (int i = 0; i < vector.length(); i++) {
                    boolean scaled = vector.mean() != null;
                    places.add(new Place(at + i, scaled ? vector.mean()[i] : 0, scaled ? vector.std()[i] : 1));
                }
                return places;
            } else if (field.equals(feature.field())) {
                throw new InvalidModelException("the decoder continues the field '" + field
                        + "', which is no number or vector among the features");
            }
            at += feature.width();
        }
        if (last) {
            throw new InvalidModelException("the decoder starts from the last event's '" + field
                    + "', which is not among the features; add the feature or start from zero");
        }
        return List.of(new Place(-1, 0, 1));
    }

    private static DecoderFields scaled(HeadSpec head, List<Place> places, boolean last) {
        int[] positions = places.stream().mapToInt(Place::position).toArray();
        boolean linear = head.kind() == HeadSpec.Kind.LINEAR;
        double[] mean =
                places.stream().mapToDouble(place -> linear ? place.mean() : 0).toArray();
        double[] std =
                places.stream().mapToDouble(place -> linear ? place.std() : 1).toArray();
        if (head.mean() == null) {
            return new DecoderFields(positions, mean, std);
        }
        if (head.mean().length != positions.length) {
            throw new InvalidModelException("the decoder's head has " + positions.length + " outputs but "
                    + head.mean().length + " means; give one for each output");
        }
        if (last && !(Arrays.equals(mean, head.mean()) && Arrays.equals(std, head.std()))) {
            throw new InvalidModelException(
                    "the decoder starts from the last event as its features normalise it but its"
                            + " head has another mean and std, so the first number read would be in other units than the rest;"
                            + " leave them out of the head");
        }
        return new DecoderFields(positions, head.mean(), head.std());
    }

    /** Number of outputs. */
    int width() {
        return positions.length;
    }

    /** Where each output's field is in what is remembered of an event. */
    int[] placesIn(FeatureEncoder encoder) {
        return Arrays.stream(positions).map(encoder::rememberedAt).toArray();
    }

    /** The outputs in the units of their fields. */
    double[] values(float[] outputs) {
        double[] values = new double[outputs.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = outputs[i] * std[i] + mean[i];
        }
        return values;
    }
}
