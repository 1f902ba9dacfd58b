package dev.eddy.catalogue;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import dev.eddy.network.ModelMemory;
import dev.eddy.network.StatePrecision;
import dev.eddy.schema.ModelManifest;

/**
 * What an instance asks of models, and how long it keeps them.
 *
 * @param maxBytes    largest model file, in bytes
 * @param maxTensors  most tensors of a model
 * @param memoryBytes what all loaded models may take together
 * @param unloadMs    how long a model stays loaded that no deployment names, in milliseconds
 * @param keys        whose signatures count
 * @param states      how exact states are from event to event
 */
public record CatalogueRules(
        long maxBytes, int maxTensors, long memoryBytes, long unloadMs, TrustedKeys keys, StatePrecision states) {
    /** No limit but that of the file, no signatures, and models stay loaded. */
    public static CatalogueRules ofMaxBytes(long maxBytes) {
        return new CatalogueRules(
                maxBytes, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, TrustedKeys.NONE, StatePrecision.FLOAT32);
    }

    /** A model without tensors that nobody reads takes at least this: half of a file of float64. */
    static long leastMemory(ModelManifest manifest) {
        return manifest.getSize() / 2;
    }

    /** What a model will take, before it is compiled: what {@link dev.eddy.network.LiveModel#memoryBytes} will say, or a little more. */
    static long memory(ModelFile file) {
        long bytes = ModelMemory.ofSpec(file.spec());
        for (Tensor tensor : file.tensors().values()) {
            bytes += ModelMemory.ofTensor(tensor.shape());
        }
        return bytes;
    }

    /**
     * Checks a model before it is published, as an instance with these rules and nothing else loaded would.
     *
     * @throws InvalidModelException if it would be rejected
     */
    public void check(ModelManifest manifest, ModelFile file) {
        keys.check(manifest);
        new Assembly(maxBytes).checkClaims(manifest);
        if (file.tensors().size() > maxTensors) {
            throw new InvalidModelException("the model has " + file.tensors().size() + " tensors, more than the "
                    + maxTensors + " that eddy.model.max.tensors allows");
        }
        if (memory(file) > memoryBytes) {
            throw new InvalidModelException("the model takes " + memory(file) + " bytes of memory, more than the "
                    + memoryBytes + " that eddy.model.memory.bytes allows");
        }
    }
}
