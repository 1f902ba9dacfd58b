package dev.eddy.bench.step;

import static dev.eddy.model.GateOrder.LSTM_CELL;
import static dev.eddy.model.GateOrder.LSTM_FORGET;
import static dev.eddy.model.GateOrder.LSTM_INPUT;
import static dev.eddy.model.GateOrder.LSTM_OUTPUT;

import dev.eddy.kernel.Activations;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/** The equations of an LSTM on EJML's matrices: one product of [W|U] with [x; h], all memory reused; activations are Eddy's. */
final class EjmlStepper implements Stepper {
    private final StepModel model;
    private final int input;
    private final int hidden;
    private final FMatrixRMaj weight; // (4*hidden, input + hidden)
    private final FMatrixRMaj bias; // (4*hidden)
    private final FMatrixRMaj headWeight; // (outputs, hidden)
    private final FMatrixRMaj headBias; // (outputs)
    private final FMatrixRMaj xh; // (input + hidden)
    private final FMatrixRMaj gates; // (4*hidden)
    private final FMatrixRMaj h; // (hidden)
    private final FMatrixRMaj y; // (outputs)
    private final float[] c;
    private final float[][] values;
    private long t;

    EjmlStepper(StepModel model) {
        this.model = model;
        this.input = model.size().input();
        this.hidden = model.size().hidden();
        this.weight = new FMatrixRMaj(4 * hidden, input + hidden);
        CommonOps_FDRM.insert(matrix("rnn.weight_ih_l0", input), weight, 0, 0);
        CommonOps_FDRM.insert(matrix("rnn.weight_hh_l0", hidden), weight, 0, input);
        this.bias = matrix("rnn.bias_ih_l0", 1);
        CommonOps_FDRM.addEquals(bias, matrix("rnn.bias_hh_l0", 1));
        this.headWeight = matrix("head.weight", hidden);
        this.headBias = matrix("head.bias", 1);
        this.xh = new FMatrixRMaj(input + hidden, 1);
        this.gates = new FMatrixRMaj(4 * hidden, 1);
        this.h = new FMatrixRMaj(hidden, 1);
        this.y = new FMatrixRMaj(StepSize.OUTPUTS, 1);
        this.c = new float[hidden];
        this.values = new float[][] {y.data};
    }

    private FMatrixRMaj matrix(String tensor, int columns) {
        float[] elements = model.weights(tensor);
        return FMatrixRMaj.wrap(elements.length / columns, columns, elements);
    }

    @Override
    public float[][] step() {
        System.arraycopy(model.input(t++, 0), 0, xh.data, 0, input);
        System.arraycopy(h.data, 0, xh.data, input, hidden);
        CommonOps_FDRM.mult(weight, xh, gates);
        CommonOps_FDRM.addEquals(gates, bias);
        for (int u = 0; u < hidden; u++) {
            float i = Activations.sigmoid(gates.data[LSTM_INPUT * hidden + u]);
            float f = Activations.sigmoid(gates.data[LSTM_FORGET * hidden + u]);
            float g = Activations.tanh(gates.data[LSTM_CELL * hidden + u]);
            float o = Activations.sigmoid(gates.data[LSTM_OUTPUT * hidden + u]);
            c[u] = f * c[u] + i * g;
            h.data[u] = o * Activations.tanh(c[u]);
        }
        CommonOps_FDRM.mult(headWeight, h, y);
        CommonOps_FDRM.addEquals(y, headBias);
        return values;
    }
}
