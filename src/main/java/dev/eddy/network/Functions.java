package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.model.LayerSpec.Activation;

/** Functions of whole vectors. */
final class Functions {
    private Functions() {}

    /** Applies an activation to {@code v[from, to)}. */
    static void apply(Kernel kernel, Activation activation, float[] v, int from, int to) {
        switch (activation) {
            case TANH -> kernel.tanh(v, from, to);
            case RELU -> kernel.relu(v, from, to);
            case SIGMOID -> kernel.sigmoid(v, from, to);
            case IDENTITY -> {}
        }
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
