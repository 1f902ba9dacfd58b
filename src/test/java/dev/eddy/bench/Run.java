package dev.eddy.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.eddy.config.EddyConfig;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * What one contender did in one run.
 *
 * @param perSecond events per second, from the first mark to the last
 * @param cpuMicros processor time of this JVM per event in that time, all threads, microseconds
 */
record Run(double perSecond, double cpuMicros) {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long PAUSE_MS = 10;

    /**
     * Measures a contender that has just been started. The committed offsets of its group are what counts: an event is done
     * when its output, its state and its offset are committed.
     */
    static Run measure(Contender.Running running, Admin admin, EddyConfig config, long from, long events)
            throws InterruptedException {
        return between(mark(running, admin, config, from), mark(running, admin, config, events));
    }

    /** What happened between two marks. */
    static Run between(Mark begin, Mark end) {
        double done = end.events() - begin.events();
        return new Run(done / (end.nanos() - begin.nanos()) * 1e9, (end.cpuNanos() - begin.cpuNanos()) / done / 1e3);
    }

    /**
     * A moment of a run.
     *
     * @param events   committed so far
     * @param nanos    the clock
     * @param cpuNanos processor time of this JVM so far
     */
    record Mark(long events, long nanos, long cpuNanos) {}

    /** Waits until so many events are committed. */
    static Mark mark(Contender.Running running, Admin admin, EddyConfig config, long target)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long before = 0;
        while (true) {
            long committed = committed(admin, config.applicationId());
            long now = System.nanoTime();
            if (committed >= target) {
                return new Mark(committed, now, cpuNanos());
            }
            deadline = committed > before ? now + PATIENCE_NANOS : deadline;
            before = committed;
            if (now > deadline || !running.isAlive()) {
                throw new IllegalStateException(
                        config.applicationId() + " stopped after " + committed + " events; look at what it logged");
            }
            Thread.sleep(PAUSE_MS);
        }
    }

    /** Events of a group that are done. */
    static long committed(Admin admin, String group) throws InterruptedException {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return offsets.values().stream()
                    .mapToLong(offset -> offset == null ? 0 : offset.offset())
                    .sum();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return 0;
            }
            throw new IllegalStateException("the broker does not tell the offsets of " + group, e.getCause());
        }
    }

    /** Processor time of this JVM so far. */
    static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
