package dev.eddy.testing;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Probe;
import dev.eddy.model.Task;
import dev.eddy.network.LiveModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Small models with random weights, the same in every run. */
public final class TestModels {
    private TestModels() {}

    /** Predicts the next {@code value}, normalised by mean 10 and std 4, by one cell and a linear head. */
    public static ModelFile predictor(String name, String version, CellKind cell, int hidden, long seed) {
        List<Feature> features = List.of(new Feature.Numeric("value", 10.0, 4.0, null));
        return model(name, version, features, cell, hidden, 1, new Task.Predict(List.of("value"), 1), List.of(), seed);
    }

    /** Tags events of a vector {@code features} with one of the labels. */
    public static ModelFile tagger(
            String name, String version, int inputs, int hidden, List<String> labels, long seed) {
        List<Feature> features = List.of(new Feature.Vector("features", inputs, null, null, null));
        return model(name, version, features, CellKind.GRU, hidden, labels.size(), new Task.Tag(), labels, seed);
    }

    /** The same network with another bias in its head, which may carry on the states of the first. */
    public static ModelFile tuned(ModelFile model, String version, float bias) {
        Map<String, Tensor> tensors = new TreeMap<>(model.tensors());
        tensors.put("head.bias", Tensor.of(new float[] {bias}, 1));
        return new ModelFile(successor(model, version).spec(), tensors);
    }

    /** The same weights as another version, which may carry on the states of the first. */
    public static ModelFile successor(ModelFile model, String version) {
        ModelSpec spec = model.spec();
        ModelSpec successor = new ModelSpec(
                spec.name(),
                version,
                spec.features(),
                spec.layers(),
                spec.head(),
                spec.task(),
                null,
                null,
                List.of(model.id().fingerprint().toString()));
        return new ModelFile(successor, model.tensors());
    }

    /** A model whose probe it does not reproduce. */
    public static ModelFile failingProbe(String name, String version) {
        ModelFile good = predictor(name, version, CellKind.LSTM, 4, 1);
        Probe probe = new Probe(List.of(Map.of("value", 1.0)), new double[][] {{1e6}}, 0);
        return new ModelFile(good.spec().withProbes(List.of(probe)), good.tensors());
    }

    /** A compiled model. */
    public static LiveModel live(ModelFile file) {
        return LiveModel.compile(file.id(), file.spec(), file);
    }

    /** Any stack of features, one cell and a linear head. */
    public static ModelFile model(
            String name,
            String version,
            List<Feature> features,
            CellKind cell,
            int hidden,
            int outputs,
            Task task,
            List<String> labels,
            long seed) {
        int input = features.stream().mapToInt(Feature::width).sum();
        SplittableRandom random = new SplittableRandom(seed);
        int rows = cell.gates() * hidden;
        Map<String, Tensor> tensors = new TreeMap<>();
        tensors.put("rnn.weight_ih_l0", random(random, 0.5f, rows, input));
        tensors.put("rnn.weight_hh_l0", random(random, 0.3f, rows, hidden));
        tensors.put("rnn.bias_ih_l0", random(random, 0.2f, rows));
        tensors.put("rnn.bias_hh_l0", random(random, 0.2f, rows));
        tensors.put("head.weight", random(random, 0.5f, outputs, hidden));
        tensors.put("head.bias", random(random, 0.2f, outputs));
        Map<String, String> roles = new TreeMap<>();
        for (String role : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
            roles.put(role, "rnn." + role + "_l0");
        }
        ModelSpec spec = new ModelSpec(
                name,
                version,
                features,
                List.of(new LayerSpec(cell, input, hidden, null, null, roles)),
                new HeadSpec(HeadSpec.Kind.LINEAR, outputs, "head.weight", "head.bias", labels, null, null),
                task,
                null,
                null,
                null);
        return new ModelFile(spec, tensors);
    }

    private static Tensor random(SplittableRandom random, float scale, int... shape) {
        float[] values = new float[(int) Tensor.elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * scale);
        }
        return Tensor.of(values, shape);
    }

    /** Some JSON events with a {@code value}. */
    public static List<String> valueEvents(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add("{\"value\":" + Math.round(random.nextDouble() * 2000) / 100.0 + "}");
        }
        return events;
    }
}
