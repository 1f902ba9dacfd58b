package dev.eddy.network;

import dev.eddy.kernel.Activations;
import dev.eddy.kernel.Kernel;
import dev.eddy.model.Activation;

/** Functions of whole vectors. */
final class Functions {
    private Functions() {}

    /** Applies an activation to {@code v[from, to)}. */
    static void apply(Kernel kernel, Activation activation, float[] v, int from, int to) {
        switch (activation.function()) {
            case TANH -> kernel.tanh(v, from, to);
            case RELU -> kernel.relu(v, from, to);
            case SIGMOID -> kernel.sigmoid(v, from, to);
            case IDENTITY -> {}
            default -> applyEach(activation, v, from, to);
        }
    }

    /** The functions for which no kernel has an operation of its own. */
    private static void applyEach(Activation activation, float[] v, int from, int to) {
        float a = activation.alphaOrOwn();
        float b = activation.betaOrOwn();
        Activation.Function function = activation.function();
        for (int i = from; i < to; i++) {
            v[i] = apply(function, a, b, v[i]);
        }
    }

    private static float apply(Activation.Function function, float a, float b, float x) {
        return switch (function) {
            case LEAKY_RELU -> x < 0 ? a * x : x;
            case THRESHOLDED_RELU -> x > a ? x : 0f;
            case ELU -> x < 0 ? a * Activations.expm1(x) : x;
            case SOFTSIGN -> x / (1f + Math.abs(x));
            case SOFTPLUS -> Activations.softplus(x);
            case HARD_SIGMOID -> Math.max(0f, Math.min(1f, Math.fma(a, x, b)));
            case SCALED_TANH -> a * Activations.tanh(b * x);
            case AFFINE -> Math.fma(a, x, b);
            case TANH, RELU, SIGMOID, IDENTITY ->
                throw new IllegalStateException(function + " is an operation of the kernel");
        };
    }

    /** {@code v = exp(v - max v) / sum}, summed in ascending order. */
    static void softmax(Kernel kernel, float[] v, int length) {
        float max = max(v, length);
        for (int i = 0; i < length; i++) {
            v[i] -= max;
        }
        kernel.exp(v, 0, length);
        float sum = 0;
        for (int i = 0; i < length; i++) {
            sum += v[i];
        }
        for (int i = 0; i < length; i++) {
            v[i] /= sum;
        }
    }

    /**
     * {@code v = v - max v - log sum exp(v - max v)}.
     *
     * @param scratch (length) or longer
     */
    static void logSoftmax(Kernel kernel, float[] v, int length, float[] scratch) {
        float max = max(v, length);
        for (int i = 0; i < length; i++) {
            v[i] -= max;
            scratch[i] = v[i];
        }
        kernel.exp(scratch, 0, length);
        float sum = 0;
        for (int i = 0; i < length; i++) {
            sum += scratch[i];
        }
        // StrictMath: the same bits on every machine.
        float log = (float) StrictMath.log(sum);
        for (int i = 0; i < length; i++) {
            v[i] -= log;
        }
    }

    private static float max(float[] v, int length) {
        float max = v[0];
        for (int i = 1; i < length; i++) {
            max = Math.max(max, v[i]);
        }
        return max;
    }
}
