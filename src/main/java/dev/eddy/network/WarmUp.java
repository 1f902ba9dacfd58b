package dev.eddy.network;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Runs a network on made-up events until the JVM has compiled what a step is made of, and finds out how many keys are worth one
 * call. Until then a step takes up to a hundred times as long: that must not happen to events. States and values are the warm-up's
 * own; what it finds changes how fast answers come, never an answer.
 */
final class WarmUp {
    /** Of steps that are timed together. */
    private static final long ROUND_NANOS = 2_000_000;

    /** Rounds without progress after which a step counts as compiled. */
    private static final int STEADY_ROUNDS = 5;

    /** What looking at the clocks may allocate; before it is compiled, a step on registers allocates far more. */
    private static final long MEASURING_BYTES = 2_000;

    private static final double PROGRESS = 0.9;

    /** Keys of one call where that is worth it: eight give most of the gain in the network, more a little in the stream. */
    private static final int KEYS = 64;

    /** Keys wait for each other in a batch, so it must be clearly faster. */
    private static final double LEAST_GAIN = 1.3;

    /** What it may cost to gather an event and keep its key apart until its step, nanoseconds. */
    private static final double GATHERING_NANOS = 100;

    private static final int CONTESTS = 5;

    /** Weights that do not lie in a core's second cache are worth reading once for many keys, whatever the machine. */
    private static final long SECOND_CACHE_BYTES = 1 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Network network;
    private final Network.Scratch scratch;
    private final float[][] raws;
    private final float[][] states;
    private final float[][] values;
    private boolean allocates;

    private WarmUp(Network network, int keys) {
        this.network = network;
        this.scratch = network.newScratch(keys);
        this.raws = new float[keys][network.inputSize()];
        this.states = new float[keys][network.stateSize()];
        this.values = new float[keys][network.outputSize()];
    }

    /** Warms up a network that takes one key at a time, in about {@code nanos} at most. */
    static void run(Network network, long nanos) {
        new WarmUp(network, 1).compile(1, nanos);
    }

    /**
     * Warms up a network that takes many keys at a time, in about twice {@code nanos} at most.
     *
     * @param weightBytes what a step reads
     * @return how many keys are worth one call; 1 where a batch gains nothing
     */
    static int run(Network network, long nanos, long weightBytes) {
        WarmUp warmUp = new WarmUp(network, KEYS);
        boolean compiled = warmUp.compile(1, nanos) && warmUp.compile(KEYS, nanos);
        boolean worthwhile = compiled ? warmUp.isWorthwhile() : weightBytes > SECOND_CACHE_BYTES;
        return worthwhile ? KEYS : 1;
    }

    /** Steps until the time of a step falls no more and nothing is allocated; says whether it came to that. */
    private boolean compile(int keys, long nanos) {
        long deadline = System.nanoTime() + nanos;
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        while (steady < STEADY_ROUNDS && System.nanoTime() < deadline) {
            double time = round(keys);
            steady = allocates || time < PROGRESS * best ? 0 : steady + 1;
            best = Math.min(best, time);
        }
        return steady == STEADY_ROUNDS;
    }

    /** Whether a key takes clearly less in a batch, at the best of several rounds that take turns. */
    private boolean isWorthwhile() {
        double alone = Double.POSITIVE_INFINITY;
        double together = Double.POSITIVE_INFINITY;
        for (int contest = 0; contest < CONTESTS; contest++) {
            alone = Math.min(alone, round(1));
            together = Math.min(together, round(KEYS));
        }
        return alone >= LEAST_GAIN * together && alone >= together + GATHERING_NANOS;
    }

    /** Processor time of one key's step, nanoseconds. */
    private double round(int keys) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();
        long start = THREADS.getCurrentThreadCpuTime();
        long steps = 0;
        do {
            if (keys == 1) {
                network.step(raws[0], states[0], values[0], scratch);
            } else {
                network.step(raws, states, values, keys, scratch);
            }
            steps += keys;
        } while (System.nanoTime() - begin < ROUND_NANOS);
        double time = (double) (THREADS.getCurrentThreadCpuTime() - start) / steps;
        allocates = THREADS.getCurrentThreadAllocatedBytes() - allocated > MEASURING_BYTES;
        return time;
    }
}
