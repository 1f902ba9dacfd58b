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
    private final Affine input; // (hidden, input), b = b_ih + b_hh
    private final Matrix recurrent; // (hidden, outputs)
    private final Affine readout; // (outputs, hidden): V, c
    private final Activation inner; // f
    private final Activation outer; // g

    JordanCell(Affine input, Matrix recurrent, Affine readout, Activation inner, Activation outer) {
        this.input = input;
        this.recurrent = recurrent;
        this.readout = readout;
        this.inner = inner;
        this.outer = outer;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(input.columns(), readout.rows(), readout.rows(), input.rows());
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int y, float[] output, float[] h) {
        input.apply(kernel, x, 0, h);
        kernel.multiplyAdd(recurrent, state, y, h);
        Functions.apply(kernel, inner, h, 0, input.rows());
        readout.apply(kernel, h, 0, output);
        Functions.apply(kernel, outer, output, 0, readout.rows());
        System.arraycopy(output, 0, state, y, readout.rows());
    }
}
