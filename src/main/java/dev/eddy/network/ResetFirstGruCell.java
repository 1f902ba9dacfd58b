package dev.eddy.network;

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
    private final Matrix gateWeights; // W_r, W_z (2*hidden, input), U_r, U_z (2*hidden, hidden), b_r, b_z
    private final Matrix newWeights; // W_n (hidden, input), U_n (hidden, hidden), b_n
    private final Squash gate; // sigmoid
    private final Squash candidate; // tanh
    private final int hidden;

    ResetFirstGruCell(Matrix gateWeights, Matrix newWeights, Squash gate, Squash candidate) {
        this.gateWeights = gateWeights;
        this.newWeights = newWeights;
        this.gate = gate;
        this.candidate = candidate;
        this.hidden = newWeights.fedBack();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(gateWeights.inputs(), hidden, hidden, Kernel.room(2 * hidden));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] gates) {
        int r = GRU_RESET * hidden;
        int z = GRU_UPDATE * hidden;
        kernel.product(gateWeights, x, 0, state, h, gates);

        gate.apply(kernel, gates, r, r + hidden);
        gate.apply(kernel, gates, z, z + hidden);
        for (int u = 0; u < hidden; u++) {
            gates[r + u] *= state[h + u];
        }
        kernel.product(newWeights, x, 0, gates, r, output);
        candidate.apply(kernel, output, 0, hidden);
        for (int u = 0; u < hidden; u++) {
            state[h + u] = Math.fma(gates[z + u], state[h + u], (1f - gates[z + u]) * output[u]);
        }
        System.arraycopy(state, h, output, 0, hidden);
    }
}
