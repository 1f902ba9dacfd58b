package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.model.Activation;

/**
 * An activation of gate sums that are first kept within {@code [-bound, bound]}, as ONNX's {@code clip} has it.
 *
 * @param bound infinite for no clipping
 */
record Squash(Activation activation, float bound) {
    Squash(Activation activation) {
        this(activation, Float.POSITIVE_INFINITY);
    }

    /** {@code v[i] = activation(max(-bound, min(bound, v[i])))} for i in [from, to). */
    void apply(Kernel kernel, float[] v, int from, int to) {
        if (bound != Float.POSITIVE_INFINITY) {
            for (int i = from; i < to; i++) {
                v[i] = Math.max(-bound, Math.min(bound, v[i]));
            }
        }
        Functions.apply(kernel, activation, v, from, to);
    }
}
