package dev.eddy.app.bench;

import dev.eddy.network.LiveModel;

/**
 * What was measured.
 *
 * @param options    what was asked for
 * @param model      the model
 * @param step       the network alone
 * @param stream     all of it, at full speed
 * @param latency    at a steady rate; null for a model that does not answer each event
 * @param valueBytes of an event's value, on average
 * @param keyBytes   of an event's key
 * @param stateBytes of a sequence's state
 * @param commitMs   commit.interval.ms
 * @param cacheBytes eddy.state.cache.bytes
 * @param rocksBytes eddy.rocksdb.memory.bytes
 */
public record BenchResult(
        BenchOptions options,
        LiveModel model,
        StepCost step,
        StreamRun stream,
        LatencyRun latency,
        double valueBytes,
        int keyBytes,
        int stateBytes,
        long commitMs,
        long cacheBytes,
        long rocksBytes) {
    /** What an event costs. */
    Sizing.Costs costs() {
        return new Sizing.Costs(
                stream.perSecond(),
                stream.threads(),
                stream.cpuMicros(),
                stream.inputBytes(),
                stream.outputBytes(),
                keyBytes,
                stateBytes,
                stream.changelogRecordBytes(),
                stream.diskBytesPerKey(),
                stream.restorePerSecond());
    }
}
