package dev.eddy.stream;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the tasks of a stream thread do before they commit, done for all of them when the first one commits. A thread commits
 * its tasks one after the other and waits, for each, until the broker has everything it sent; this way it waits once, and the
 * broker takes the states of one task while those of the next are encoded. Doing it earlier than a task's own turn is as good:
 * what a task sends belongs to the transaction that is open, and every task that has something to send commits with it.
 */
final class FlushGroup {
    private final ThreadLocal<Set<Runnable>> flushes = ThreadLocal.withInitial(LinkedHashSet::new);

    /** A task of this thread begins. */
    void join(Runnable flush) {
        flushes.get().add(flush);
    }

    /** A task of this thread goes. */
    void leave(Runnable flush) {
        flushes.get().remove(flush);
    }

    /** Flushes all tasks of this thread. */
    void flush() {
        flushes.get().forEach(Runnable::run);
    }
}
