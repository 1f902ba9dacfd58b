package dev.eddy.network;

import static dev.eddy.model.GateOrder.GRU_NEW;
import static dev.eddy.model.GateOrder.GRU_RESET;
import static dev.eddy.model.GateOrder.GRU_UPDATE;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;

/**
 * Gated recurrent unit whose reset gate acts before the recurrent product (Cho et al. 2014; ONNX
 * {@code linear_before_reset=0}):
 *
 * <pre>
 *   r = sigmoid(W_r x + U_r h + b_r)          reset gate
 *   z = sigmoid(W_z x + U_z h + b_z)          update gate
 *   n = tanh(W_n x + U_n (r * h) + b_n)       candidate
 *   h' = (1 - z) * n + z * h
 * </pre>
 *
 * <p>Other activations than sigmoid and tanh, and the clipping of their arguments, are said in the spec.
 *
 * <p>State: h; (hidden).
 */
final class ResetFirstGruCell implements Cell {
    private final Affine input; // (3*hidden, input), b = b_ih + b_hh
    private final Matrix recurrentGates; // (2*hidden, hidden): U_r, U_z
    private final Matrix recurrentNew; // (hidden, hidden): U_n
    private final Squash gate; // sigmoid
    private final Squash candidate; // tanh
    private final int hidden;

    ResetFirstGruCell(Affine input, Matrix recurrentGates, Matrix recurrentNew, Squash gate, Squash candidate) {
        this.input = input;
        this.recurrentGates = recurrentGates;
        this.recurrentNew = recurrentNew;
        this.gate = gate;
        this.candidate = candidate;
        this.hidden = recurrentNew.columns();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(input.columns(), hidden, hidden, 3 * hidden);
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] gates) {
        int r = GRU_RESET * hidden;
        int z = GRU_UPDATE * hidden;
        int n = GRU_NEW * hidden;
        input.apply(kernel, x, 0, gates);
        kernel.multiplyAdd(recurrentGates, state, h, gates);

        gate.apply(kernel, gates, r, r + hidden);
        gate.apply(kernel, gates, z, z + hidden);
        System.arraycopy(gates, n, output, 0, hidden);
        for (int u = 0; u < hidden; u++) {
            gates[r + u] *= state[h + u];
        }
        kernel.multiplyAdd(recurrentNew, gates, r, output);
        candidate.apply(kernel, output, 0, hidden);
        for (int u = 0; u < hidden; u++) {
            state[h + u] = Math.fma(gates[z + u], state[h + u], (1f - gates[z + u]) * output[u]);
        }
        System.arraycopy(state, h, output, 0, hidden);
    }
}
