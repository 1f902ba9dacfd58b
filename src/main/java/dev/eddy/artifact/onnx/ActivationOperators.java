package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.model.Activation;
import dev.eddy.model.Activation.Function;
import java.util.List;
import java.util.Map;

/** Functions of single elements: those that a dense layer has, and those that are one of them with its values scaled. */
final class ActivationOperators {
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

    /** No negative values: a Relu. */
    private static List<Value> clip(Call call) {
        double least = bound(call, "min", 1, Double.NEGATIVE_INFINITY);
        double most = bound(call, "max", 2, Double.POSITIVE_INFINITY);
        if (least != 0 || most < Float.MAX_VALUE) {
            throw call.refuse("it keeps values between " + (float) least + " and " + (float) most
                    + ", which no layer here does; use Relu, HardSigmoid or Tanh");
        }
        return activate(call, Activation.RELU);
    }

    private static double bound(Call call, String name, int input, double otherwise) {
        Constant given = call.constant(input, name);
        if (given != null && given.numbers().size() != 1) {
            throw call.refuse("its " + name + " is not one number");
        }
        return given != null ? given.numbers().at(0) : call.has(name) ? call.real(name, 0) : otherwise;
    }

    private static List<Value> unknown(Call call) {
        throw call.refuse("no layer here has this function; use Tanh, Sigmoid, Relu, LeakyRelu, PRelu, Elu, Selu,"
                + " HardSigmoid, Softplus or Softsign");
    }
}
