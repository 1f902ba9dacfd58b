package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Element-wise arithmetic. */
final class ArithmeticOperators {
    private ArithmeticOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("Add", call -> arithmetic(call, Arithmetic.ADD));
        table.put("Sub", call -> arithmetic(call, Arithmetic.SUB));
        table.put("Mul", call -> arithmetic(call, Arithmetic.MUL));
        table.put("Div", call -> arithmetic(call, Arithmetic.DIV));
    }

    private static List<Value> arithmetic(Call call, Arithmetic operation) {
        if (call.has("broadcast")) {
            throw call.refuse("it uses broadcasting of before opset 7; export with opset_version=17");
        }
        Value a = fixed(call, call.input(0));
        Value b = fixed(call, call.input(1));
        if (a instanceof Constant x && b instanceof Constant y) {
            return List.of(fold(call, operation, x, y));
        } else if (a instanceof Series x && b instanceof Constant by) {
            return List.of(scale(call, operation, x, by));
        } else if (a instanceof Constant by && b instanceof Series x) {
            return List.of(scaleReversed(call, operation, by, x));
        } else if (a instanceof Series x && b instanceof Series y) {
            return List.of(combine(call, operation, x, y));
        }
        throw call.refuse("it computes with a list of ids or lengths, which is not supported");
    }

    private static Value fixed(Call call, Value value) {
        Value known = value instanceof Dims dims ? dims.fixed() : value;
        if (known == null) {
            throw call.refuse("it computes with a dynamic length; export with fixed parameters");
        }
        return known;
    }

    private static Constant fold(Call call, Arithmetic operation, Constant a, Constant b) {
        int[] shape = broadcast(call, a.shape(), b.shape());
        long elements = 1;
        for (int extent : shape) {
            elements = Math.min(elements * extent, Integer.MAX_VALUE);
        }
        call.budget().take(elements);
        Numbers x = a.numbers().pick(Routing.broadcast(a.shape(), shape));
        Numbers y = b.numbers().pick(Routing.broadcast(b.shape(), shape));
        boolean integral = a.integral() && b.integral();
        double[] result = new double[x.size()];
        for (int i = 0; i < result.length; i++) {
            double value = apply(operation, x.at(i), y.at(i));
            result[i] = integral ? (long) value : value;
        }
        return new Constant(Axis.plain(shape), new Numbers.Doubles(result), integral);
    }

    private static double apply(Arithmetic operation, double x, double y) {
        return switch (operation) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> x / y;
        };
    }

    private static int[] broadcast(Call call, int[] a, int[] b) {
        int[] shape = new int[Math.max(a.length, b.length)];
        for (int i = 0; i < shape.length; i++) {
            int x = i < shape.length - a.length ? 1 : a[i - (shape.length - a.length)];
            int y = i < shape.length - b.length ? 1 : b[i - (shape.length - b.length)];
            if (x != y && x != 1 && y != 1) {
                throw call.refuse("the shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not fit");
            }
            shape[i] = x == 1 ? y : x;
        }
        return shape;
    }

    private static Series scaleReversed(Call call, Arithmetic operation, Constant by, Series x) {
        return switch (operation) {
            case ADD, MUL -> scale(call, operation, x, by);
            case SUB -> scale(call, Arithmetic.ADD, scale(call, Arithmetic.MUL, x, Constant.ofReal(-1)), by);
            case DIV -> throw call.refuse("it divides by a computed value, which is not supported");
        };
    }

    /** A value scaled by a constant that is the same at every point of time and batch. */
    static Series scale(Call call, Arithmetic operation, Series x, Constant by) {
        List<Axis> axes = new ArrayList<>(x.axes());
        while (axes.size() < by.rank()) {
            axes.add(0, Axis.UNIT);
        }
        for (int i = 0; i < by.rank(); i++) {
            int extent = by.axes().get(i).size();
            Axis axis = axes.get(axes.size() - by.rank() + i);
            if (extent != 1 && (axis.runs() || axis.size() != extent)) {
                throw call.refuse(
                        "its constant of shape " + Arrays.toString(by.shape()) + " is not one number for each feature");
            }
        }
        call.budget().take(2L * x.refs().length);
        Numbers all = by.numbers().pick(Routing.broadcast(by.shape(), Axis.sizes(axes)));
        double[] each = new double[all.size()];
        Arrays.setAll(each, all::at);
        for (double value : each) {
            if (!Double.isFinite(value)
                    || (value == 0 && (operation == Arithmetic.DIV || operation == Arithmetic.MUL))) {
                throw call.refuse("its constant holds " + value);
            }
        }
        return new Series(List.copyOf(axes), call.expressions().add(new Scaled(operation, each, x.refs())), x.moment());
    }

    /** Two values element by element. */
    static Series combine(Call call, Arithmetic operation, Series a, Series b) {
        return switch (operation) {
            case ADD -> joined(call, a, b, Expressions.Sum::new);
            case SUB -> combine(call, Arithmetic.ADD, a, scale(call, Arithmetic.MUL, b, Constant.ofReal(-1)));
            case MUL -> joined(call, a, b, Expressions.Product::new);
            case DIV -> NormalisingOperators.quotient(call, a, b);
        };
    }

    private static Series joined(Call call, Series a, Series b, BiFunction<long[], long[], Expr> operation) {
        int rank = Math.max(a.rank(), b.rank());
        List<Axis> axes = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            Axis x = i < rank - a.rank() ? Axis.UNIT : a.axes().get(i - (rank - a.rank()));
            Axis y = i < rank - b.rank() ? Axis.UNIT : b.axes().get(i - (rank - b.rank()));
            axes.add(joined(call, x, y, a.refs().length == 1, b.refs().length == 1));
        }
        int width = Math.max(a.refs().length, b.refs().length);
        call.budget().take(width);
        long[] refs = call.expressions().add(operation.apply(repeated(a.refs(), width), repeated(b.refs(), width)));
        return new Series(List.copyOf(axes), refs, Joining.moment(call, a, b));
    }

    /** A value of a single element stands beside every element of the other. */
    private static Axis joined(Call call, Axis x, Axis y, boolean xSingle, boolean ySingle) {
        if (x.runs() && y.runs()) {
            x.symbol().join(y.symbol());
            return x;
        } else if (x.same(y) || (ySingle && y.unit() && !x.runs())) {
            return x;
        } else if (xSingle && x.unit() && !y.runs()) {
            return y;
        }
        throw call.refuse("it combines values of different shapes");
    }

    private static long[] repeated(long[] refs, int width) {
        if (refs.length == width) {
            return refs;
        }
        long[] repeated = new long[width];
        Arrays.fill(repeated, refs[0]);
        return repeated;
    }
}
