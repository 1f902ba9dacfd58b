package dev.eddy.bench;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/** Latencies of events in one phase of a benchmark, nanoseconds. Used by one thread at a time. */
final class Latencies {
    private static final String ROW = "%-34s %12s %10s %10s %10s %10s%n";

    private final String phase;
    private long[] nanos = new long[1 << 16];
    private int count;

    Latencies(String phase) {
        this.phase = phase;
    }

    void add(long latency) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = latency;
    }

    /** So many of all events were as fast as this, nanoseconds. */
    double quantile(double part) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.min(count - 1, (int) (part * count))];
    }

    static void header(PrintStream out, String unit) {
        out.printf(ROW, "", "events", "p50 " + unit, "p99 " + unit, "p99.9 " + unit, "max " + unit);
    }

    /**
     * Prints a row.
     *
     * @param unit so many nanoseconds
     */
    void print(PrintStream out, double unit) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        out.printf(
                ROW,
                phase,
                String.format(Locale.ROOT, "%,d", count),
                quantile(sorted, 0.5, unit),
                quantile(sorted, 0.99, unit),
                quantile(sorted, 0.999, unit),
                quantile(sorted, 1, unit));
        out.flush();
    }

    private static String quantile(long[] sorted, double part, double unit) {
        int at = Math.min(sorted.length - 1, (int) (part * sorted.length));
        return at < 0 ? "–" : String.format(Locale.ROOT, "%,.1f", sorted[at] / unit);
    }
}
