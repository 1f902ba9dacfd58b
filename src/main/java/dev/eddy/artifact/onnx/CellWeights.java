package dev.eddy.artifact.onnx;

import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.TensorRole;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The weights of a recurrent node, their gates put into the order of model files. */
final class CellWeights {
    private static final int W = 1;
    private static final int R = 2;
    private static final int B = 3;
    private static final int P = 7;

    private final Call call;
    private final int[] order; // order[gate of a model file] = gate of ONNX
    private final int hidden;
    private final Map<String, float[]> byRole = new HashMap<>();

    /** @param input width of the node's input */
    CellWeights(Call call, CellKind kind, int input) {
        this.call = call;
        this.order = order(kind);
        Constant w = tensor(W, "weight W");
        Constant r = tensor(R, "weight R");
        Constant b = call.constant(B, "bias B");
        if (r.rank() != 3) {
            throw call.refuse("its weight R has not three axes");
        }
        hidden = r.axes().get(2).size();
        requireShape(w, "W", 1, order.length * hidden, input);
        requireShape(r, "R", 1, order.length * hidden, hidden);
        if (call.number("hidden_size", hidden) != hidden) {
            throw call.refuse(
                    "it says hidden_size " + call.number("hidden_size", 0) + " but its weights are for " + hidden);
        }
        call.budget().take(w.numbers().size() + (long) r.numbers().size());
        byRole.put(TensorRole.WEIGHT_IH, reorder(w.numbers().floats(), 0, input));
        byRole.put(TensorRole.WEIGHT_HH, reorder(r.numbers().floats(), 0, hidden));
        if (b != null) {
            requireShape(b, "B", 1, 2 * order.length * hidden);
            byRole.put(TensorRole.BIAS_IH, reorder(b.numbers().floats(), 0, 1));
            byRole.put(TensorRole.BIAS_HH, reorder(b.numbers().floats(), order.length * hidden, 1));
        }
        if (kind == CellKind.LSTM) {
            peepholes(call.number("input_forget", 0) != 0);
        }
    }

    /** The peepholes of an LSTM, which ONNX stacks as input, output, forget; nothing where they are all zero. */
    private void peepholes(boolean coupled) {
        Constant p = call.constant(P, "peephole weight");
        if (p == null || p.zero()) {
            return;
        }
        requireShape(p, "P", 1, 3 * hidden);
        float[] stacked = p.numbers().floats();
        byRole.put(TensorRole.PEEPHOLE_I, Arrays.copyOfRange(stacked, 0, hidden));
        byRole.put(TensorRole.PEEPHOLE_O, Arrays.copyOfRange(stacked, hidden, 2 * hidden));
        if (!coupled) {
            byRole.put(TensorRole.PEEPHOLE_F, Arrays.copyOfRange(stacked, 2 * hidden, 3 * hidden));
        }
    }

    int hidden() {
        return hidden;
    }

    Map<String, float[]> byRole() {
        return byRole;
    }

    /** ONNX stacks the gates of an LSTM as input, output, forget, cell and those of a GRU as update, reset, hidden. */
    private static int[] order(CellKind kind) {
        int[] order = new int[kind.gates()];
        if (kind == CellKind.LSTM) {
            order[GateOrder.LSTM_INPUT] = 0;
            order[GateOrder.LSTM_OUTPUT] = 1;
            order[GateOrder.LSTM_FORGET] = 2;
            order[GateOrder.LSTM_CELL] = 3;
        } else if (kind == CellKind.GRU) {
            order[GateOrder.GRU_UPDATE] = 0;
            order[GateOrder.GRU_RESET] = 1;
            order[GateOrder.GRU_NEW] = 2;
        }
        return order;
    }

    private Constant tensor(int input, String what) {
        return call.required(input, what);
    }

    private void requireShape(Constant constant, String what, int... shape) {
        if (!Arrays.equals(constant.shape(), shape)) {
            throw call.refuse("its " + what + " has the shape " + Arrays.toString(constant.shape()) + ", not "
                    + Arrays.toString(shape)
                    + "; layers of two directions or with projections are not supported");
        }
    }

    private float[] reorder(float[] stacked, int from, int columns) {
        int block = hidden * columns;
        float[] ordered = new float[order.length * block];
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(stacked, from + order[gate] * block, ordered, gate * block, block);
        }
        return ordered;
    }
}
