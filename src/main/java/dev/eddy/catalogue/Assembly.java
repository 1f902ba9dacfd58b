package dev.eddy.catalogue;

import dev.eddy.model.Fingerprint;
import dev.eddy.model.InvalidModelException;
import dev.eddy.schema.ModelChunk;
import dev.eddy.schema.ModelManifest;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Function;

/** Puts a model file together from its chunks. Nothing is allocated before the manifest's claims are checked. */
final class Assembly {
    private final long maxBytes;

    Assembly(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A chunk has not come, or not yet. */
    static final class ChunkMissingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ChunkMissingException(int index, int chunks) {
            super("chunk " + index + " of " + chunks + " is missing; publish the model again", null, false, false);
        }
    }

    /**
     * The bytes of a published model.
     *
     * @param records the control topic: the newest value of a key, or null
     * @throws ChunkMissingException if a chunk is not there
     * @throws InvalidModelException if the parts do not give the file the manifest names
     */
    byte[] assemble(ModelManifest manifest, Function<String, byte[]> records) {
        checkClaims(manifest);
        byte[] file = new byte[(int) manifest.getSize()];
        int at = 0;
        for (int i = 0; i < manifest.getChunks(); i++) {
            byte[] value = records.apply(ControlRecords.chunkKey(manifest.getName(), manifest.getVersion(), i));
            if (value == null) {
                throw new ChunkMissingException(i, manifest.getChunks());
            }
            at = append(chunk(manifest, i, value), file, at);
        }
        Fingerprint got = Fingerprint.of(file);
        if (at != file.length || !got.startsWith(manifest.getFingerprint().bytes(), 0, Fingerprint.BYTES)) {
            throw new InvalidModelException("the chunks give a file of " + at + " bytes with hash " + got
                    + ", not what the manifest names; publish the model again");
        }
        return file;
    }

    /** @throws InvalidModelException if the size is too large, or does not fit the number of chunks */
    void checkClaims(ModelManifest manifest) {
        long most = (long) manifest.getChunks() * ControlRecords.CHUNK_BYTES;
        if (manifest.getSize() < 1 || manifest.getChunks() < 1 || manifest.getSize() > most) {
            throw new InvalidModelException(
                    "the manifest claims " + manifest.getSize() + " bytes in " + manifest.getChunks() + " chunks");
        }
        if (manifest.getSize() > maxBytes || manifest.getSize() > Integer.MAX_VALUE - 16) {
            throw new InvalidModelException("the model has " + manifest.getSize() + " bytes, more than the " + maxBytes
                    + " that eddy.model.max.bytes allows");
        }
    }

    private static ModelChunk chunk(ModelManifest manifest, int index, byte[] value) {
        ModelChunk chunk;
        try {
            chunk = ControlRecords.chunk(value);
        } catch (IOException e) {
            throw new InvalidModelException("chunk " + index + " is garbage; publish the model again", e);
        }
        boolean sameFile = Arrays.equals(
                chunk.getFingerprint().bytes(), manifest.getFingerprint().bytes());
        if (chunk.getIndex() != index || !sameFile) {
            throw new InvalidModelException("chunk " + index + " belongs to another file; publish the model again");
        }
        return chunk;
    }

    private static int append(ModelChunk chunk, byte[] file, int at) {
        int length = chunk.getData().remaining();
        if (length > file.length - at) {
            throw new InvalidModelException("the chunks have more bytes than the manifest claims");
        }
        chunk.getData().get(file, at, length);
        return at + length;
    }
}
