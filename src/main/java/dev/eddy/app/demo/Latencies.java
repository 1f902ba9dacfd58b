package dev.eddy.app.demo;

import java.util.Arrays;

/** The last two thousand latencies. */
final class Latencies {
    private final long[] millis = new long[2_000];
    private long count;

    void add(long latency) {
        millis[(int) (count++ % millis.length)] = latency;
    }

    /** A percentile in milliseconds, 0 to 1; NaN before the first. */
    double percentile(double share) {
        int length = (int) Math.min(count, millis.length);
        if (length == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(millis, length);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(length - 1, Math.floor(share * length))];
    }
}
