package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.kernel.SparseMatrix;
import dev.eddy.model.Activation;

/**
 * Echo state network (Jaeger 2001) with leaky units and, if so said, feedback from a readout:
 *
 * <pre>
 *   r' = (1 - a) r + a tanh(W_in x + W r + W_fb y + b)     W sparse, a the leak
 *   y' = W_out r' + b_out                                  the readout that is fed back
 * </pre>
 *
 * What it hands on is r'; the trained readout is the network's head, whose tensors W_out and b_out may be. Input scaling,
 * spectral radius and feedback scaling are in the weights: whoever makes the file multiplies them in. State: r, then y;
 * (hidden + outputs of the readout).
 */
final class ReservoirCell implements Cell {
    private final Matrix input; // (hidden, input): W_in, b
    private final SparseMatrix recurrent; // (hidden, hidden)
    private final Feedback feedback; // null: none
    private final Activation activation;
    private final float leak;
    private final int hidden;

    /**
     * The way back from the output.
     *
     * @param weight  W_fb, (hidden, outputs)
     * @param readout W_out and b_out, (outputs, hidden)
     */
    record Feedback(Matrix weight, Matrix readout) {}

    ReservoirCell(Matrix input, SparseMatrix recurrent, Feedback feedback, Activation activation, float leak) {
        this.input = input;
        this.recurrent = recurrent;
        this.feedback = feedback;
        this.activation = activation;
        this.leak = leak;
        this.hidden = recurrent.rows();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(input.inputs(), hidden, hidden + outputs(), feedback == null ? 0 : Kernel.room(outputs()));
    }

    private int outputs() {
        return feedback == null ? 0 : feedback.weight().inputs();
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int r, float[] output, float[] y) {
        int yAt = r + hidden;
        kernel.product(input, x, 0, output);
        kernel.multiplyAdd(recurrent, state, r, output);
        if (feedback != null) {
            kernel.multiplyAdd(feedback.weight(), state, yAt, output);
        }
        Functions.apply(kernel, activation, output, 0, hidden);
        for (int u = 0; u < hidden; u++) {
            state[r + u] = Math.fma(leak, output[u], (1f - leak) * state[r + u]);
        }
        if (feedback != null) {
            kernel.product(feedback.readout(), state, r, y);
            System.arraycopy(y, 0, state, yAt, outputs());
        }
        System.arraycopy(state, r, output, 0, hidden);
    }
}
