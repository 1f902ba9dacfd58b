package dev.eddy.network;

import static dev.eddy.model.GateOrder.GRU_RESET;
import static dev.eddy.model.GateOrder.GRU_UPDATE;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;

/**
 * Gated recurrent unit whose reset gate acts after the recurrent product, as PyTorch's {@code GRU} and ONNX
 * {@code linear_before_reset=1}:
 *
 * <pre>
 *   r = sigmoid(W_r x + U_r h + b_r)              reset gate
 *   z = sigmoid(W_z x + U_z h + b_z)              update gate
 *   n = tanh(W_n x + b_in + r * (U_n h + b_hn))   candidate
 *   h' = (1 - z) * n + z * h
 * </pre>
 *
 * <p>Other activations than sigmoid and tanh, and the clipping of their arguments, are said in the spec.
 *
 * <p>State: h; (hidden).
 */
final class GruCell implements Cell {
    private final Matrix gateWeights; // W_r, W_z (2*hidden, input), U_r, U_z (2*hidden, hidden), b = b_ih + b_hh
    private final Matrix newInput; // W_n, b_in (hidden, input)
    private final Matrix newRecurrent; // U_n, b_hn (hidden, hidden)
    private final Squash gate; // sigmoid
    private final Squash candidate; // tanh
    private final boolean usual; // gate and candidate are sigmoid and tanh
    private final int hidden;
    private final int newAt; // where in the scratch n is

    GruCell(Matrix gateWeights, Matrix newInput, Matrix newRecurrent, Squash gate, Squash candidate) {
        this.gateWeights = gateWeights;
        this.newInput = newInput;
        this.newRecurrent = newRecurrent;
        this.gate = gate;
        this.candidate = candidate;
        this.usual = gate.equals(new Squash(Activation.SIGMOID)) && candidate.equals(new Squash(Activation.TANH));
        this.hidden = newRecurrent.rows();
        this.newAt = Kernel.padded(2 * hidden);
    }

    @Override
    public Sizes sizes() {
        return new Sizes(newInput.inputs(), hidden, hidden, newAt + Kernel.room(hidden));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] gates) {
        // Products begin at 0, so this one is made first and moved behind the others.
        kernel.product(newInput, x, 0, gates);
        System.arraycopy(gates, 0, gates, newAt, hidden);
        kernel.product(gateWeights, x, 0, state, h, gates);
        kernel.product(newRecurrent, state, h, output);
        move(kernel, gates, output, state, h);
        System.arraycopy(state, h, output, 0, hidden);
    }

    @Override
    public void steps(
            Kernel kernel, float[][] x, float[][] states, int h, float[][] output, float[][] gates, int count) {
        kernel.products(newInput, x, 0, x, 0, gates, count);
        for (int i = 0; i < count; i++) {
            System.arraycopy(gates[i], 0, gates[i], newAt, hidden);
        }
        kernel.products(gateWeights, x, 0, states, h, gates, count);
        kernel.products(newRecurrent, states, h, states, h, output, count);
        for (int i = 0; i < count; i++) {
            move(kernel, gates[i], output[i], states[i], h);
            System.arraycopy(states[i], h, output[i], 0, hidden);
        }
    }

    /** Moves the state, given the sums: r, z and n in {@code gates}, U_n h + b_hn in {@code m}. */
    private void move(Kernel kernel, float[] gates, float[] m, float[] state, int h) {
        if (usual) {
            kernel.gru(gates, newAt, m, hidden, state, h);
            return;
        }
        int r = GRU_RESET * hidden;
        int z = GRU_UPDATE * hidden;
        gate.apply(kernel, gates, r, r + hidden);
        gate.apply(kernel, gates, z, z + hidden);
        for (int u = 0; u < hidden; u++) {
            m[u] = Math.fma(gates[r + u], m[u], gates[newAt + u]);
        }
        candidate.apply(kernel, m, 0, hidden);
        for (int u = 0; u < hidden; u++) {
            state[h + u] = Math.fma(gates[z + u], state[h + u], (1f - gates[z + u]) * m[u]);
        }
    }
}
