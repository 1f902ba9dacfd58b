package dev.eddy.network;

import static dev.eddy.model.GateOrder.MINIMAL_NEW;
import static dev.eddy.model.GateOrder.MINIMAL_UPDATE;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;

/**
 * Gated recurrent unit with an update gate alone, the GRU as it is first taught:
 *
 * <pre>
 *   z = sigmoid(W_z x + U_z h + b_z)     update gate
 *   n = tanh   (W_n x + U_n h + b_n)     candidate
 *   h' = (1 - z) * n + z * h
 * </pre>
 *
 * <p>Other activations than sigmoid and tanh, and the clipping of their arguments, are said in the spec.
 *
 * <p>State: h; (hidden).
 */
final class MinimalGruCell implements Cell {
    private final Matrix weights; // W (2*hidden, input), U (2*hidden, hidden), b = b_ih + b_hh
    private final Squash gate; // sigmoid
    private final Squash candidate; // tanh
    private final int hidden;

    MinimalGruCell(Matrix weights, Squash gate, Squash candidate) {
        this.weights = weights;
        this.gate = gate;
        this.candidate = candidate;
        this.hidden = weights.fedBack();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(weights.inputs(), hidden, hidden, Kernel.room(2 * hidden));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] gates) {
        int z = MINIMAL_UPDATE * hidden;
        int n = MINIMAL_NEW * hidden;
        kernel.product(weights, x, 0, state, h, gates);

        gate.apply(kernel, gates, z, z + hidden);
        candidate.apply(kernel, gates, n, n + hidden);
        for (int u = 0; u < hidden; u++) {
            state[h + u] = Math.fma(gates[z + u], state[h + u], (1f - gates[z + u]) * gates[n + u]);
        }
        System.arraycopy(state, h, output, 0, hidden);
    }
}
