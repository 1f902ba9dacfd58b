package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.model.Activation;

/** A layer without memory: {@code y = f(W x + b)}. */
final class DenseCell implements Cell {
    private final Affine affine; // (output, input)
    private final Activation activation;

    DenseCell(Affine affine, Activation activation) {
        this.affine = affine;
        this.activation = activation;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(affine.columns(), affine.rows(), 0, 0);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] scratch) {
        affine.apply(kernel, x, 0, output);
        Functions.apply(kernel, activation, output, 0, affine.rows());
    }
}
