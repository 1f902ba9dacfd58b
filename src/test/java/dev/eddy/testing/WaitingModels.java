package dev.eddy.testing;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Small models whose answers wait for later events, or for the end of the sequence. */
public final class WaitingModels {
    /** The field an event of these models has. */
    public static final String FIELD = "value";

    private static final List<Feature> FEATURES = List.of(new Feature.Numeric(FIELD, null, null, null));

    private WaitingModels() {}

    /** A network that reads forward: two values of one number. */
    public static ModelFile forward(
            CellKind cell, Integer lookAhead, Integer maxLength, ModelSpec.Emit emit, long seed) {
        ModelFile base = TestModels.model("w", "1", FEATURES, cell, 6, 2, Task.VALUES, List.of(), seed);
        return new ModelFile(waiting(base.spec(), lookAhead, maxLength, emit), base.tensors());
    }

    /** A network that reads both ways: two values of one number. */
    public static ModelFile bothWays(CellKind cell, Integer lookAhead, Integer maxLength, long seed) {
        ModelFile forward = TestModels.model("w", "1", FEATURES, cell, 6, 2, Task.VALUES, List.of(), seed);
        ModelFile other = TestModels.model("w", "1", FEATURES, cell, 6, 2, Task.VALUES, List.of(), seed + 1);
        ModelSpec spec = forward.spec();
        LayerSpec layer = spec.layers().get(0);
        Map<String, Tensor> tensors = new TreeMap<>(forward.tensors());
        Map<String, String> roles = new TreeMap<>(layer.tensors());
        layer.tensors().forEach((role, name) -> {
            roles.put(role + LayerSpec.REVERSE, name + LayerSpec.REVERSE);
            tensors.put(name + LayerSpec.REVERSE, other.tensors().get(name));
        });
        float[] weights = new float[2 * 12];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i * 7 % 11 - 5) * 0.1f;
        }
        tensors.put(spec.head().weight(), Tensor.of(weights, 2, 12));
        LayerSpec both = new LayerSpec(
                cell, layer.input(), layer.hidden(), LayerSpec.Direction.BOTH, null, null, null, null, roles);
        ModelSpec stacked = new ModelSpec(
                spec.name(),
                spec.version(),
                spec.features(),
                List.of(both),
                spec.head(),
                spec.task(),
                null,
                null,
                null);
        return new ModelFile(waiting(stacked, lookAhead, maxLength, ModelSpec.Emit.EVERY), tensors);
    }

    /** A spec of one number without layers, for a network that is given. */
    public static ModelSpec bare(Integer lookAhead, Integer maxLength, ModelSpec.Emit emit) {
        ModelSpec base = new ModelSpec("w", "1", FEATURES, List.of(), null, null, null, null, null);
        return waiting(base, lookAhead, maxLength, emit);
    }

    /** A spec whose answers wait, with the end field {@code last}. */
    public static ModelSpec waiting(ModelSpec base, Integer lookAhead, Integer maxLength, ModelSpec.Emit emit) {
        return new ModelSpec(
                base.name(),
                base.version(),
                base.features(),
                base.layers(),
                base.head(),
                base.heads(),
                null,
                base.task(),
                emit,
                "last",
                lookAhead,
                maxLength,
                base.probes(),
                base.stateOf());
    }
}
