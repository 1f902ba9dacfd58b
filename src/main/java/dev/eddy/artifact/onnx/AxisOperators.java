package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Symbol.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Operators that name, drop, add or reorder axes, or hand a value on. */
final class AxisOperators {
    private AxisOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("Identity", call -> List.of(call.input(0)));
        table.put("Dropout", AxisOperators::dropout);
        table.put("Cast", AxisOperators::cast);
        table.put("Constant", AxisOperators::constant);
        table.put("Transpose", AxisOperators::transpose);
        table.put("Squeeze", AxisOperators::squeeze);
        table.put("Unsqueeze", AxisOperators::unsqueeze);
        table.put("Concat", AxisOperators::concat);
    }

    private static List<Value> dropout(Call call) {
        Constant training = call.constant(2, "training mode");
        boolean old = call.opset() < 7 && call.number("is_test", 0) == 0;
        if (old || (training != null && !training.zero())) {
            throw call.refuse("it drops values at random; call model.eval() before the export");
        }
        return List.of(call.input(0));
    }

    private static List<Value> cast(Call call) {
        Value value = call.input(0);
        boolean toReal = TensorDecoder.isReal(call.number("to", 0));
        boolean toInt = call.number("to", 0) == TensorDecoder.INT64 || call.number("to", 0) == TensorDecoder.INT32;
        if (!toReal && !toInt) {
            throw call.refuse("a cast to the ONNX type " + call.number("to", 0) + " is not supported");
        }
        if (value instanceof Constant constant) {
            return List.of(cast(constant, toInt));
        }
        boolean integral = value instanceof Dims || call.expressions().tokens((Series) value);
        if (integral != toInt) {
            throw call.refuse(
                    toInt
                            ? "it makes an id of a computed number; let ids be an integer input of the graph"
                            : "it makes a number of an integer input; let the graph's input be float");
        }
        return List.of(value);
    }

    private static Constant cast(Constant constant, boolean toInt) {
        if (!toInt || constant.integral()) {
            return new Constant(constant.axes(), constant.numbers(), toInt);
        }
        double[] whole = new double[constant.numbers().size()];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (long) constant.numbers().at(i);
        }
        return new Constant(constant.axes(), new Numbers.Doubles(whole), true);
    }

    private static List<Value> constant(Call call) {
        OnnxModel.Attribute tensor = call.node().attributes().get("value");
        if (tensor != null && tensor.t() != null) {
            return List.of(call.tensors().decode(tensor.t()));
        }
        if (call.has("value_int")) {
            return List.of(Constant.ofInts(call.number("value_int", 0)).pick(List.of(), null));
        } else if (call.has("value_ints")) {
            return List.of(
                    Constant.ofInts(call.node().attributes().get("value_ints").ints()));
        } else if (call.has("value_float")) {
            return List.of(reals(List.of(), call.real("value_float", 0)));
        } else if (call.has("value_floats")) {
            float[] values = call.node().attributes().get("value_floats").floats();
            return List.of(reals(Axis.plain(values.length), values));
        }
        throw call.refuse("it holds no dense numbers");
    }

    private static Constant reals(List<Axis> axes, float... values) {
        return new Constant(axes, new Numbers.Singles(values), false);
    }

    private static List<Value> transpose(Call call) {
        Value value = call.input(0);
        int rank = value.rank();
        OnnxModel.Attribute given = call.node().attributes().get("perm");
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = given == null || given.ints().length != rank ? rank - 1 - i : call.axis(given.ints()[i], rank);
        }
        if ((given != null && given.ints().length != rank)
                || Arrays.stream(order).distinct().count() != rank) {
            throw call.refuse("its 'perm' is not an order of " + rank + " axes");
        }
        List<Axis> axes =
                Arrays.stream(order).mapToObj(i -> value.axes().get(i)).toList();
        call.budget().take(value.elements());
        return List.of(value.pick(axes, Routing.transpose(Axis.sizes(value.axes()), order)));
    }

    private static List<Value> squeeze(Call call) {
        Value value = call.input(0);
        long[] given = call.ints("axes", 1);
        List<Axis> axes = new ArrayList<>(value.axes());
        TreeSet<Integer> drop = new TreeSet<>();
        for (int i = 0; i < value.rank(); i++) {
            if (given == null && axes.get(i).runs() && axes.get(i).symbol().length() == 0) {
                throw call.refuse("it names no axes and one of them is dynamic; name the axis that is to go");
            }
            if (given == null && axes.get(i).unit()) {
                drop.add(i);
            }
        }
        for (int i = 0; given != null && i < given.length; i++) {
            drop.add(call.axis(given[i], value.rank()));
        }
        for (int i : drop.descendingSet()) {
            Axis axis = axes.remove(i);
            if (axis.is(Role.BATCH) && axis.symbol().length() == 0) {
                axis.symbol().requireLength(1);
            } else if (!axis.unit()) {
                throw call.refuse("it drops axis " + i + ", which is not always of length 1");
            }
        }
        return List.of(value.pick(List.copyOf(axes), null));
    }

    private static List<Value> unsqueeze(Call call) {
        Value value = call.input(0);
        long[] given = call.ints("axes", 1);
        if (given == null || given.length > 8) {
            throw call.refuse("it names no axes, or too many");
        }
        int rank = value.rank() + given.length;
        TreeSet<Integer> added = new TreeSet<>();
        for (long axis : given) {
            added.add(call.axis(axis, rank));
        }
        List<Axis> axes = new ArrayList<>(value.axes());
        added.forEach(i -> {
            if (i > axes.size()) {
                throw call.refuse("its axes do not fit");
            }
            axes.add(i, Axis.UNIT);
        });
        return List.of(value.pick(List.copyOf(axes), null));
    }

    private static List<Value> concat(Call call) {
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < call.inputs().size(); i++) {
            parts.add(call.input(i));
        }
        if (parts.isEmpty()) {
            throw call.refuse("it has no inputs");
        }
        Value joined = Joining.behindEachOther(call, parts);
        int axis = call.axis(call.number("axis", 0), parts.get(0).rank());
        List<Axis> axes = new ArrayList<>(parts.get(0).axes());
        int extent = 0;
        for (Value part : parts) {
            requireFits(call, axes, part, axis);
            extent += part.axes().get(axis).size();
        }
        axes.set(axis, Axis.of(extent));
        int[][] shapes = parts.stream().map(part -> Axis.sizes(part.axes())).toArray(int[][]::new);
        return List.of(joined.pick(List.copyOf(axes), Routing.concat(shapes, axis)));
    }

    private static void requireFits(Call call, List<Axis> axes, Value part, int axis) {
        if (part.rank() != axes.size()) {
            throw call.refuse("it joins values of different ranks");
        }
        for (int i = 0; i < axes.size(); i++) {
            Axis a = axes.get(i);
            Axis b = part.axes().get(i);
            if (i == axis ? b.runs() : a.runs() != b.runs() || (!a.runs() && a.size() != b.size())) {
                throw call.refuse(
                        "it joins values along time or batch, or of different shapes; only features of the same"
                                + " step can be joined");
            } else if (i != axis && a.runs()) {
                a.symbol().join(b.symbol());
            }
        }
    }
}
