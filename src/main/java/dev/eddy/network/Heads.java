package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import java.util.List;

/** The heads on the last layer's output, at least one; their values follow one another. */
final class Heads {
    private final Head[] heads;
    private final int size;

    Heads(List<Head> heads) {
        this.heads = heads.toArray(Head[]::new);
        this.size = heads.stream().mapToInt(Head::size).sum();
    }

    int size() {
        return size;
    }

    /** Gives the values of the last layer's output with which {@code x} begins. */
    void apply(Kernel kernel, float[] x, float[] values, float[] scratch) {
        int at = size;
        // Last to first: each head's values begin at 0 and are then moved behind those that are still to come.
        for (int i = heads.length - 1; i >= 0; i--) {
            heads[i].apply(kernel, x, values, scratch);
            at -= heads[i].size();
            System.arraycopy(values, 0, values, at, heads[i].size());
        }
    }

    /** The head of a tagger, which has only one. */
    Head first() {
        return heads[0];
    }
}
