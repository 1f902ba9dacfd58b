package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.model.HeadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Linear maps and the functions that normalise a whole vector. */
final class DenseOperators {
    private DenseOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("MatMul", DenseOperators::matMul);
        table.put("Gemm", DenseOperators::gemm);
        table.put("Softmax", call -> normalise(call, HeadSpec.Kind.SOFTMAX));
        table.put("LogSoftmax", call -> normalise(call, HeadSpec.Kind.LOG_SOFTMAX));
    }

    private static List<Value> matMul(Call call) {
        if (call.optional(0) instanceof Constant && call.optional(1) instanceof Series) {
            throw call.refuse("it multiplies a matrix by a computed value on its right; write the layer as nn.Linear");
        }
        Series x = call.series(0);
        Constant weight = call.constant(1, "matrix");
        return List.of(linear(call, x, matrix(call, weight), false, 1));
    }

    /** Leading axes of extent 1 do not matter. */
    private static Constant matrix(Call call, Constant weight) {
        if (weight == null || weight.rank() < 2) {
            throw call.refuse("its matrix has not two axes");
        }
        int extra = weight.rank() - 2;
        if (weight.axes().subList(0, extra).stream().anyMatch(axis -> axis.size() != 1)) {
            throw call.refuse("it multiplies by several matrices, which is not supported");
        }
        return weight.pick(weight.axes().subList(extra, extra + 2), null);
    }

    private static List<Value> gemm(Call call) {
        Series x = call.series(0);
        Constant weight = matrix(call, call.constant(1, "matrix"));
        if (call.number("transA", 0) != 0 || x.rank() != 2 || weight.rank() != 2) {
            throw call.refuse("only a product of a row of features and a matrix is supported");
        }
        Series y = linear(call, x, weight, call.number("transB", 0) != 0, call.real("alpha", 1));
        if (call.optional(2) instanceof Series other && call.real("beta", 1) == 1) {
            return List.of(ArithmeticOperators.combine(call, Arithmetic.ADD, y, other));
        }
        Constant bias = call.constant(2, "bias");
        float beta = call.real("beta", 1);
        if (bias == null || beta == 0) {
            return List.of(y);
        }
        double[] scaled = new double[bias.numbers().size()];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = beta * bias.numbers().at(i);
        }
        Constant by = new Constant(bias.axes(), new Numbers.Doubles(scaled), false);
        return List.of(ArithmeticOperators.scale(call, Arithmetic.ADD, y, by));
    }

    private static Series linear(Call call, Series x, Constant weight, boolean transposed, float alpha) {
        int rows = weight.axes().get(0).size();
        int columns = weight.axes().get(1).size();
        int in = transposed ? columns : rows;
        int out = transposed ? rows : columns;
        int last = x.rank() - 1;
        if (last < 0 || x.axes().get(last).runs() || x.axes().get(last).size() != in || x.refs().length != in) {
            throw call.refuse("its input is not one row of " + in + " features at each step; export a"
                    + " graph that is unrolled over time with a single step");
        }
        call.budget().take((long) in * out);
        float[] w = new float[in * out]; // (out, in)
        for (int j = 0; j < out; j++) {
            for (int k = 0; k < in; k++) {
                double element = weight.numbers().at(transposed ? j * in + k : k * out + j);
                w[j * in + k] = (float) (alpha * element);
            }
        }
        List<Axis> axes = new ArrayList<>(x.axes());
        axes.set(last, Axis.of(out));
        return new Series(
                List.copyOf(axes), call.expressions().add(new Expressions.Linear(w, out, x.refs())), x.moment());
    }

    private static List<Value> normalise(Call call, HeadSpec.Kind kind) {
        Series x = call.series(0);
        boolean flattens = call.opset() < 13;
        int axis = call.axis(call.number("axis", flattens ? 1 : -1), x.rank());
        for (int i = 0; i < x.rank(); i++) {
            Axis at = x.axes().get(i);
            boolean covered = flattens ? i >= axis : i == axis;
            if (covered ? at.runs() : at.size() != 1) {
                throw call.refuse("it normalises over time or batch instead of over the outputs of one step; give it"
                        + " dim=-1");
            }
        }
        call.budget().take(x.refs().length);
        return List.of(
                new Series(x.axes(), call.expressions().add(new Expressions.Normalised(kind, x.refs())), x.moment()));
    }
}
