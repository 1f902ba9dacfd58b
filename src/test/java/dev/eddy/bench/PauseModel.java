package dev.eddy.bench;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.testing.TestModels;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A large model with a quick step: an embedding of many ids before an LSTM, as language models and item models have. */
final class PauseModel {
    private static final int WIDTH = 64;

    private PauseModel() {}

    /** How many ids an embedding of so many bytes has. */
    static int ids(int bytes) {
        return bytes / Float.BYTES / WIDTH;
    }

    /** A version of about so many bytes, with weights of its own. */
    static ModelFile version(int number, int bytes) {
        List<Feature> inputs = List.of(new Feature.Vector("item", WIDTH, null, null, null));
        ModelFile base = TestModels.model(
                "items", "" + number, inputs, CellKind.LSTM, WIDTH, 4, new Task.Values(), List.of(), number);
        float[] rows = new float[ids(bytes) * WIDTH];
        SplittableRandom random = new SplittableRandom(number);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextDouble(-1, 1);
        }
        Map<String, Tensor> tensors = new TreeMap<>(base.tensors());
        tensors.put("embedding", Tensor.of(rows, ids(bytes), WIDTH));
        ModelSpec spec = base.spec();
        return new ModelFile(
                new ModelSpec(
                        spec.name(),
                        spec.version(),
                        List.of(new Feature.Token("item", "embedding", null, false, null, null)),
                        spec.layers(),
                        spec.head(),
                        spec.task(),
                        null,
                        null,
                        null),
                tensors);
    }
}
