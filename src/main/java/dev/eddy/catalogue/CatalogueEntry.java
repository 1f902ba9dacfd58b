package dev.eddy.catalogue;

import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import java.util.function.Function;

/** What a catalogue keeps of one version. Guarded by the catalogue's lock. */
final class CatalogueEntry {
    /** The manifest that was taken. */
    ModelManifest manifest;
    /** The control topic: the newest value of a key, or null. */
    Function<String, byte[]> records;

    ModelVersion version;
    /** Why it was rejected may pass: a chunk has not come, or memory was short. */
    Lack lack = Lack.NOTHING;
    /** A manifest of other content that came later, and was not taken. */
    ModelManifest refused;
    /** Its manifest was removed from the control topic. */
    boolean removed;
    /** Since when no deployment has named it; milliseconds of the catalogue's clock. */
    long idleSince;

    enum Lack {
        NOTHING,
        CHUNK,
        MEMORY
    }

    CatalogueEntry(ModelManifest manifest, Function<String, byte[]> records) {
        this.manifest = manifest;
        this.records = records;
    }

    static ModelId id(ModelManifest manifest) {
        Fingerprint fingerprint = Fingerprint.ofHash(manifest.getFingerprint().bytes());
        return new ModelId(manifest.getName(), manifest.getVersion(), fingerprint);
    }

    /** Whether it could score but is not in memory. */
    boolean canBeLoaded() {
        boolean unloaded = version.verdict() == ModelVersion.Verdict.READY && !version.isLoaded();
        return unloaded || lack == Lack.MEMORY;
    }
}
