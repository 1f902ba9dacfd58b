package dev.eddy.bench;

import dev.eddy.network.Network;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** The network alone, without a stream: steps in a loop. */
final class StepTime {
    private static final int ROUNDS = 9;
    private static final int STEPS = 1_000;
    private static final long ROUND_NANOS = 100_000_000L;

    private StepTime() {}

    /** Processor time of a step, nanoseconds: median of some rounds after as many to warm up. */
    static double nanos(Network network) {
        Network.Scratch scratch = network.newScratch();
        float[] input = new float[network.inputSize()];
        float[] state = new float[network.stateSize()];
        float[] values = new float[network.outputSize()];
        double[] rounds = new double[2 * ROUNDS];
        for (int round = 0; round < rounds.length; round++) {
            long steps = 0;
            long begin = cpuNanos();
            while (cpuNanos() - begin < ROUND_NANOS) {
                for (int i = 0; i < STEPS; i++, steps++) {
                    // The answer is part of the next input, so that no step can be left out.
                    input[0] = values[0] * 0.5f + (i - STEPS / 2) * 0.002f;
                    network.step(input, state, values, scratch);
                }
            }
            rounds[round] = (double) (cpuNanos() - begin) / steps;
        }
        return Figures.median(Arrays.copyOfRange(rounds, ROUNDS, 2 * ROUNDS));
    }

    /** Not the wall clock: others may want the processor too. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
