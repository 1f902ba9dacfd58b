package dev.eddy.catalogue;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import java.io.IOException;
import java.util.function.Function;

/** Reads one model from the records of a control topic. */
public final class PublishedModel {
    private PublishedModel() {}

    /**
     * The model, whole and hashed.
     *
     * @param id       name, version and fingerprint it must have
     * @param records  the control topic: the newest value of a key, or null
     * @param maxBytes largest file accepted
     * @throws InvalidModelException if it is not there, not whole, or another one
     */
    public static ModelFile read(ModelId id, Function<String, byte[]> records, long maxBytes) {
        byte[] value = records.apply(ControlRecords.manifestKey(id.name(), id.version()));
        if (value == null) {
            throw new InvalidModelException("it is not published");
        }
        try {
            ModelManifest manifest = ControlRecords.manifest(value);
            Fingerprint published = Fingerprint.ofHash(manifest.getFingerprint().bytes());
            if (!published.equals(id.fingerprint())) {
                throw new InvalidModelException("what is published there is another one, " + published.brief());
            }
            return ModelFile.read(new Assembly(maxBytes).assemble(manifest, records));
        } catch (IOException e) {
            throw new InvalidModelException("its manifest is garbage", e);
        } catch (Assembly.ChunkMissingException e) {
            throw new InvalidModelException(e.getMessage(), e);
        }
    }
}
