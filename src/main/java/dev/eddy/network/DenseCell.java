package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;

/** A layer without memory: {@code y = f(W x + b)}. */
final class DenseCell implements Cell {
    private final Matrix affine; // (output, input)
    private final Activation activation;

    DenseCell(Matrix affine, Activation activation) {
        this.affine = affine;
        this.activation = activation;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(affine.inputs(), affine.rows(), 0, 0);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] scratch) {
        kernel.product(affine, x, 0, output);
        Functions.apply(kernel, activation, output, 0, affine.rows());
    }

    @Override
    public void steps(
            Kernel kernel, float[][] x, float[][] states, int stateAt, float[][] output, float[][] scratch, int count) {
        kernel.products(affine, x, 0, x, 0, output, count);
        for (int i = 0; i < count; i++) {
            Functions.apply(kernel, activation, output[i], 0, affine.rows());
        }
    }
}
