package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Absolute;
import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Mean;
import dev.eddy.artifact.onnx.Expressions.Product;
import dev.eddy.artifact.onnx.Expressions.Root;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import dev.eddy.artifact.onnx.Expressions.Standardised;
import dev.eddy.artifact.onnx.Expressions.Sum;
import dev.eddy.model.Activation;
import dev.eddy.model.Activation.Function;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** LayerNorm and BatchNorm, as operators and, as exports of opsets below 17 have a LayerNorm, written out. */
final class NormalisingOperators {
    private static final float USUAL_EPSILON = 1e-5f;

    private NormalisingOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("LayerNormalization", NormalisingOperators::layerNorm);
        table.put("BatchNormalization", NormalisingOperators::batchNorm);
        table.put("ReduceMean", NormalisingOperators::mean);
        table.put("Pow", NormalisingOperators::power);
        table.put(
                "Sqrt",
                call -> List.of(of(call, call.series(0), new Root(call.series(0).refs()))));
        table.put(
                "Abs",
                call -> List.of(
                        of(call, call.series(0), new Absolute(call.series(0).refs()))));
    }

    private static Series of(Call call, Series like, Expr expr) {
        call.budget().take(expr.width());
        return new Series(like.axes(), call.expressions().add(expr), like.moment());
    }

    private static List<Value> layerNorm(Call call) {
        Series x = call.series(0);
        int axis = call.axis(call.number("axis", -1), x.rank());
        for (int i = 0; i < x.rank(); i++) {
            Axis at = x.axes().get(i);
            if (i < axis ? !at.runs() && !at.unit() : at.runs()) {
                throw call.refuse("it normalises other than the features of one step");
            }
        }
        Series normed = of(call, x, new Standardised(call.real("epsilon", USUAL_EPSILON), x.refs()));
        normed = each(call, Arithmetic.MUL, normed, call.required(1, "scale"));
        Constant bias = call.constant(2, "bias");
        return List.of(bias == null ? normed : each(call, Arithmetic.ADD, normed, bias));
    }

    /** Arithmetic with one number for each feature, of which some may be zero. */
    private static Series each(Call call, Arithmetic operation, Series x, Constant by) {
        int width = x.refs().length;
        int given = by.numbers().size();
        if (given != width && given != 1) {
            throw call.refuse("it normalises " + width + " features with the parameters of " + given);
        }
        double[] numbers = new double[width];
        Arrays.setAll(numbers, i -> by.numbers().at(given == 1 ? 0 : i));
        if (!Arrays.stream(numbers).allMatch(Double::isFinite)) {
            throw call.refuse("its parameters are not all finite");
        }
        return of(call, x, new Scaled(operation, numbers, x.refs()));
    }

    /** In inference, {@code y = x * factor + offset} with one factor and offset for each feature, which is axis 1. */
    private static List<Value> batchNorm(Call call) {
        long outputs =
                call.node().outputs().stream().filter(name -> !name.isEmpty()).count();
        if (call.opset() < 7 || call.number("training_mode", 0) != 0 || outputs > 1) {
            throw call.refuse("it learns from what it normalises; call model.eval() before the export");
        }
        Series x = call.series(0);
        if (x.rank() < 2) {
            throw call.refuse("its input has no axis of features");
        }
        Constant scale = call.required(1, "scale");
        Constant bias = call.required(2, "bias");
        Constant mean = call.required(3, "mean");
        Constant variance = call.required(4, "variance");
        int width = scale.numbers().size();
        if (List.of(bias, mean, variance).stream().anyMatch(c -> c.numbers().size() != width)) {
            throw call.refuse("its parameters differ in length");
        }
        double[] factor = new double[width];
        double[] offset = new double[width];
        for (int i = 0; i < width; i++) {
            double deviation = Math.sqrt(variance.numbers().at(i) + call.real("epsilon", USUAL_EPSILON));
            factor[i] = scale.numbers().at(i) / deviation;
            offset[i] = bias.numbers().at(i) - mean.numbers().at(i) * factor[i];
        }
        Series scaled = ArithmeticOperators.scale(call, Arithmetic.MUL, x, features(x, factor));
        return List.of(ArithmeticOperators.scale(call, Arithmetic.ADD, scaled, features(x, offset)));
    }

    private static Constant features(Series x, double[] numbers) {
        int[] shape = new int[x.rank() - 1];
        Arrays.fill(shape, 1);
        shape[0] = numbers.length;
        return new Constant(Axis.plain(shape), new Numbers.Doubles(numbers), false);
    }

    private static List<Value> mean(Call call) {
        Series x = call.series(0);
        long[] given = call.ints("axes", 1);
        int last = x.rank() - 1;
        boolean features = given != null
                && given.length == 1
                && call.axis(given[0], x.rank()) == last
                && !x.axes().get(last).runs()
                && x.refs().length == x.axes().get(last).size();
        if (!features) {
            throw call.refuse("it takes the mean of other than the features of one step");
        }
        List<Axis> axes = new ArrayList<>(x.axes().subList(0, last));
        if (call.number("keepdims", 1) != 0) {
            axes.add(Axis.UNIT);
        }
        call.budget().take(1);
        return List.of(new Series(List.copyOf(axes), call.expressions().add(new Mean(x.refs())), x.moment()));
    }

    private static List<Value> power(Call call) {
        Series x = call.series(0);
        Constant exponent = call.required(1, "exponent");
        if (exponent.numbers().size() != 1 || exponent.numbers().at(0) != 2) {
            throw call.refuse("only squares are supported");
        }
        return List.of(of(call, x, new Product(x.refs(), x.refs())));
    }

    /** A quotient of computed values: a LayerNorm or Softsign written out. */
    static Series quotient(Call call, Series a, Series b) {
        Expressions expressions = call.expressions();
        boolean alike = a.rank() == b.rank();
        for (int i = 0; alike && i < a.rank(); i++) {
            alike = a.axes().get(i).same(b.axes().get(i))
                    || (b.axes().get(i).unit() && !a.axes().get(i).runs());
        }
        if (alike && softsign(expressions, a.refs(), b.refs())) {
            return of(call, a, new Activated(Activation.of(Function.SOFTSIGN), a.refs()));
        }
        Standardised found = alike && b.refs().length == 1 ? standardised(expressions, a.refs(), b.refs()[0]) : null;
        if (found == null) {
            throw call.refuse("it divides by a computed value, which is not supported but in a LayerNorm");
        }
        return of(call, a, found);
    }

    /** Whether it is {@code x / (1 + |x|)}. */
    private static boolean softsign(Expressions expressions, long[] x, long[] divisor) {
        return Peeled.whole(expressions, divisor) instanceof Scaled sum
                && sum.operation() == Arithmetic.ADD
                && Arrays.stream(sum.by()).allMatch(one -> one == 1)
                && Peeled.whole(expressions, sum.x()) instanceof Absolute absolute
                && Arrays.equals(absolute.x(), x);
    }

    /** {@code d / sqrt(mean(d * d) + epsilon)} with {@code d = x - mean(x)}, or {@code null}. */
    private static Standardised standardised(Expressions expressions, long[] centred, long divisor) {
        long[] x = centred(expressions, centred);
        if (x != null
                && expressions.of(divisor) instanceof Root root
                && expressions.of(root.x()[0]) instanceof Scaled sum
                && sum.operation() == Arithmetic.ADD
                && expressions.of(sum.x()[0]) instanceof Mean variance
                && Peeled.whole(expressions, variance.x()) instanceof Product square
                && Arrays.equals(square.a(), centred)
                && Arrays.equals(square.b(), centred)) {
            return new Standardised((float) sum.by()[0], x);
        }
        return null;
    }

    /** The vector from which its mean has been taken, or {@code null}. */
    private static long[] centred(Expressions expressions, long[] centred) {
        boolean minus = Peeled.whole(expressions, centred) instanceof Sum sum
                && Arrays.stream(sum.b()).allMatch(ref -> ref == sum.b()[0])
                && expressions.of(sum.b()[0]) instanceof Scaled scaled
                && scaled.operation() == Arithmetic.MUL
                && scaled.by()[0] == -1
                && expressions.of(scaled.x()[0]) instanceof Mean mean
                && Arrays.equals(mean.x(), sum.a());
        return minus ? ((Sum) expressions.of(centred[0])).a() : null;
    }
}
