package dev.eddy.app.bench;

import dev.eddy.stream.Eddy;

/**
 * From what an event costs to what a load needs. The formulas and their symbols are those of {@code deploy/SIZING.md}.
 *
 * @param costs what was measured
 * @param load  what is asked for
 */
record Sizing(Costs costs, Load load) {
    /** Cores and threads for a load have half as much again, for peaks and for catching up. */
    static final double HEADROOM = 1.5;

    /** Partitions for a thread, so that the load may double without new partitions, which would move keys. */
    static final int PARTITIONS_PER_THREAD = 2;

    /** RocksDB may hold everything twice while it merges files. */
    static final int DISK_FACTOR = 2;

    /**
     * What was measured.
     *
     * @param perSecond            R: events a second that were reached
     * @param threads              T: stream threads with which
     * @param cpuMicros            c: processor time for an event, microseconds, all threads of the instance
     * @param inputBytes           i: bytes of an event on its topic
     * @param outputBytes          o: bytes of a prediction on its topic
     * @param keyBytes             k: bytes of a key
     * @param stateBytes           s: bytes of a state
     * @param changelogRecordBytes r: bytes of a state in its changelog
     * @param diskBytesPerKey      d: bytes of a sequence on disk
     * @param restorePerSecond     B: bytes a second of a restore; NaN where unknown
     */
    record Costs(
            double perSecond,
            int threads,
            double cpuMicros,
            double inputBytes,
            double outputBytes,
            double keyBytes,
            double stateBytes,
            double changelogRecordBytes,
            double diskBytesPerKey,
            double restorePerSecond) {}

    /**
     * What is asked for.
     *
     * @param perSecond     E: events a second
     * @param keys          K: sequences, all equally busy
     * @param commitSeconds τ: commit.interval.ms, in seconds
     * @param cached        whether the state cache holds all sequences in use
     * @param replication   f: replication factor of the topics
     */
    record Load(double perSecond, double keys, double commitSeconds, boolean cached, int replication) {}

    /** Events a second for each core that is busy with nothing else: 10⁶ / c. */
    double perSecondPerCore() {
        return 1e6 / costs.cpuMicros();
    }

    /** Cores for the load: 1.5 · E · c / 10⁶. */
    double cores() {
        return HEADROOM * load.perSecond() * costs.cpuMicros() / 1e6;
    }

    /** Stream threads for the load, of all instances together: 1.5 · E / (R / T). */
    int threads() {
        return (int) Math.max(1, Math.ceil(HEADROOM * load.perSecond() * costs.threads() / costs.perSecond()));
    }

    /** Partitions for the load: two for each thread. */
    int partitions() {
        return PARTITIONS_PER_THREAD * threads();
    }

    /** Machines of so many cores: cores over cores of each. */
    int instances(int coresOfEach) {
        return (int) Math.max(1, Math.ceil(cores() / coresOfEach));
    }

    /**
     * States written for an event, 0 to 1. Each key that had an event is written once a commit, and of n = E · τ events on K keys
     * that is K · (1 − e^(−n/K)) keys. Without room in the cache every event writes: 1.
     */
    double writesPerEvent() {
        double perKey = load.perSecond() * load.commitSeconds() / load.keys();
        // 1 − e^(−x), exact for small x too
        return load.cached() && perKey > 0 ? -Math.expm1(-perKey) / perKey : 1;
    }

    /** Bytes a second into the changelogs: E · w · r. */
    double changelogPerSecond() {
        return load.perSecond() * writesPerEvent() * costs.changelogRecordBytes();
    }

    /** Bytes a second into the brokers, copies included: f · (E · (i + o) + changelog). */
    double brokerInPerSecond() {
        return load.replication() * written();
    }

    /** Bytes a second out of the brokers, to Eddy, to one reader of the predictions and to copies: E · (i + o) + (f − 1) · written. */
    double brokerOutPerSecond() {
        return eventsAndPredictions() + (load.replication() - 1) * written();
    }

    private double written() {
        return eventsAndPredictions() + changelogPerSecond();
    }

    private double eventsAndPredictions() {
        return load.perSecond() * (costs.inputBytes() + costs.outputBytes());
    }

    /** Disk for states, of all instances together: 2 · K · d. */
    double diskBytes() {
        return DISK_FACTOR * load.keys() * costs.diskBytesPerKey();
    }

    /** Heap for a state cache that holds all sequences, of all instances together: K · (k + s + 140). */
    double cacheBytes() {
        return load.keys() * (costs.keyBytes() + costs.stateBytes() + Eddy.STATE_CACHE_ENTRY_BYTES);
    }

    /** Bytes that are read when all states are restored from compacted changelogs: K · r. */
    double restoreBytes() {
        return load.keys() * costs.changelogRecordBytes();
    }

    /** Seconds until an instance of several has its states again when its disk is lost: K · r / instances / B. */
    double restoreSeconds(int instances) {
        return restoreBytes() / instances / costs.restorePerSecond();
    }
}
