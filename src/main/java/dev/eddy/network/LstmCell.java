package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate, Gers et al. 2000), as PyTorch's {@code LSTM}:
 *
 * <pre>
 *   i = sigmoid(W_i x + U_i h + b_i)        input gate
 *   f = sigmoid(W_f x + U_f h + b_f)        forget gate
 *   g = tanh   (W_g x + U_g h + b_g)        cell candidate
 *   o = sigmoid(W_o x + U_o h + b_o)        output gate
 *   c' = f * c + i * g
 *   h' = o * tanh(c')
 * </pre>
 *
 * State: h, then c; (2, hidden).
 */
final class LstmCell implements Cell {
    private final Matrix weights; // W (4*hidden, input), U (4*hidden, hidden), b = b_ih + b_hh
    private final boolean givesCell;
    private final int hidden;

    /** @param givesCell whether the output is c' instead of h' */
    LstmCell(Matrix weights, boolean givesCell) {
        this.givesCell = givesCell;
        this.weights = weights;
        this.hidden = weights.fedBack();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(weights.inputs(), hidden, 2 * hidden, Kernel.room(4 * hidden));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] gates) {
        kernel.product(weights, x, 0, state, stateAt, gates);
        kernel.lstm(gates, hidden, state, stateAt, stateAt + hidden);
        output(state, stateAt, output);
    }

    @Override
    public void steps(
            Kernel kernel, float[][] x, float[][] states, int stateAt, float[][] output, float[][] gates, int count) {
        kernel.products(weights, x, 0, states, stateAt, gates, count);
        for (int i = 0; i < count; i++) {
            kernel.lstm(gates[i], hidden, states[i], stateAt, stateAt + hidden);
            output(states[i], stateAt, output[i]);
        }
    }

    @Override
    public void output(float[] state, int stateAt, float[] output) {
        System.arraycopy(state, givesCell ? stateAt + hidden : stateAt, output, 0, hidden);
    }
}
