package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Series.Moment;
import dev.eddy.artifact.onnx.Symbol.Role;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
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
        List<Boolean> directions = directions(call);
        CellVariant variant = CellVariant.of(call, kind, directions.size());
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
        CellWeights weights = new CellWeights(call, kind, x.refs().length, directions.size());
        InitialState initial = new InitialState(call, batchFirst, batch, weights.hidden());
        boolean forward = !directions.contains(true);
        long[] h = forward ? initial.refs(INITIAL_H, "initial_h") : initial.zero(INITIAL_H, "initial_h");
        long[] c = kind != CellKind.LSTM
                ? null
                : forward ? initial.refs(INITIAL_C, "initial_c") : initial.zero(INITIAL_C, "initial_c");
        List<long[]> cells = new ArrayList<>();
        for (int i = 0; i < directions.size(); i++) {
            cells.add(call.expressions()
                    .add(new Cell(
                            kind,
                            directions.get(i),
                            variant.activation(),
                            call.number("linear_before_reset", 0) != 0,
                            variant.options(),
                            weights.hidden(),
                            weights.byRole(i),
                            x.refs(),
                            h,
                            c)));
        }
        List<Axis> all = new ArrayList<>(List.of(Axis.of(directions.size()), Axis.of(weights.hidden())));
        all.add(batchFirst ? 0 : 1, batch);
        List<Axis> state = List.copyOf(all);
        all.add(batchFirst ? 1 : 0, time);
        return outputs(cells, weights.hidden(), all, state, time.runs() || !forward ? Moment.LAST : Moment.EVERY);
    }

    /** The directions of a node, each whether it is backward. */
    private static List<Boolean> directions(Call call) {
        if (call.opset() < 7) {
            throw call.refuse("opset " + call.opset() + " is too old; export with opset_version=17");
        }
        OnnxModel.Attribute direction = call.node().attributes().get("direction");
        return switch (direction == null ? "forward" : direction.s()) {
            case "forward" -> List.of(false);
            case "reverse" -> List.of(true);
            case "bidirectional" -> List.of(false, true);
            default ->
                throw call.refuse("there is no direction '" + Refusals.brief(direction.s())
                        + "' for it; use forward, reverse or bidirectional");
        };
    }

    /**
     * The outputs of a node: Y, Y_h and, of an LSTM, Y_c.
     *
     * @param cells the elements of the cell of each direction: h and, of an LSTM, c
     * @param end   when the states stand: at the last step of forward cells, at the first one of backward cells
     */
    private static List<Value> outputs(List<long[]> cells, int hidden, List<Axis> all, List<Axis> state, Moment end) {
        long[] h = joined(cells, 0, hidden);
        List<Value> outputs = new ArrayList<>();
        outputs.add(new Series(List.copyOf(all), h, Moment.EVERY));
        outputs.add(new Series(state, h, end));
        if (cells.get(0).length > hidden) {
            outputs.add(new Series(state, joined(cells, hidden, 2 * hidden), end));
        }
        return outputs;
    }

    private static long[] joined(List<long[]> cells, int from, int to) {
        return cells.stream()
                .flatMapToLong(refs -> Arrays.stream(refs, from, to))
                .toArray();
    }

    private static Axis running(Call call, Axis axis, Role role) {
        if (axis.runs()) {
            axis.symbol().become(role);
        } else if (!axis.unit()) {
            throw call.refuse("the " + role.name().toLowerCase(Locale.ROOT) + " axis of its input holds features");
        }
        return axis;
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
