package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.HeadSpec;

/** Turns the last layer's output into values: a linear map, then a normalising function. */
final class Head {
    private final Matrix affine; // (output, hidden); null: the values are the last layer's output
    private final HeadSpec.Kind kind;
    private final int size;

    Head(Matrix affine, HeadSpec.Kind kind, int size) {
        this.affine = affine;
        this.kind = kind;
        this.size = size;
    }

    int size() {
        return size;
    }

    /**
     * Gives the values of the last layer's outputs.
     *
     * @param x      (keys), each begins with an output of the last layer
     * @param y      (keys), each with room for the values, with which it begins afterwards
     * @param count  how many keys there are
     * @param spare  (size) or longer
     */
    void apply(Kernel kernel, float[][] x, float[][] y, int count, float[] spare) {
        if (affine != null) {
            kernel.products(affine, x, 0, x, 0, y, count);
        }
        for (int i = 0; i < count; i++) {
            if (affine == null) {
                System.arraycopy(x[i], 0, y[i], 0, size);
            }
            normalise(kernel, y[i], spare);
        }
    }

    /** As the other, for one key. */
    void apply(Kernel kernel, float[] x, float[] y, float[] spare) {
        if (affine == null) {
            System.arraycopy(x, 0, y, 0, size);
        } else {
            kernel.product(affine, x, 0, y);
        }
        normalise(kernel, y, spare);
    }

    private void normalise(Kernel kernel, float[] values, float[] spare) {
        switch (kind) {
            case LINEAR -> {}
            case SOFTMAX -> Functions.softmax(kernel, values, size);
            case LOG_SOFTMAX -> Functions.logSoftmax(kernel, values, size, spare);
            case SIGMOID -> kernel.sigmoid(values, 0, size);
        }
    }

    /** The probability of each label, given the values. */
    void probabilities(Kernel kernel, float[] values, float[] probabilities) {
        if (kind == HeadSpec.Kind.SIGMOID && size == 1) {
            probabilities[0] = 1f - values[0];
            probabilities[1] = values[0];
            return;
        }
        System.arraycopy(values, 0, probabilities, 0, size);
        if (kind == HeadSpec.Kind.LOG_SOFTMAX) {
            kernel.exp(probabilities, 0, size);
        } else if (kind == HeadSpec.Kind.LINEAR) {
            Functions.softmax(kernel, probabilities, size);
        }
    }

    /** The logarithm of the probability of one output, given the values, which are overwritten. */
    double logProbability(Kernel kernel, float[] values, int output, float[] scratch) {
        switch (kind) {
            case LINEAR -> Functions.logSoftmax(kernel, values, size, scratch);
            case LOG_SOFTMAX -> {}
            // StrictMath: the same bits on every machine.
            case SOFTMAX, SIGMOID -> values[output] = (float) StrictMath.log(values[output]);
        }
        return values[output];
    }

    /** Number of labels a tagger with this head tells apart. */
    int labels() {
        return kind == HeadSpec.Kind.SIGMOID && size == 1 ? 2 : size;
    }
}
