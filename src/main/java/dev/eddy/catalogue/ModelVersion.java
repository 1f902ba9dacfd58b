package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;

/**
 * A published version, as this instance sees it.
 *
 * @param id      the version
 * @param verdict whether it can score
 * @param reason  why it was rejected; empty otherwise
 * @param model   the compiled model; null unless ready
 */
public record ModelVersion(ModelId id, Verdict verdict, String reason, LiveModel model) {
    /** What an instance says of a version. */
    public enum Verdict {
        /** It is being assembled and compiled. */
        LOADING,
        /** It is compiled, and gives what its probes ask for. */
        READY,
        /** It cannot be used. */
        REJECTED
    }

    static ModelVersion loading(ModelId id) {
        return new ModelVersion(id, Verdict.LOADING, "", null);
    }

    static ModelVersion ready(LiveModel model) {
        return new ModelVersion(model.id(), Verdict.READY, "", model);
    }

    static ModelVersion rejected(ModelId id, String reason) {
        return new ModelVersion(id, Verdict.REJECTED, reason, null);
    }
}
