package dev.eddy.app.bench;

import dev.eddy.kernel.Kernels;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;

/** What was measured, and what it means, as a text for people. */
public final class BenchReport {
    private static final int REPLICATION = 3;

    private final BenchResult result;
    private final StringBuilder text = new StringBuilder();

    public BenchReport(BenchResult result) {
        this.result = result;
    }

    /** The text. */
    @Override
    public String toString() {
        text.setLength(0);
        step();
        stream();
        bytes();
        parts();
        meaning();
        return text.toString();
    }

    private void step() {
        StepCost step = result.step();
        heading("The step of " + result.model().id().label() + " on kernel "
                + Kernels.best().name());
        row("one sequence at a time", "%,.0f ns", step.nanos());
        if (!Double.isNaN(step.batchedNanos())) {
            row("each of " + step.batchSize() + " sequences together", "%,.0f ns", step.batchedNanos());
        }
        row(
                "memory limit of one at a time",
                "%,.0f ns: %s of weights at %,.0f GB/s",
                step.limitNanos(),
                size((double) step.weightBytes()),
                step.readPerSecond() / 1e9);
        row("step over limit", "%.1f", step.nanos() / step.limitNanos());
        String advice = Kernels.advice();
        if (advice != null) {
            line("  Faster: " + advice + ".");
        }
    }

    private void stream() {
        StreamRun stream = result.stream();
        BenchOptions options = result.options();
        heading(String.format(
                Locale.ROOT,
                "The stream: %s, %s, %,d keys, %d partitions, %d %s, broker on the same machine",
                options.settings().getOrDefault("processing.guarantee", "exactly_once_v2"),
                options.format(),
                options.keys(),
                options.partitions(),
                stream.threads(),
                stream.threads() == 1 ? "thread" : "threads"));
        row("throughput", "%,.0f events/s (of %,d events)", stream.perSecond(), stream.events());
        row(
                "processor time an event",
                "%.2f µs, %.2f of them on stream threads",
                stream.cpuMicros(),
                stream.streamMicros());
        LatencyRun latency = result.latency();
        if (latency == null) {
            row("latency", "not measured: the model does not answer each event at once");
        } else {
            row(
                    String.format(Locale.ROOT, "latency at %,d events/s", latency.rate()),
                    "p50 %.1f ms, p99 %.1f ms, commit interval %d ms",
                    latency.p50(),
                    latency.p99(),
                    result.commitMs());
        }
    }

    private void bytes() {
        StreamRun stream = result.stream();
        heading("Bytes");
        row("event", "%.0f B value, %.0f B as read from its topic", result.valueBytes(), stream.inputBytes());
        LatencyRun latency = result.latency();
        row(
                "prediction",
                (latency == null ? "" : String.format(Locale.ROOT, "%.0f B value, ", latency.predictionBytes()))
                        + "%.0f B as sent for an event",
                stream.outputBytes());
        row("state", "%d B", result.stateBytes());
        row(
                "changelog an event",
                "%.0f B: %s states written",
                stream.changelogBytes(),
                number("%.2f", stream.changelogBytes() / stream.changelogRecordBytes()));
        row("changelog a state written", "%s", number("%.0f B", stream.changelogRecordBytes()));
        row("disk a sequence", "%.0f B, of %,d sequences", stream.diskBytesPerKey(), stream.keysSeen());
        row(
                "restore",
                "%s",
                Double.isNaN(stream.restorePerSecond())
                        ? "too few bytes to measure; a run with more --keys tells"
                        : size(stream.restorePerSecond()) + "/s");
    }

    private void parts() {
        StreamRun stream = result.stream();
        heading("Where the time of the stream threads goes");
        if (stream.shares().isEmpty()) {
            line("  Not seen: this Java has no flight recorder, or it ran too short.");
            return;
        }
        for (Part part : Part.values()) {
            double share = stream.shares().getOrDefault(part, 0.0);
            row(part.label(), "%3.0f %%  %6.2f µs an event", 100 * share, share * stream.streamMicros());
        }
        row(
                "other threads (sending, RocksDB, garbage)",
                "       %6.2f µs an event",
                stream.cpuMicros() - stream.streamMicros());
        Part largest = Collections.max(stream.shares().entrySet(), Map.Entry.comparingByValue())
                .getKey();
        line("  Most goes to " + largest.label() + ": " + largest.advice() + ".");
    }

    private void meaning() {
        BenchOptions options = result.options();
        boolean asked = options.eventsPerSecond() > 0;
        double rate = asked ? options.eventsPerSecond() : result.stream().perSecond();
        int cores = Runtime.getRuntime().availableProcessors();
        Sizing sizing = sizing(rate, true);
        int instances = sizing.instances(cores);
        boolean cached = sizing.cacheBytes() / instances <= result.cacheBytes();
        sizing = sizing(rate, cached);
        heading(String.format(
                Locale.ROOT,
                "What that means for %,.0f events/s of %,d keys (formulas: deploy/SIZING.md)",
                rate,
                options.keys()));
        if (!asked) {
            line("  This is the load that was reached here; --events-per-second and --keys ask for another.");
        }
        row("events/s a core", "%,.0f, without the broker's own work", sizing.perSecondPerCore());
        row("cores, with half as much again", "%.1f", sizing.cores());
        row(
                "stream threads and partitions",
                "%d and at least %d; %d %s of %d cores",
                sizing.threads(),
                sizing.partitions(),
                instances,
                instances == 1 ? "machine" : "machines",
                cores);
        row("disk for states", "%s", size(sizing.diskBytes()));
        row("memory for states, each machine", "%s RocksDB (eddy.rocksdb.memory.bytes)", size((double)
                result.rocksBytes()));
        row(
                "heap for a cache of all states",
                "%s on all machines; the %s on each (eddy.state.cache.bytes) %s",
                size(sizing.cacheBytes()),
                size((double) result.cacheBytes()),
                cached ? "are enough" : "are not enough");
        row(
                "changelog",
                "%s/s: %.2f states written an event",
                number(sizing.changelogPerSecond()),
                sizing.writesPerEvent());
        row(
                "broker in, out, replication factor " + REPLICATION,
                "%s/s, %s/s",
                number(sizing.brokerInPerSecond()),
                number(sizing.brokerOutPerSecond()));
        row(
                "restore of an instance without its disk",
                "%s%s",
                number(sizing.restoreBytes() / instances),
                Double.isNaN(sizing.restoreSeconds(instances))
                        ? ""
                        : String.format(Locale.ROOT, ", about %,.1f s", sizing.restoreSeconds(instances)));
    }

    private Sizing sizing(double rate, boolean cached) {
        return new Sizing(
                result.costs(),
                new Sizing.Load(rate, result.options().keys(), result.commitMs() / 1e3, cached, REPLICATION));
    }

    private void heading(String title) {
        if (text.length() > 0) {
            text.append(System.lineSeparator());
        }
        line(title);
    }

    private void row(String label, String format, Object... values) {
        line(String.format(Locale.ROOT, "  %-46s %s", label, String.format(Locale.ROOT, format, values)));
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }

    private static String number(String format, double number) {
        return Double.isNaN(number) ? "unknown" : String.format(Locale.ROOT, format, number);
    }

    private static String number(double bytes) {
        return Double.isNaN(bytes) ? "unknown" : size(bytes);
    }

    /** Bytes in the unit that suits: 1 MB is a million. */
    private static String size(double bytes) {
        if (bytes >= 1e9) {
            return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
        } else if (bytes >= 1e6) {
            return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
        } else if (bytes >= 1e3) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return String.format(Locale.ROOT, "%.0f B", bytes);
    }
}
