package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;

/**
 * {@code W x + b}, or {@code W x + U h + b} in two parts. Every element starts at its bias and is accumulated over x, then
 * over h, in ascending order.
 */
record Affine(Matrix weight, float[] bias) {
    Affine {
        if (bias.length != weight.rows()) {
            throw new IllegalArgumentException("bias and weight differ in rows");
        }
    }

    int rows() {
        return weight.rows();
    }

    int columns() {
        return weight.columns();
    }

    /** {@code y = W x + b}. */
    void apply(Kernel kernel, float[] x, int xAt, float[] y) {
        System.arraycopy(bias, 0, y, 0, bias.length);
        kernel.multiplyAdd(weight, x, xAt, y);
    }
}
