package dev.eddy.bench.step;

/** One way to compute the step, with the states of its keys, which go on from step to step. */
interface Stepper {
    /**
     * Steps every key by its next input.
     *
     * @return the values of each key, (keys, outputs); overwritten by the next step
     */
    float[][] step();
}
