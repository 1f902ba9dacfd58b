package dev.eddy.network;

import dev.eddy.kernel.Kernel;

/**
 * One layer, immutable and shared by all threads. What it carries between events is in {@code state}, what it needs during a
 * step in {@code scratch}; both belong to the caller.
 */
interface Cell {
    /** How many numbers go in, come out, are carried and are needed. */
    Sizes sizes();

    /**
     * Sizes of a layer.
     *
     * @param input   width of the input
     * @param output  width of the output
     * @param state   numbers carried between events; those of the output come first
     * @param scratch numbers needed during a step, with {@link Kernel#room}
     */
    record Sizes(int input, int output, int state, int scratch) {}

    /**
     * One step.
     *
     * @param kernel  the arithmetic
     * @param x       begins with x_t, (input)
     * @param state   holds the state before the step, (state), from {@code stateAt}; then the one after it
     * @param output  begins with h_t, (output), after the step; has {@link Kernel#room} for it
     * @param scratch (scratch) or longer
     */
    void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] scratch);

    /**
     * One step of each of several keys, with the bits each would have alone.
     *
     * @param x      (keys), each as in the step of one; so {@code states}, {@code output} and {@code scratch}
     * @param count  how many keys there are
     */
    default void steps(
            Kernel kernel, float[][] x, float[][] states, int stateAt, float[][] output, float[][] scratch, int count) {
        for (int i = 0; i < count; i++) {
            step(kernel, x[i], states[i], stateAt, output[i], scratch[i]);
        }
    }

    /**
     * The output that belongs to a state, without a step.
     *
     * @param output begins with h_t, (output), afterwards
     */
    default void output(float[] state, int stateAt, float[] output) {
        System.arraycopy(state, stateAt, output, 0, sizes().output());
    }
}
