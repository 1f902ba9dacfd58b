package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;

/**
 * Simple recurrent network (Elman 1990), as PyTorch's {@code RNN}:
 *
 * <pre>
 *   h' = f(W x + U h + b)        f = tanh, relu or another activation, its argument clipped if so said
 * </pre>
 *
 * State: h; (hidden).
 */
final class ElmanCell implements Cell {
    private final Affine input; // (hidden, input), b = b_ih + b_hh
    private final Matrix recurrent; // (hidden, hidden)
    private final Squash squash;
    private final int hidden;

    ElmanCell(Affine input, Matrix recurrent, Squash squash) {
        this.input = input;
        this.recurrent = recurrent;
        this.squash = squash;
        this.hidden = recurrent.columns();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(input.columns(), hidden, hidden, 0);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] scratch) {
        input.apply(kernel, x, 0, output);
        kernel.multiplyAdd(recurrent, state, h, output);
        squash.apply(kernel, output, 0, hidden);
        System.arraycopy(output, 0, state, h, hidden);
    }
}
