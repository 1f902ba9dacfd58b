package dev.eddy.network;

import dev.eddy.model.Weights;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Counts what a compiler takes of a model's weights. A tensor counts once, however often it is read. */
final class CountedWeights implements Weights {
    private final Weights weights;
    private final Map<String, Long> taken = new HashMap<>();

    CountedWeights(Weights weights) {
        this.weights = weights;
    }

    /** What has been taken, in bytes as a network keeps it. */
    long bytes() {
        return taken.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public int[] shape(String name) {
        return weights.shape(name);
    }

    @Override
    public float[] floats(String name, int... shape) {
        float[] values = weights.floats(name, shape);
        taken.put(name, ModelMemory.ofTensor(shape));
        return values;
    }

    /** A graph, which its engine takes over. */
    @Override
    public ByteBuffer bytes(String name) {
        ByteBuffer bytes = weights.bytes(name);
        taken.put(name, (long) bytes.remaining());
        return bytes;
    }

    @Override
    public int[] integers(String name, int... shape) {
        int[] values = weights.integers(name, shape);
        taken.put(name, ModelMemory.ofTensor(shape));
        return values;
    }
}
