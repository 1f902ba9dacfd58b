package dev.eddy.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * When sequences are to be looked at again, in event time; the layout is in {@code schemas/state.md}. What is due is found
 * without looking at the rest: the timers are in the order of their times, and what was taken before is not passed again.
 * Used by one thread.
 */
final class Timers {
    private static final byte PREFIX = 'T';
    private static final byte[] SET = {1};
    private static final int KEY_AT = 1 + Long.BYTES;

    private final PendingAccess store;
    private byte[] first = {PREFIX}; // no timer is before it; null: there is none at all
    private long earliest = Long.MIN_VALUE; // that of first

    /** A timer that is due. */
    record Timer(long time, byte[] key) {}

    Timers(PendingAccess store) {
        this.store = store;
    }

    /** Sets a timer of a key. */
    void set(long time, byte[] key) {
        byte[] entry = entry(time, key);
        store.put(entry, SET);
        if (first == null || Arrays.compareUnsigned(entry, first) < 0) {
            beginAt(entry);
        }
    }

    /** Takes a timer back. */
    void cancel(long time, byte[] key) {
        store.delete(entry(time, key));
    }

    /** Whether a timer may be due. */
    boolean mayBeDue(long now) {
        return earliest <= now;
    }

    /**
     * Takes out timers that are due, the earliest first.
     *
     * @param now   up to this time
     * @param limit so many at most
     */
    List<Timer> take(long now, int limit) {
        List<Timer> due = new ArrayList<>();
        if (!mayBeDue(now)) {
            return due;
        }
        byte[][] next = new byte[1][];
        store.scan(first, entry -> {
            if (entry[0] != PREFIX) {
                return false;
            }
            Timer timer = new Timer(time(entry), Arrays.copyOfRange(entry, KEY_AT, entry.length));
            if (due.size() == limit || timer.time() > now) {
                next[0] = entry;
                return false;
            }
            return due.add(timer);
        });
        due.forEach(timer -> cancel(timer.time(), timer.key()));
        beginAt(next[0]);
        return due;
    }

    private void beginAt(byte[] entry) {
        first = entry;
        earliest = entry == null ? Long.MAX_VALUE : time(entry);
    }

    private static byte[] entry(long time, byte[] key) {
        // With the sign bit flipped, the bytes are in the order of the numbers.
        return ByteBuffer.allocate(KEY_AT + key.length)
                .put(PREFIX)
                .putLong(time ^ Long.MIN_VALUE)
                .put(key)
                .array();
    }

    private static long time(byte[] entry) {
        return ByteBuffer.wrap(entry).getLong(1) ^ Long.MIN_VALUE;
    }
}
