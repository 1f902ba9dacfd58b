package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.model.Activation;
import dev.eddy.model.Activation.Function;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Functions of single elements: those that a dense layer has, and those that are one of them with its values scaled. */
final class ActivationOperators {
    private static final int WIDEST_CLIP = 16;
    /** Above it, a softplus and its argument are the same float32. */
    private static final double SOFTPLUS_IS_LINEAR = 17;

    private static final float SELU_ALPHA = 1.6732632f;
    private static final float SELU_GAMMA = 1.050701f;

    /** Further functions of which the operators' names tell. */
    private static final List<String> UNKNOWN = List.of(
            "Gelu", "HardSwish", "Swish", "Mish", "Erf", "Exp", "Log", "Sin", "Cos", "Sign", "Floor", "Ceil", "Round");

    private ActivationOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("Tanh", call -> activate(call, Activation.TANH));
        table.put("Relu", call -> activate(call, Activation.RELU));
        table.put("Sigmoid", call -> activate(call, Activation.SIGMOID));
        table.put("Softsign", call -> activate(call, Activation.of(Function.SOFTSIGN)));
        table.put("Softplus", call -> activate(call, Activation.of(Function.SOFTPLUS)));
        table.put("LeakyRelu", call -> parametrised(call, Function.LEAKY_RELU));
        table.put("ThresholdedRelu", call -> parametrised(call, Function.THRESHOLDED_RELU));
        table.put("Elu", call -> parametrised(call, Function.ELU));
        table.put("HardSigmoid", call -> parametrised(call, Function.HARD_SIGMOID));
        table.put("PRelu", ActivationOperators::prelu);
        table.put("Selu", ActivationOperators::selu);
        table.put("Celu", ActivationOperators::celu);
        table.put("Clip", ActivationOperators::clip);
        table.put("Greater", ActivationOperators::greater);
        UNKNOWN.forEach(name -> table.put(name, ActivationOperators::unknown));
    }

    private static List<Value> activate(Call call, Activation activation) {
        return List.of(applied(call, activation, call.series(0)));
    }

    private static Series applied(Call call, Activation activation, Series x) {
        call.budget().take(x.refs().length);
        return new Series(x.axes(), call.expressions().add(new Activated(activation, x.refs())), x.moment());
    }

    /** ONNX's operators have the same parameters where none are given as the functions here. */
    private static List<Value> parametrised(Call call, Function function) {
        Float alpha = call.has("alpha") ? (Float) call.real("alpha", 0) : null;
        Float beta = call.has("beta") ? (Float) call.real("beta", 0) : null;
        return activate(call, new Activation(function, alpha, beta));
    }

    private static List<Value> prelu(Call call) {
        Constant slope = call.required(1, "slope");
        for (int i = 1; i < slope.numbers().size(); i++) {
            if (slope.numbers().at(i) != slope.numbers().at(0)) {
                throw call.refuse("it has a slope for each feature, which no layer here has; give it one, as"
                        + " nn.PReLU() does");
            }
        }
        if (slope.numbers().size() == 0) {
            throw call.refuse("it has no slope");
        }
        return activate(
                call,
                new Activation(Function.LEAKY_RELU, (float) slope.numbers().at(0), null));
    }

    /** {@code gamma * elu(x)}. */
    private static List<Value> selu(Call call) {
        Activation elu = new Activation(Function.ELU, call.real("alpha", SELU_ALPHA), null);
        return List.of(
                scaled(call, Arithmetic.MUL, applied(call, elu, call.series(0)), call.real("gamma", SELU_GAMMA)));
    }

    /** {@code alpha * elu(x / alpha)}. */
    private static List<Value> celu(Call call) {
        float alpha = call.real("alpha", 1);
        if (alpha == 1) {
            return activate(call, Activation.of(Function.ELU));
        }
        Series inside = scaled(call, Arithmetic.DIV, call.series(0), alpha);
        return List.of(scaled(call, Arithmetic.MUL, applied(call, Activation.of(Function.ELU), inside), alpha));
    }

    private static Series scaled(Call call, Arithmetic operation, Series x, double by) {
        return ArithmeticOperators.scale(call, operation, x, Constant.ofReal(by));
    }

    /**
     * No negative values: a Relu. Between two bounds: a hard sigmoid of the width between them, whose rounding is in proportion to
     * that width.
     */
    private static List<Value> clip(Call call) {
        double least = bound(call, "min", 1, Double.NEGATIVE_INFINITY);
        double most = bound(call, "max", 2, Double.POSITIVE_INFINITY);
        if (least == 0 && most >= Float.MAX_VALUE) {
            return activate(call, Activation.RELU);
        }
        double width = most - least;
        if (!(width > 0 && width <= WIDEST_CLIP)) {
            throw call.refuse("it keeps values between " + (float) least + " and " + (float) most
                    + ", which no layer here does; use Relu, or bounds less than " + WIDEST_CLIP + " apart");
        }
        Activation inside = new Activation(Function.HARD_SIGMOID, (float) (1 / width), (float) (-least / width));
        Series kept = scaled(call, Arithmetic.MUL, applied(call, inside, call.series(0)), width);
        return List.of(least == 0 ? kept : scaled(call, Arithmetic.ADD, kept, least));
    }

    private static double bound(Call call, String name, int input, double otherwise) {
        Constant given = call.constant(input, name);
        if (given != null && given.numbers().size() != 1) {
            throw call.refuse("its " + name + " is not one number");
        }
        return given != null ? given.numbers().at(0) : call.has(name) ? call.real(name, 0) : otherwise;
    }

    private static List<Value> greater(Call call) {
        Series x = call.series(0);
        Constant threshold = call.required(1, "threshold");
        if (threshold.numbers().size() != 1) {
            throw call.refuse("it compares with other than one number");
        }
        call.budget().take(x.refs().length);
        Expressions.Above above = new Expressions.Above(threshold.numbers().at(0), x.refs());
        return List.of(new Series(x.axes(), call.expressions().add(above), x.moment()));
    }

    /** PyTorch's softplus above its threshold is its argument, which is the same number; no other choice between values is read. */
    static Series chosen(Call call, Series condition) {
        boolean softplus = Peeled.whole(call.expressions(), condition.refs()) instanceof Expressions.Above above
                && above.threshold() >= SOFTPLUS_IS_LINEAR
                && Arrays.equals(call.series(1).refs(), above.x())
                && Peeled.whole(call.expressions(), call.series(2).refs()) instanceof Activated activated
                && activated.activation().equals(Activation.of(Function.SOFTPLUS))
                && Arrays.equals(activated.x(), above.x());
        if (!softplus) {
            throw call.refuse("it chooses between values, which is not supported");
        }
        return call.series(2);
    }

    private static List<Value> unknown(Call call) {
        throw call.refuse("no layer here has this function; use Tanh, Sigmoid, Relu, LeakyRelu, PRelu, Elu, Selu,"
                + " HardSigmoid, Softplus or Softsign");
    }
}
