package dev.eddy.app.bench;

import java.time.Instant;

/**
 * A moment of a run.
 *
 * @param events           committed so far
 * @param nanos            the clock
 * @param time             the clock of the wall
 * @param cpuNanos         processor time of this process so far
 * @param streamNanos      of it, that of the stream threads
 * @param inputBytes       read of the input topic so far
 * @param outputBytes      sent to the output topic so far
 * @param changelogBytes   sent to the changelogs so far
 * @param changelogRecords states sent to their changelog so far
 */
record Mark(
        long events,
        long nanos,
        Instant time,
        long cpuNanos,
        long streamNanos,
        double inputBytes,
        double outputBytes,
        double changelogBytes,
        double changelogRecords) {
    /** Now. */
    static Mark at(long events) {
        return new Mark(
                events,
                System.nanoTime(),
                Instant.now(),
                CpuTime.ofProcess(),
                CpuTime.ofStreamThreads(),
                ClientMeters.bytesRead(BenchStage.INPUT),
                ClientMeters.bytesSent(BenchStage.OUTPUT),
                ClientMeters.bytesSent(BenchStage.STATES) + ClientMeters.bytesSent(BenchStage.PENDING),
                ClientMeters.recordsSent(BenchStage.STATES));
    }
}
