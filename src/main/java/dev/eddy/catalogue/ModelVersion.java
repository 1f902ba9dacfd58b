package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import dev.eddy.schema.ModelManifest;
import java.util.List;

/**
 * A published version, as this instance sees it.
 *
 * @param id       the version
 * @param verdict  whether it can score
 * @param reason   why it was rejected; empty otherwise
 * @param model    the compiled model; null unless it is ready and in memory
 * @param signedBy    ids of the trusted keys with a right signature
 * @param publishedAt when the manifest was written that was judged, epoch milliseconds
 */
public record ModelVersion(
        ModelId id, Verdict verdict, String reason, LiveModel model, List<String> signedBy, long publishedAt) {
    /** What an instance says of a version. */
    public enum Verdict {
        /** It is being assembled and compiled. */
        LOADING,
        /** It is compiled, and gives what its probes ask for. */
        READY,
        /** It cannot be used. */
        REJECTED
    }

    static ModelVersion loading(ModelManifest manifest) {
        return of(manifest, Verdict.LOADING, "", null, List.of());
    }

    static ModelVersion ready(ModelManifest manifest, LiveModel model, List<String> signedBy) {
        return of(manifest, Verdict.READY, "", model, signedBy);
    }

    static ModelVersion rejected(ModelManifest manifest, String reason) {
        return of(manifest, Verdict.REJECTED, reason, null, List.of());
    }

    private static ModelVersion of(
            ModelManifest manifest, Verdict verdict, String reason, LiveModel model, List<String> signedBy) {
        return new ModelVersion(
                CatalogueEntry.id(manifest), verdict, reason, model, signedBy, manifest.getPublishedAt());
    }

    /** The same version out of memory. */
    ModelVersion unloaded() {
        return new ModelVersion(id, verdict, reason, null, signedBy, publishedAt);
    }

    /** The same version, published again. */
    ModelVersion republished(ModelManifest manifest, List<String> signers) {
        return of(manifest, verdict, reason, model, signers);
    }

    /** Whether it is in memory, ready to score. */
    public boolean isLoaded() {
        return model != null;
    }

    /** Bytes it takes in memory now. */
    public long memoryBytes() {
        return model == null ? 0 : model.memoryBytes();
    }
}
