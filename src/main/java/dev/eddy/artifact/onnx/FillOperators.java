package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Dims.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators with which exporters repeat a constant to a shape: what {@code expand} and {@code repeat} of PyTorch become. */
final class FillOperators {
    private FillOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("Equal", FillOperators::equal);
        table.put("Where", FillOperators::where);
        table.put("Tile", FillOperators::tile);
    }

    private static List<Value> equal(Call call) {
        List<Dim> a = dims(call, 0);
        List<Dim> b = dims(call, 1);
        int size = Math.max(a.size(), b.size());
        double[] equal = new double[size];
        for (int i = 0; i < size; i++) {
            equal[i] = equal(call, at(call, a, i, size), at(call, b, i, size)) ? 1 : 0;
        }
        return List.of(new Constant(Axis.plain(size), new Numbers.Doubles(equal), true));
    }

    /** The length of an axis is never negative; with other numbers a dynamic one cannot be compared. */
    private static boolean equal(Call call, Dim a, Dim b) {
        if (a.symbol() == null && b.symbol() == null) {
            return a.value() == b.value();
        } else if ((a.symbol() == null ? a : b).value() < 0) {
            return false;
        }
        throw call.refuse("it compares a dynamic length");
    }

    private static List<Value> where(Call call) {
        if (call.input(0) instanceof Series series) {
            return List.of(ActivationOperators.chosen(call, series));
        }
        Constant condition = call.required(0, "condition");
        List<Dim> yes = dims(call, 1);
        List<Dim> no = dims(call, 2);
        int size = Math.max(condition.numbers().size(), Math.max(yes.size(), no.size()));
        if (condition.rank() > 1
                || (condition.numbers().size() != size && condition.numbers().size() != 1)) {
            throw call.refuse("it chooses between values, which is not supported");
        }
        List<Dim> chosen = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean holds = condition.numbers().at(condition.numbers().size() == 1 ? 0 : i) != 0;
            chosen.add(at(call, holds ? yes : no, i, size));
        }
        Dims dims = new Dims(Axis.plain(size), chosen);
        Constant fixed = chosen.stream().allMatch(dim -> dim.symbol() == null) ? dims.fixed() : null;
        return List.of(fixed == null ? dims : fixed);
    }

    /** Repeats axes of length 1 only, where there is nothing to get wrong. */
    private static List<Value> tile(Call call) {
        List<Dim> repeats = dims(call, 1);
        if (!(call.input(0) instanceof Constant constant) || constant.rank() != repeats.size()) {
            throw call.refuse("it repeats a computed value, which is not supported");
        }
        for (int i = 0; i < repeats.size(); i++) {
            boolean once = repeats.get(i).symbol() == null && repeats.get(i).value() == 1;
            if (!once && constant.axes().get(i).size() != 1) {
                throw call.refuse("it repeats an axis longer than 1, which is not supported");
            }
        }
        return List.of(ShapeOperators.fill(call, constant, repeats));
    }

    private static Dim at(Call call, List<Dim> dims, int i, int size) {
        if (dims.size() != size && dims.size() != 1) {
            throw call.refuse("its operands differ in length");
        }
        return dims.get(dims.size() == 1 ? 0 : i);
    }

    private static List<Dim> dims(Call call, int input) {
        Value value = call.input(input);
        if (value instanceof Series || value.rank() > 1 || value.elements() > 8 || value.elements() < 1) {
            throw call.refuse("it works on computed values, which is not supported");
        }
        if (value instanceof Constant constant && !constant.integral()) {
            throw call.refuse("it works on numbers that are no lengths, which is not supported");
        }
        return value instanceof Dims dims
                ? dims.dims()
                : Dims.of((Constant) value).dims();
    }
}
