package dev.eddy.testing;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import java.util.List;

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
                base.task(),
                emit,
                "last",
                lookAhead,
                maxLength,
                base.probes(),
                base.stateOf());
    }
}
