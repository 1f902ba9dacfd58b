package dev.eddy.app.bench;

import java.util.Map;

/**
 * What the stream did between two commits.
 *
 * @param events               how many events
 * @param perSecond            events a second
 * @param threads              stream threads
 * @param cpuMicros            processor time of this process for an event, microseconds
 * @param streamMicros         of it, that of the stream threads
 * @param inputBytes           read of the input topic for an event: key, value and what Kafka adds
 * @param outputBytes          sent to the output topic for an event, in batches
 * @param changelogBytes       sent to the changelogs for an event
 * @param changelogRecordBytes of a state in its changelog, in batches; NaN if none was written
 * @param diskBytesPerKey      of a sequence on this machine's disk
 * @param keysSeen             sequences there were
 * @param restorePerSecond     bytes a second at which the changelogs were read back; NaN if there was too little to tell
 * @param shares               where the stream threads' time went; empty if it could not be seen
 */
record StreamRun(
        long events,
        double perSecond,
        int threads,
        double cpuMicros,
        double streamMicros,
        double inputBytes,
        double outputBytes,
        double changelogBytes,
        double changelogRecordBytes,
        double diskBytesPerKey,
        int keysSeen,
        double restorePerSecond,
        Map<Part, Double> shares) {
    static StreamRun between(
            Mark begin,
            Mark end,
            int threads,
            double diskBytesPerKey,
            int keysSeen,
            double restorePerSecond,
            Map<Part, Double> shares) {
        double events = end.events() - begin.events();
        double records = end.changelogRecords() - begin.changelogRecords();
        double changelog = end.changelogBytes() - begin.changelogBytes();
        return new StreamRun(
                (long) events,
                events / (end.nanos() - begin.nanos()) * 1e9,
                threads,
                (end.cpuNanos() - begin.cpuNanos()) / events / 1e3,
                (end.streamNanos() - begin.streamNanos()) / events / 1e3,
                (end.inputBytes() - begin.inputBytes()) / events,
                (end.outputBytes() - begin.outputBytes()) / events,
                changelog / events,
                records > 0 ? changelog / records : Double.NaN,
                diskBytesPerKey,
                keysSeen,
                restorePerSecond,
                shares);
    }
}
