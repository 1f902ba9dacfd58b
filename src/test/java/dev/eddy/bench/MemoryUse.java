package dev.eddy.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What this process takes at one moment, in bytes.
 *
 * @param seconds since the beginning
 * @param events  done since then
 * @param rss     resident memory of the process: heap, native memory, code
 * @param heap    what is alive on the heap, just after a collection
 * @param cache   RocksDB's block cache
 * @param tables  RocksDB's memtables
 * @param readers RocksDB's indexes and filters outside the block cache
 */
record MemoryUse(double seconds, long events, long rss, long heap, long cache, long tables, long readers) {
    private static final String ROW = "%10s %16s %10s %10s %14s %12s %12s%n";
    private static final double MIB = 1 << 20;
    /** Growth over the second half of the run that still counts as none, as a part of the whole. */
    private static final double TOLERANCE = 0.05;

    /** Collects garbage first. */
    static MemoryUse now(double seconds, long events) throws IOException {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return new MemoryUse(
                seconds,
                events,
                residentBytes(),
                memory.getHeapMemoryUsage().getUsed(),
                // The cache is one for all stores, and each tells all of it.
                rocksDb("block-cache-usage", true),
                rocksDb("size-all-mem-tables", false),
                rocksDb("estimate-table-readers-mem", false));
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                << 10;
    }

    /** The largest, or the sum, of a property that Kafka Streams publishes for every store. */
    private static long rocksDb(String property, boolean largest) {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            long result = 0;
            for (ObjectName store : server.queryNames(
                    new ObjectName("kafka.streams:type=stream-state-metrics,rocksdb-state-id=*,*"), null)) {
                long value = ((Number) server.getAttribute(store, property)).longValue();
                result = largest ? Math.max(result, value) : result + value;
            }
            return result;
        } catch (JMException e) {
            throw new IllegalStateException("Kafka Streams does not publish " + property, e);
        }
    }

    static void header(PrintStream out) {
        out.printf(ROW, "seconds", "events", "RSS MiB", "heap MiB", "block cache", "memtables", "table readers");
    }

    void print(PrintStream out) {
        out.printf(
                ROW,
                String.format(Locale.ROOT, "%.0f", seconds),
                String.format(Locale.ROOT, "%,d", events),
                mib(rss),
                mib(heap),
                mib(cache),
                mib(tables),
                mib(readers));
        out.flush();
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / MIB);
    }

    /** Says whether memory grew in the second half, by a straight line through it. */
    static void judge(PrintStream out, List<MemoryUse> all) {
        List<MemoryUse> half = all.subList(all.size() / 2, all.size());
        if (half.size() < 3) {
            out.println("too short to tell whether memory grows; run it for a minute at least");
            return;
        }
        MemoryUse last = half.get(half.size() - 1);
        out.printf(
                Locale.ROOT,
                "%n%,d events in %.0f s, as many as %.1f hours at 1,000 a second%n",
                last.events(),
                last.seconds(),
                last.events() / 3.6e6);
        verdict(out, "RSS", half, MemoryUse::rss);
        verdict(out, "heap after collection", half, MemoryUse::heap);
        verdict(out, "RocksDB", half, use -> use.cache() + use.tables() + use.readers());
    }

    private static void verdict(PrintStream out, String what, List<MemoryUse> uses, ToDoubleFunction<MemoryUse> bytes) {
        double perEvent = slope(uses, bytes);
        double mean = uses.stream().mapToDouble(bytes).average().orElseThrow();
        double growth =
                perEvent * (uses.get(uses.size() - 1).events() - uses.get(0).events());
        out.printf(
                Locale.ROOT,
                "%-22s %8.1f MiB, %+.3f MiB a million events in the second half: %s%n",
                what,
                mean / MIB,
                perEvent * 1e6 / MIB,
                growth < TOLERANCE * mean ? "flat" : "grows");
    }

    /** Least squares: bytes per event. */
    private static double slope(List<MemoryUse> uses, ToDoubleFunction<MemoryUse> bytes) {
        double meanEvents =
                uses.stream().mapToDouble(MemoryUse::events).average().orElseThrow();
        double meanBytes = uses.stream().mapToDouble(bytes).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (MemoryUse use : uses) {
            double events = use.events() - meanEvents;
            products += events * (bytes.applyAsDouble(use) - meanBytes);
            squares += events * events;
        }
        return products / squares;
    }
}
