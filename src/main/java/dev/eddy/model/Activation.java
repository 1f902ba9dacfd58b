package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;

/**
 * An element-wise function and its parameters, as ONNX defines them. In a spec it is the function's name alone, or an object
 * {@code {"function":"leakyRelu","alpha":0.1}} where a parameter is given.
 *
 * @param function the function
 * @param alpha    its first parameter; {@code null} for the function's own
 * @param beta     its second parameter; {@code null} for the function's own
 */
public record Activation(Function function, Float alpha, Float beta) {
    public static final Activation TANH = of(Function.TANH);
    public static final Activation RELU = of(Function.RELU);
    public static final Activation SIGMOID = of(Function.SIGMOID);
    public static final Activation IDENTITY = of(Function.IDENTITY);

    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public Activation {
        if (function == null) {
            throw new InvalidModelException("an activation has no 'function'; use one of " + Function.names());
        }
        requireTaken("alpha", alpha, function.alpha, function);
        requireTaken("beta", beta, function.beta, function);
    }

    /** A function with its own parameters. */
    public static Activation of(Function function) {
        return new Activation(function, null, null);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Activation parse(String name) {
        return Arrays.stream(Function.values())
                .filter(function -> function.spelling.equals(name))
                .findFirst()
                .map(Activation::of)
                .orElseThrow(() -> new InvalidModelException(
                        "there is no activation '" + name + "'; use one of " + Function.names()));
    }

    @JsonValue
    Object json() {
        return alpha == null && beta == null ? function.spelling : new Parametrised(function, alpha, beta);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"function", "alpha", "beta"})
    private record Parametrised(Function function, Float alpha, Float beta) {}

    /** The first parameter; 0 where the function has none. */
    public float alphaOrOwn() {
        return alpha != null ? alpha : function.alpha != null ? function.alpha : 0;
    }

    /** The second parameter; 0 where the function has none. */
    public float betaOrOwn() {
        return beta != null ? beta : function.beta != null ? function.beta : 0;
    }

    private static void requireTaken(String what, Float given, Float own, Function function) {
        if (given != null && (own == null || !Float.isFinite(given))) {
            throw new InvalidModelException("the activation " + function.spelling
                    + (own == null ? " takes no " + what : " has " + what + " " + given + "; it must be finite"));
        }
    }

    /** Element-wise functions, with a for alpha and b for beta. */
    public enum Function {
        @JsonProperty("tanh")
        TANH("tanh", null, null),
        /** max(x, 0). */
        @JsonProperty("relu")
        RELU("relu", null, null),
        /** 1 / (1 + e^-x). */
        @JsonProperty("sigmoid")
        SIGMOID("sigmoid", null, null),
        @JsonProperty("identity")
        IDENTITY("identity", null, null),
        /** x, or a x below 0. */
        @JsonProperty("leakyRelu")
        LEAKY_RELU("leakyRelu", 0.01f, null),
        /** x, or 0 up to a. */
        @JsonProperty("thresholdedRelu")
        THRESHOLDED_RELU("thresholdedRelu", 1f, null),
        /** x, or a (e^x - 1) below 0. */
        @JsonProperty("elu")
        ELU("elu", 1f, null),
        /** x / (1 + |x|). */
        @JsonProperty("softsign")
        SOFTSIGN("softsign", null, null),
        /** ln(1 + e^x). */
        @JsonProperty("softplus")
        SOFTPLUS("softplus", null, null),
        /** a x + b, kept within 0 and 1. */
        @JsonProperty("hardSigmoid")
        HARD_SIGMOID("hardSigmoid", 0.2f, 0.5f),
        /** a tanh(b x). */
        @JsonProperty("scaledTanh")
        SCALED_TANH("scaledTanh", 1f, 1f),
        /** a x + b. */
        @JsonProperty("affine")
        AFFINE("affine", 1f, 0f);

        private final String spelling;
        private final Float alpha;
        private final Float beta;

        Function(String spelling, Float alpha, Float beta) {
            this.spelling = spelling;
            this.alpha = alpha;
            this.beta = beta;
        }

        /** How a spec spells it. */
        public String spelling() {
            return spelling;
        }

        /** Whether it has a first parameter. */
        public boolean takesAlpha() {
            return alpha != null;
        }

        /** Whether it has a second parameter. */
        public boolean takesBeta() {
            return beta != null;
        }

        private static List<String> names() {
            return Arrays.stream(values()).map(Function::spelling).toList();
        }
    }
}
