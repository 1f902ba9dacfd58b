package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Series.Moment;
import dev.eddy.artifact.onnx.Symbol.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Operators that take a part of a value: slices, splits, indices, and the rows of an embedding. */
final class SelectionOperators {
    private static final String LOOP = "; of a loop over time, export one step with its states as inputs and outputs";

    private SelectionOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("Slice", SelectionOperators::slice);
        table.put("Split", SelectionOperators::split);
        table.put("Gather", SelectionOperators::gather);
        for (String name : List.of("SplitToSequence", "SequenceAt", "Loop", "Scan")) {
            table.put(name, call -> {
                throw call.refuse("it takes a sequence apart step by step" + LOOP);
            });
        }
    }

    private static List<Value> slice(Call call) {
        Value value = call.input(0);
        long[] starts = call.ints("starts", 1);
        long[] ends = call.ints("ends", 2);
        long[] axes = call.ints("axes", 3);
        long[] steps = call.constant(4, "steps") == null
                ? null
                : call.constant(4, "steps").longs();
        if (starts == null
                || ends == null
                || starts.length != ends.length
                || (axes != null && axes.length != starts.length)
                || (steps != null && steps.length != starts.length)) {
            throw call.refuse("its starts, ends and axes do not fit together");
        }
        for (int i = 0; i < starts.length; i++) {
            int axis = call.axis(axes == null ? i : axes[i], value.rank());
            value = slice(call, value, axis, starts[i], ends[i], steps == null ? 1 : steps[i]);
        }
        return List.of(value);
    }

    private static Value slice(Call call, Value value, int axis, long start, long end, long step) {
        Axis along = value.axes().get(axis);
        if (step != 1) {
            throw call.refuse("steps other than 1 are not supported");
        }
        if (along.runs()) {
            return sliceRunning(call, (Series) value, axis, start, end);
        }
        int size = along.size();
        int from = clamp(start, size);
        int to = Math.max(from, clamp(end, size));
        if (to == from) {
            throw call.refuse("it takes nothing");
        }
        int[] which = new int[to - from];
        Arrays.setAll(which, i -> from + i);
        return select(call, value, axis, which);
    }

    private static Series sliceRunning(Call call, Series series, int axis, long start, long end) {
        long length = series.axes().get(axis).symbol().length();
        boolean toEnd = end >= Integer.MAX_VALUE || (length > 0 && end >= length);
        if (toEnd && (start == 0 || (length > 0 && start <= -length))) {
            return series;
        } else if (toEnd && (start == -1 || (length > 0 && start == length - 1))) {
            return last(call, series, axis, true);
        } else if (first(start, length) && (end == 1 || (length > 0 && end == 1 - length))) {
            return last(call, series, axis, true, true);
        }
        throw call.refuse("it takes a part of the time or batch axis; only the last step can be taken" + LOOP);
    }

    private static int clamp(long index, int size) {
        long counted = index < 0 ? index + size : index;
        return (int) Math.max(0, Math.min(size, counted));
    }

    private static boolean first(long index, long length) {
        return index == 0 || (length > 0 && index == -length);
    }

    private static Series last(Call call, Series series, int axis, boolean keep) {
        return last(call, series, axis, keep, false);
    }

    /**
     * The last step of a sequence.
     *
     * @param backward whether that is its first one, which layers that read backward read last
     */
    private static Series last(Call call, Series series, int axis, boolean keep, boolean backward) {
        if (!series.axes().get(axis).is(Role.TIME)) {
            throw call.refuse("it takes one index of an axis that is not known to be time; take the last step of the"
                    + " recurrent layer's output along its time axis");
        }
        List<Axis> axes = new ArrayList<>(series.axes());
        axes.remove(axis);
        if (keep) {
            axes.add(axis, Axis.UNIT);
        }
        return new Series(List.copyOf(axes), finished(call, series.refs(), backward), Moment.LAST);
    }

    /** The elements that have read the whole sequence at one end of it; in place of the others something without use. */
    private static long[] finished(Call call, long[] refs, boolean backward) {
        Expressions expressions = call.expressions();
        boolean[] whole = new boolean[refs.length];
        int count = 0;
        for (int i = 0; i < refs.length; i++) {
            TwoWay.Sources sources = TwoWay.Sources.of(expressions, refs[i]);
            whole[i] = backward ? sources.backward() && !sources.forward() : !sources.backward();
            count += whole[i] ? 1 : 0;
        }
        if (count == refs.length) {
            return refs;
        } else if (count == 0 && !backward) {
            throw call.refuse(ChainBuilder.UNFINISHED);
        } else if (count == 0) {
            throw call.refuse(
                    "it takes the first step of the time or batch axis; only the last step can be taken, and the"
                            + " first one of layers that read backward" + LOOP);
        }
        call.budget().take(refs.length);
        long[] unfinished = expressions.add(new Expressions.Unfinished(refs.length));
        long[] finished = new long[refs.length];
        Arrays.setAll(finished, i -> whole[i] ? refs[i] : unfinished[i]);
        return finished;
    }

    private static Value select(Call call, Value value, int axis, int[] which) {
        List<Axis> axes = new ArrayList<>(value.axes());
        axes.set(axis, Axis.of(which.length));
        int size = Math.max(1, value.axes().get(axis).size());
        call.budget().take((long) value.elements() / size * which.length);
        return value.pick(List.copyOf(axes), Routing.select(Axis.sizes(value.axes()), axis, which));
    }

    private static List<Value> split(Call call) {
        Value value = call.input(0);
        int axis = call.axis(call.number("axis", 0), value.rank());
        if (value.axes().get(axis).runs()) {
            throw call.refuse("it splits the time or batch axis; export a model of a single step");
        }
        int size = value.axes().get(axis).size();
        int count = call.node().outputs().size();
        long[] parts = call.ints("split", 1);
        if (parts == null) {
            long each = -Math.floorDiv(-size, Math.max(1, count));
            parts = new long[count];
            for (int i = 0; i < count; i++) {
                parts[i] = Math.min(each, size - i * each);
            }
        }
        if (parts.length != count
                || Arrays.stream(parts).anyMatch(p -> p < 1 || p > size)
                || Arrays.stream(parts).sum() != size) {
            throw call.refuse("its parts do not make up the axis of " + size);
        }
        List<Value> outputs = new ArrayList<>();
        int next = 0;
        for (long part : parts) {
            int from = next;
            int[] which = new int[(int) part];
            Arrays.setAll(which, i -> from + i);
            outputs.add(select(call, value, axis, which));
            next += (int) part;
        }
        return outputs;
    }

    private static List<Value> gather(Call call) {
        Value data = call.input(0);
        int axis = call.axis(call.number("axis", 0), data.rank());
        if (data instanceof Constant table && call.input(1) instanceof Series ids) {
            return List.of(embed(call, table, ids, axis));
        }
        Constant indices = call.required(1, "index");
        if (indices.rank() > 1) {
            throw call.refuse("indices of more than one axis are not supported");
        }
        boolean keep = indices.rank() == 1;
        long[] which = indices.longs();
        if (data.axes().get(axis).runs()) {
            long length = data.axes().get(axis).symbol().length();
            if (which.length == 1 && (which[0] == -1 || (length > 0 && which[0] == length - 1))) {
                return List.of(last(call, (Series) data, axis, keep));
            } else if (which.length == 1 && first(which[0], length)) {
                return List.of(last(call, (Series) data, axis, keep, true));
            }
            throw call.refuse("it takes one index of the time or batch axis; only the last step can be taken" + LOOP);
        }
        int size = data.axes().get(axis).size();
        int[] places =
                Arrays.stream(which).mapToInt(i -> (int) (i < 0 ? i + size : i)).toArray();
        if (Arrays.stream(which).anyMatch(i -> i < -size || i >= size) || places.length == 0) {
            throw call.refuse("its index is outside the axis of " + size);
        }
        Value selected = select(call, data, axis, places);
        if (keep) {
            return List.of(selected);
        }
        List<Axis> axes = new ArrayList<>(selected.axes());
        axes.remove(axis);
        return List.of(selected.pick(List.copyOf(axes), null));
    }

    private static Series embed(Call call, Constant table, Series ids, int axis) {
        if (axis != 0 || table.rank() != 2 || table.numbers().size() == 0) {
            throw call.refuse("an embedding needs a table of two axes");
        }
        if (!call.expressions().tokens(ids)) {
            throw call.refuse("its ids are computed; let ids be an integer input of the graph");
        }
        int width = table.axes().get(1).size();
        call.budget().take((long) ids.refs().length * width);
        long[] refs = new long[ids.refs().length * width];
        for (int i = 0; i < ids.refs().length; i++) {
            long[] row = call.expressions().add(new Expressions.Embedding(table, ids.refs()[i]));
            System.arraycopy(row, 0, refs, i * width, width);
        }
        List<Axis> axes = new ArrayList<>(ids.axes());
        axes.add(Axis.of(width));
        return new Series(List.copyOf(axes), refs, ids.moment());
    }
}
