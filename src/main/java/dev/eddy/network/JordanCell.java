package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;

/**
 * Simple recurrent network whose output feeds back (Jordan 1986):
 *
 * <pre>
 *   h = f(W x + U y + b)      f = tanh or another activation
 *   y' = g(V h + c)           g = identity or another activation
 * </pre>
 *
 * What it hands on is y'. State: y; (outputs). The hidden units are made anew at each step.
 */
final class JordanCell implements Cell {
    private final Matrix weights; // W (hidden, input), U (hidden, outputs), b = b_ih + b_hh
    private final Matrix readout; // (outputs, hidden): V, c
    private final Activation inner; // f
    private final Activation outer; // g

    JordanCell(Matrix weights, Matrix readout, Activation inner, Activation outer) {
        this.weights = weights;
        this.readout = readout;
        this.inner = inner;
        this.outer = outer;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(weights.inputs(), readout.rows(), readout.rows(), Kernel.room(weights.rows()));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int y, float[] output, float[] h) {
        kernel.product(weights, x, 0, state, y, h);
        Functions.apply(kernel, inner, h, 0, weights.rows());
        kernel.product(readout, h, 0, output);
        Functions.apply(kernel, outer, output, 0, readout.rows());
        System.arraycopy(output, 0, state, y, readout.rows());
    }
}
