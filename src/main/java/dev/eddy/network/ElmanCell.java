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
    private final Matrix weights; // W (hidden, input), U (hidden, hidden), b = b_ih + b_hh
    private final Squash squash;
    private final int hidden;

    ElmanCell(Matrix weights, Squash squash) {
        this.weights = weights;
        this.squash = squash;
        this.hidden = weights.rows();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(weights.inputs(), hidden, hidden, 0);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] scratch) {
        kernel.product(weights, x, 0, state, h, output);
        squash.apply(kernel, output, 0, hidden);
        System.arraycopy(output, 0, state, h, hidden);
    }

    @Override
    public void steps(
            Kernel kernel, float[][] x, float[][] states, int h, float[][] output, float[][] scratch, int count) {
        kernel.products(weights, x, 0, states, h, output, count);
        for (int i = 0; i < count; i++) {
            squash.apply(kernel, output[i], 0, hidden);
            System.arraycopy(output[i], 0, states[i], h, hidden);
        }
    }
}
