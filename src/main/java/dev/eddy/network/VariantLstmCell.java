package dev.eddy.network;

import static dev.eddy.model.GateOrder.LSTM_CELL;
import static dev.eddy.model.GateOrder.LSTM_FORGET;
import static dev.eddy.model.GateOrder.LSTM_INPUT;
import static dev.eddy.model.GateOrder.LSTM_OUTPUT;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;

/**
 * The variants of the LSTM, as ONNX's {@code LSTM} and PyTorch's {@code LSTM} with {@code proj_size} have them:
 *
 * <pre>
 *   i = F(W_i x + U_i h + b_i + p_i * c)      input gate, with a peephole (Gers and Schmidhuber 2000)
 *   f = F(W_f x + U_f h + b_f + p_f * c)      forget gate; coupled: f = 1 - i
 *   g = G(W_g x + U_g h + b_g)                cell candidate
 *   c' = f * c + i * g
 *   o = F(W_o x + U_o h + b_o + p_o * c')     output gate, which sees the new cell state
 *   a = o * H(c')                             H = identity: without the output tanh
 *   h' = a, or P a where projected (Sak et al. 2014)
 * </pre>
 *
 * F, G and H are sigmoid, tanh and tanh where the spec names no others. With clipping, the arguments of F and G are kept within
 * [-clip, clip], bias and peephole included; c' is not. State: h, then c; (projection or hidden) + (hidden).
 */
final class VariantLstmCell implements Cell {
    private final Matrix weights; // W (4*hidden, input), U (4*hidden, width of h), b = b_ih + b_hh
    private final Parts parts;
    private final int hidden;

    /**
     * What makes it a variant.
     *
     * @param peepholeI  p_i, (hidden); {@code null} for none, as p_f and p_o
     * @param coupled    whether f = 1 - i
     * @param projection P, (projection, hidden); {@code null} for none
     * @param gate       F, with clipping
     * @param candidate  G, with clipping
     * @param output     H
     * @param givesCell  whether the output is c' instead of h'
     */
    record Parts(
            float[] peepholeI,
            float[] peepholeF,
            float[] peepholeO,
            boolean coupled,
            Squash gate,
            Squash candidate,
            Activation output,
            Matrix projection,
            boolean givesCell) {}

    VariantLstmCell(Matrix weights, Parts parts) {
        this.weights = weights;
        this.parts = parts;
        this.hidden = weights.rows() / 4;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(
                weights.inputs(),
                parts.givesCell() ? hidden : weights.fedBack(),
                weights.fedBack() + hidden,
                Kernel.room(4 * hidden));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] gates) {
        int c = h + weights.fedBack();
        kernel.product(weights, x, 0, state, h, gates);

        moveCell(kernel, state, c, gates);
        int o = LSTM_OUTPUT * hidden;
        peep(parts.peepholeO(), state, c, gates, o);
        parts.gate().apply(kernel, gates, o, o + hidden);
        int a = LSTM_CELL * hidden;
        System.arraycopy(state, c, gates, a, hidden);
        Functions.apply(kernel, parts.output(), gates, a, a + hidden);
        for (int u = 0; u < hidden; u++) {
            gates[a + u] *= gates[o + u];
        }
        handOn(kernel, gates, a, state, h, output);
    }

    /** The gates i and f, the candidate g, and c' = f * c + i * g. */
    private void moveCell(Kernel kernel, float[] state, int c, float[] gates) {
        int i = LSTM_INPUT * hidden;
        int f = LSTM_FORGET * hidden;
        int g = LSTM_CELL * hidden;
        peep(parts.peepholeI(), state, c, gates, i);
        parts.gate().apply(kernel, gates, i, i + hidden);
        if (parts.coupled()) {
            for (int u = 0; u < hidden; u++) {
                gates[f + u] = 1f - gates[i + u];
            }
        } else {
            peep(parts.peepholeF(), state, c, gates, f);
            parts.gate().apply(kernel, gates, f, f + hidden);
        }
        parts.candidate().apply(kernel, gates, g, g + hidden);
        for (int u = 0; u < hidden; u++) {
            state[c + u] = Math.fma(gates[f + u], state[c + u], gates[i + u] * gates[g + u]);
        }
    }

    private void peep(float[] peephole, float[] state, int c, float[] gates, int gate) {
        for (int u = 0; peephole != null && u < hidden; u++) {
            gates[gate + u] = Math.fma(peephole[u], state[c + u], gates[gate + u]);
        }
    }

    private void handOn(Kernel kernel, float[] gates, int a, float[] state, int h, float[] output) {
        int width = weights.fedBack();
        if (parts.projection() == null) {
            System.arraycopy(gates, a, state, h, width);
        } else {
            kernel.product(parts.projection(), gates, a, output);
            System.arraycopy(output, 0, state, h, width);
        }
        output(state, h, output);
    }

    @Override
    public void output(float[] state, int stateAt, float[] output) {
        int width = weights.fedBack();
        boolean cell = parts.givesCell();
        System.arraycopy(state, cell ? stateAt + width : stateAt, output, 0, cell ? hidden : width);
    }
}
