package dev.eddy.network;

import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a network's outputs mean: de-normalised values, and for a tagger its labels. Immutable. */
public final class Readout {
    private final double[] mean; // null: values are the outputs
    private final double[] std;
    private final List<String> labels; // empty: not a tagger

    Readout(ModelSpec spec, Network network) {
        List<HeadSpec> heads = spec.allHeads();
        boolean scaled = heads.stream().anyMatch(head -> head.mean() != null);
        double[][] scaling = scaled ? headScaling(heads, network.outputSize()) : targetScaling(spec);
        this.mean = scaling == null ? null : scaling[0];
        this.std = scaling == null ? null : scaling[1];
        this.labels = spec.task() instanceof Task.Tag ? labels(heads.get(0), network) : List.of();
        if (spec.task() instanceof Task.Tag tag && tag.blank() != null && !labels.contains(tag.blank())) {
            throw new InvalidModelException("the blank '" + tag.blank() + "' is not among the labels " + labels);
        }
        if (mean != null && mean.length != network.outputSize()) {
            throw new InvalidModelException("the head has " + network.outputSize() + " outputs but " + mean.length
                    + " means; give one for each output");
        }
        if (spec.task() instanceof Task.Predict predict && predict.fields().size() != network.outputSize()) {
            throw new InvalidModelException(
                    "the task predicts " + predict.fields().size() + " fields but the head has " + network.outputSize()
                            + " outputs; name one field for each output");
        }
    }

    /** The mean and std of one head, or of several one after the other; 0 and 1 for those that have none. */
    private static double[][] headScaling(List<HeadSpec> heads, int outputs) {
        if (heads.size() == 1) {
            return new double[][] {heads.get(0).mean(), heads.get(0).std()};
        }
        double[] mean = new double[outputs];
        double[] std = new double[outputs];
        Arrays.fill(std, 1);
        int at = 0;
        for (HeadSpec head : heads) {
            if (head.mean() != null && head.mean().length != head.output()) {
                throw new InvalidModelException("a head has " + head.output() + " outputs but " + head.mean().length
                        + " means; give one for each output");
            } else if (head.mean() != null) {
                System.arraycopy(head.mean(), 0, mean, at, head.output());
                System.arraycopy(head.std(), 0, std, at, head.output());
            }
            at += head.output();
        }
        return new double[][] {mean, std};
    }

    /** A predicted field that is also a normalised feature comes back in the feature's units. */
    private static double[][] targetScaling(ModelSpec spec) {
        boolean linear = spec.allHeads().stream().allMatch(head -> head.kind() == HeadSpec.Kind.LINEAR);
        if (!(spec.task() instanceof Task.Predict predict) || !linear) {
            return null;
        }
        double[] mean = new double[predict.fields().size()];
        double[] std = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            String field = predict.fields().get(i);
            Feature.Numeric feature = spec.features().stream()
                    .filter(Feature.Numeric.class::isInstance)
                    .map(Feature.Numeric.class::cast)
                    .filter(f -> f.field().equals(field))
                    .findFirst()
                    .orElse(null);
            mean[i] = feature == null ? 0 : feature.mean();
            std[i] = feature == null ? 1 : feature.std();
        }
        return new double[][] {mean, std};
    }

    private static List<String> labels(HeadSpec head, Network network) {
        List<String> labels = head.labels();
        if (labels.isEmpty()) {
            labels = new ArrayList<>();
            for (int i = 0; i < network.labelCount(); i++) {
                labels.add(Integer.toString(i));
            }
        }
        if (labels.size() != network.labelCount()) {
            throw new InvalidModelException("the head has " + labels.size() + " labels but tells "
                    + network.labelCount() + " apart; give one for each output");
        }
        return List.copyOf(labels);
    }

    /** Whether every event gets a label. */
    public boolean tags() {
        return !labels.isEmpty();
    }

    /** The labels, in the order of the probabilities; empty unless the model is a tagger. */
    public List<String> labels() {
        return labels;
    }

    /** The values of the network's outputs, de-normalised where the spec says so. */
    public double[] values(float[] outputs) {
        double[] values = new double[outputs.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = mean == null ? outputs[i] : outputs[i] * std[i] + mean[i];
        }
        return values;
    }

    /** The index of the most probable label; the first of equals. */
    public int best(float[] probabilities) {
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            if (probabilities[i] > probabilities[best]) {
                best = i;
            }
        }
        return best;
    }
}
