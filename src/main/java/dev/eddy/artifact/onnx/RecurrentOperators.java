package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Series.Moment;
import dev.eddy.artifact.onnx.Symbol.Role;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The recurrent operators LSTM, GRU and RNN. */
final class RecurrentOperators {
    /** Inputs, by position. */
    static final int X = 0;

    static final int SEQUENCE_LENGTHS = 4;
    static final int INITIAL_H = 5;
    static final int INITIAL_C = 6;

    private RecurrentOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("LSTM", call -> recurrent(call, CellKind.LSTM));
        table.put("GRU", call -> recurrent(call, CellKind.GRU));
        table.put("RNN", call -> recurrent(call, CellKind.RNN));
    }

    private static List<Value> recurrent(Call call, CellKind kind) {
        requireForward(call);
        CellVariant variant = CellVariant.of(call, kind);
        Series x = call.series(X);
        boolean batchFirst = call.number("layout", 0) != 0;
        if (x.rank() != 3) {
            throw call.refuse("its input has " + x.rank() + " axes instead of 3");
        }
        Axis time = running(call, x.axes().get(batchFirst ? 1 : 0), Role.TIME);
        Axis batch = running(call, x.axes().get(batchFirst ? 0 : 1), Role.BATCH);
        if (x.moment() != Moment.EVERY) {
            throw call.refuse("it runs on the last step of another layer instead of on every step, which cannot be done"
                    + " event by event");
        }
        requireFullLength(call, time);
        CellWeights weights = new CellWeights(call, kind, x.refs().length);
        InitialState initial = new InitialState(call, batchFirst, batch, weights.hidden());
        Cell cell = new Cell(
                kind,
                variant.activation(),
                call.number("linear_before_reset", 0) != 0,
                variant.options(),
                weights.hidden(),
                weights.byRole(),
                x.refs(),
                initial.refs(INITIAL_H, "initial_h"),
                kind == CellKind.LSTM ? initial.refs(INITIAL_C, "initial_c") : null);
        return outputs(call, cell, time, batch, batchFirst);
    }

    private static List<Value> outputs(Call call, Cell cell, Axis time, Axis batch, boolean batchFirst) {
        long[] refs = call.expressions().add(cell);
        int hidden = cell.hidden();
        int id = Expressions.id(refs[0]);
        long[] h = Expressions.refs(id, 0, hidden);
        Axis features = Axis.of(hidden);
        List<Axis> all =
                batchFirst ? List.of(batch, time, Axis.UNIT, features) : List.of(time, Axis.UNIT, batch, features);
        List<Axis> state = batchFirst ? List.of(batch, Axis.UNIT, features) : List.of(Axis.UNIT, batch, features);
        Moment end = time.runs() ? Moment.LAST : Moment.EVERY;
        List<Value> outputs = new ArrayList<>();
        outputs.add(new Series(all, h, Moment.EVERY));
        outputs.add(new Series(state, h, end));
        if (cell.kind() == CellKind.LSTM) {
            outputs.add(new Series(state, Expressions.refs(id, hidden, 2 * hidden), end));
        }
        return outputs;
    }

    private static Axis running(Call call, Axis axis, Role role) {
        if (axis.runs()) {
            axis.symbol().become(role);
        } else if (!axis.unit()) {
            throw call.refuse("the " + role.name().toLowerCase(Locale.ROOT) + " axis of its input holds features");
        }
        return axis;
    }

    private static void requireForward(Call call) {
        if (call.opset() < 7) {
            throw call.refuse("opset " + call.opset() + " is too old; export with opset_version=17");
        }
        OnnxModel.Attribute direction = call.node().attributes().get("direction");
        if (direction != null && !direction.s().equals("forward")) {
            throw call.refuse("direction '" + Refusals.brief(direction.s())
                    + "' reads events that have not come yet; use a one-directional layer");
        }
    }

    /** Lengths that are no shorter than the sequence change nothing. */
    private static void requireFullLength(Call call, Axis time) {
        Constant lengths = call.constant(SEQUENCE_LENGTHS, "list of sequence lengths");
        long length = time.runs() ? time.symbol().length() : 1;
        for (int i = 0; lengths != null && i < lengths.numbers().size(); i++) {
            if (length == 0 || lengths.numbers().at(i) != length) {
                throw call.refuse("it stops at a given sequence length; export without packed sequences");
            }
        }
    }
}
