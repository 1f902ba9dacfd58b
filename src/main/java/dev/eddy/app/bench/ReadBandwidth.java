package dev.eddy.app.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/** How fast one thread of this machine reads memory that it has just read. */
final class ReadBandwidth {
    private static final int ROUNDS = 9;
    private static final long ROUND_NANOS = 30_000_000L;
    private static final int LEAST_BYTES = 4 << 10;
    private static final int PER_CLOCK_READ = 4 << 20;

    private ReadBandwidth() {}

    /**
     * Bytes a second, the best of some rounds: what is compared with it cannot be faster, and whoever disturbs makes it slower.
     *
     * @param bytes how much is read again and again, which decides the level of the caches it is in
     */
    static double of(long bytes) {
        int half = (int) Math.min(Math.max(bytes, LEAST_BYTES) / (2 * Long.BYTES), 1 << 26);
        long[] left = new SplittableRandom(1).longs(half).toArray();
        long[] right = left.clone();
        long size = 2L * Long.BYTES * half;
        int repeats = (int) Math.max(1, PER_CLOCK_READ / size);
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = CpuTime.ofThisThread();
            long passed = 0;
            long read = 0;
            while (passed < ROUND_NANOS) {
                for (int i = 0; i < repeats; i++) {
                    requireEqual(left, right);
                }
                read += repeats * size;
                passed = CpuTime.ofThisThread() - begin;
            }
            best = Math.max(best, (double) read / passed * 1e9);
        }
        return best;
    }

    /** Compares with the widest loads of the machine, which a loop that adds up does not get from the compiler. */
    private static void requireEqual(long[] left, long[] right) {
        if (Arrays.mismatch(left, right) >= 0) {
            throw new IllegalStateException("memory changed while it was read");
        }
    }
}
