package dev.eddy.network;

import static dev.eddy.model.GateOrder.LSTM_CELL;
import static dev.eddy.model.GateOrder.LSTM_FORGET;
import static dev.eddy.model.GateOrder.LSTM_INPUT;
import static dev.eddy.model.GateOrder.LSTM_OUTPUT;

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
    private final Affine input; // (4*hidden, input), b = b_ih + b_hh
    private final Matrix recurrent; // (4*hidden, hidden)
    private final boolean givesCell;
    private final int hidden;

    /** @param givesCell whether the output is c' instead of h' */
    LstmCell(Affine input, Matrix recurrent, boolean givesCell) {
        this.givesCell = givesCell;
        this.input = input;
        this.recurrent = recurrent;
        this.hidden = recurrent.columns();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(input.columns(), hidden, 2 * hidden, 4 * hidden);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] gates) {
        int h = stateAt;
        int c = stateAt + hidden;
        input.apply(kernel, x, 0, gates);
        kernel.multiplyAdd(recurrent, state, h, gates);

        int i = LSTM_INPUT * hidden;
        int f = LSTM_FORGET * hidden;
        int g = LSTM_CELL * hidden;
        int o = LSTM_OUTPUT * hidden;
        kernel.sigmoid(gates, i, i + hidden);
        kernel.sigmoid(gates, f, f + hidden);
        kernel.tanh(gates, g, g + hidden);
        kernel.sigmoid(gates, o, o + hidden);

        for (int u = 0; u < hidden; u++) {
            state[c + u] = Math.fma(gates[f + u], state[c + u], gates[i + u] * gates[g + u]);
            gates[g + u] = state[c + u];
        }
        kernel.tanh(gates, g, g + hidden);
        for (int u = 0; u < hidden; u++) {
            state[h + u] = gates[o + u] * gates[g + u];
        }
        output(state, stateAt, output);
    }

    @Override
    public void output(float[] state, int stateAt, float[] output) {
        System.arraycopy(state, givesCell ? stateAt + hidden : stateAt, output, 0, hidden);
    }
}
