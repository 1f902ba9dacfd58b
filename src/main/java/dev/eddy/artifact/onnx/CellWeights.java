package dev.eddy.artifact.onnx;

import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
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
    private final int directions;
    private final List<Map<String, float[]>> byRole = new ArrayList<>(); // of each direction

    /**
     * @param input      width of the node's input
     * @param directions number of directions: the first axis of every tensor
     */
    CellWeights(Call call, CellKind kind, int input, int directions) {
        this.call = call;
        this.directions = directions;
        this.order = order(kind);
        Constant w = tensor(W, "weight W");
        Constant r = tensor(R, "weight R");
        Constant b = call.constant(B, "bias B");
        if (r.rank() != 3) {
            throw call.refuse("its weight R has not three axes");
        }
        hidden = r.axes().get(2).size();
        int rows = order.length * hidden;
        requireShape(w, "W", directions, rows, input);
        requireShape(r, "R", directions, rows, hidden);
        if (call.number("hidden_size", hidden) != hidden) {
            throw call.refuse(
                    "it says hidden_size " + call.number("hidden_size", 0) + " but its weights are for " + hidden);
        }
        if (b != null) {
            requireShape(b, "B", directions, 2 * rows);
        }
        call.budget().take(w.numbers().size() + (long) r.numbers().size());
        for (int i = 0; i < directions; i++) {
            Map<String, float[]> own = new HashMap<>();
            own.put(TensorRole.WEIGHT_IH, reorder(w.numbers().floats(), i * rows * input, input));
            own.put(TensorRole.WEIGHT_HH, reorder(r.numbers().floats(), i * rows * hidden, hidden));
            if (b != null) {
                own.put(TensorRole.BIAS_IH, reorder(b.numbers().floats(), 2 * i * rows, 1));
                own.put(TensorRole.BIAS_HH, reorder(b.numbers().floats(), (2 * i + 1) * rows, 1));
            }
            byRole.add(own);
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
        requireShape(p, "P", directions, 3 * hidden);
        float[] stacked = p.numbers().floats();
        for (int i = 0; i < directions; i++) {
            int at = 3 * i * hidden;
            byRole.get(i).put(TensorRole.PEEPHOLE_I, Arrays.copyOfRange(stacked, at, at + hidden));
            byRole.get(i).put(TensorRole.PEEPHOLE_O, Arrays.copyOfRange(stacked, at + hidden, at + 2 * hidden));
            if (!coupled) {
                byRole.get(i).put(TensorRole.PEEPHOLE_F, Arrays.copyOfRange(stacked, at + 2 * hidden, at + 3 * hidden));
            }
        }
    }

    int hidden() {
        return hidden;
    }

    /** Role to tensor, of one direction. */
    Map<String, float[]> byRole(int direction) {
        return byRole.get(direction);
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
                    + (directions == 1 ? "" : ", of two directions") + "; layers with projections are not supported");
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
