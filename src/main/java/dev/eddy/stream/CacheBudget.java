package dev.eddy.stream;

import java.util.concurrent.atomic.AtomicInteger;

/** The memory for caches of states, in equal parts for the tasks of an instance. Shared by their threads. */
final class CacheBudget {
    private final long bytes;
    private final AtomicInteger tasks = new AtomicInteger();

    CacheBudget(long bytes) {
        this.bytes = bytes;
    }

    /** A task begins. */
    void join() {
        tasks.incrementAndGet();
    }

    /** A task goes. */
    void leave() {
        tasks.decrementAndGet();
    }

    /** Bytes for each task now. */
    long share() {
        return bytes / Math.max(1, tasks.get());
    }
}
