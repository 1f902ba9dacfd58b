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

    /**
     * Gives the values of the last layer's output with which {@code x} begins.
     *
     * @param values receives them, (size)
     * @param y      has room for them
     * @param spare  (size) or longer
     */
    void apply(Kernel kernel, float[] x, float[] values, float[] y, float[] spare) {
        int at = 0;
        for (int i = 0; i < heads.length; i++) {
            heads[i].apply(kernel, x, y, spare);
            System.arraycopy(y, 0, values, at, heads[i].size());
            at += heads[i].size();
        }
    }

    /** As the other, for many keys: all but {@code spare} have one array for each. */
    void apply(Kernel kernel, float[][] x, float[][] values, float[][] y, int count, float[] spare) {
        int at = 0;
        for (int i = 0; i < heads.length; i++) {
            heads[i].apply(kernel, x, y, count, spare);
            for (int key = 0; key < count; key++) {
                System.arraycopy(y[key], 0, values[key], at, heads[i].size());
            }
            at += heads[i].size();
        }
    }

    /** The head of a tagger, which has only one. */
    Head first() {
        return heads[0];
    }
}
