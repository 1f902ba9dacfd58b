package dev.eddy.app.models;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.Probe;
import dev.eddy.network.LiveModel;
import dev.eddy.network.ProbeCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Gives a model without probes one: a fixed pseudo-random sequence and what the model makes of it on this machine. */
public final class ModelProber {
    private static final int EVENTS = 12;
    private static final long SEED = 1990; // Elman, "Finding structure in time"
    private static final long HOUR = 3_600_000;

    private ModelProber() {}

    /**
     * The model, with at least one probe, checked by running it.
     *
     * @throws InvalidModelException if it cannot be compiled or fails its probes
     */
    public static ModelFile withProbe(ModelFile model) {
        LiveModel live = LiveModel.compile(model.id(), model.spec(), model);
        if (!model.spec().probes().isEmpty()) {
            return model;
        }
        List<Map<String, Object>> events = events(model);
        double[][] values = values(live, events);
        return new ModelFile(model.spec().withProbes(List.of(new Probe(events, values, 0))), model.tensors());
    }

    private static double[][] values(LiveModel live, List<Map<String, Object>> events) {
        double[][] values;
        try {
            values = ProbeCheck.values(live, events);
        } catch (BadEventException e) {
            throw new InvalidModelException("the model cannot score events of its own features: " + e.getMessage(), e);
        }
        if (!Arrays.stream(values).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            throw new InvalidModelException(
                    "the model's outputs overflow on ordinary inputs; are its weights damaged?");
        }
        return values;
    }

    private static List<Map<String, Object>> events(ModelFile model) {
        Random random = new Random(SEED);
        List<Map<String, Object>> events = new ArrayList<>();
        for (int t = 0; t < EVENTS; t++) {
            Map<String, Object> event = new LinkedHashMap<>();
            for (Feature feature : model.spec().features()) {
                if (feature instanceof Feature.Time) {
                    event.put("timestamp", t * HOUR);
                } else {
                    put(event, feature.field().split("\\.", -1), value(feature, model, random));
                }
            }
            events.add(event);
        }
        return events;
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> event, String[] path, Object value) {
        Map<String, Object> at = event;
        for (int i = 0; i < path.length - 1; i++) {
            at = (Map<String, Object>) at.computeIfAbsent(path[i], name -> new LinkedHashMap<String, Object>());
        }
        at.put(path[path.length - 1], value);
    }

    private static Object value(Feature feature, ModelFile model, Random random) {
        if (feature instanceof Feature.Numeric number) {
            return number(random, number.mean(), number.std());
        } else if (feature instanceof Feature.Category category) {
            return category.values().get(random.nextInt(category.values().size()));
        } else if (feature instanceof Feature.Token token) {
            boolean ids = token.vocabulary().isEmpty();
            int id = random.nextInt(
                    ids ? model.shape(token.embedding())[0] : token.vocabulary().size());
            return ids ? id : token.vocabulary().get(id);
        }
        Feature.Vector vector = (Feature.Vector) feature;
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < vector.length(); i++) {
            boolean scaled = vector.mean() != null;
            values.add(number(random, scaled ? vector.mean()[i] : 0, scaled ? vector.std()[i] : 1));
        }
        return values;
    }

    /** As a float32, so that its text is short. */
    private static double number(Random random, double mean, double std) {
        return Double.parseDouble(Float.toString((float) (mean + std * (2 * random.nextDouble() - 1))));
    }
}
