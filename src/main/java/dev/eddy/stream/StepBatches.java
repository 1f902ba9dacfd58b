package dev.eddy.stream;

import dev.eddy.network.LiveModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * The batches of a task, and with them its workspaces: one for each model in use, of which one at most gathers events. Used by
 * one thread.
 */
final class StepBatches {
    private static final int VERSIONS = 8;

    private final Function<LiveModel, StepBatch> maker;
    private final Map<LiveModel, StepBatch> batches;
    private StepBatch latest; // of the model looked for last; null: none was
    private StepBatch gathering; // null: no event waits for its step

    /**
     * No batches yet.
     *
     * @param models how many models of different names may be in turn, asked again and again
     * @param maker  makes the batch of a model
     */
    StepBatches(IntSupplier models, Function<LiveModel, StepBatch> maker) {
        this.maker = maker;
        this.batches = new LinkedHashMap<>(VERSIONS, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<LiveModel, StepBatch> eldest) {
                return size() > VERSIONS * models.getAsInt();
            }
        };
    }

    /** The batch of a model. */
    StepBatch of(LiveModel model) {
        if (latest == null || latest.model() != model) {
            latest = batches.computeIfAbsent(model, maker);
        }
        return latest;
    }

    /** A workspace of a model, free as long as no event is gathered. */
    ModelWorkspace workspace(LiveModel model) {
        return of(model).workspace();
    }

    /** The batch that gathers; null where no event waits for its step. */
    StepBatch gathering() {
        return gathering;
    }

    /** A batch has gathered an event; no other one has any. */
    void gatherIn(StepBatch batch) {
        gathering = batch;
    }

    /** Closes the batch that gathers, which is to be run; null if there is none. */
    StepBatch close() {
        StepBatch closed = gathering;
        gathering = null;
        return closed;
    }

    /** Lets go of models, so that they can leave memory. */
    void letGo(Predicate<LiveModel> models) {
        batches.keySet().removeIf(models);
        latest = null;
    }
}
