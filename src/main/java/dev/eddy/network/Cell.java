package dev.eddy.network;

import dev.eddy.kernel.Kernel;

/**
 * One layer, immutable and shared by all threads. What it carries between events is in {@code state}, what it needs during a
 * step in {@code scratch}; both belong to the caller.
 */
interface Cell {
    /** Width of the input. */
    int inputSize();

    /** Width of the output. */
    int outputSize();

    /** Numbers carried between events; the output h comes first. */
    int stateSize();

    /** Numbers needed during a step. */
    int scratchSize();

    /**
     * One step.
     *
     * @param kernel  the arithmetic
     * @param x       begins with x_t, (inputSize)
     * @param state   holds the state before the step, (stateSize), from {@code stateAt}; then the one after it
     * @param output  begins with h_t, (outputSize), after the step
     * @param scratch (scratchSize) or longer
     */
    void step(Kernel kernel, float[] x, float[] state, int stateAt, float[] output, float[] scratch);

    /**
     * The output that belongs to a state, without a step.
     *
     * @param output begins with h_t, (outputSize), afterwards
     */
    default void output(float[] state, int stateAt, float[] output) {
        System.arraycopy(state, stateAt, output, 0, outputSize());
    }
}
