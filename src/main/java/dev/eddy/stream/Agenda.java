package dev.eddy.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The entries of one kind among what is still to come, in the order of their times; the layout of their keys is in
 * {@code schemas/state.md}. The next ones are remembered and read many at a time: opening an iterator for every event, or
 * beginning it before entries that were deleted, would cost more than the events. Used by one thread.
 */
final class Agenda {
    private static final int READ_AT_ONCE = 128;
    private static final int REMEMBERED = 2 * READ_AT_ONCE;
    private static final int TIME_AT = 1;
    private static final int REST_AT = TIME_AT + Long.BYTES;

    private final PendingAccess store;
    private final byte prefix;
    private final NavigableSet<byte[]> next = new TreeSet<>(Arrays::compareUnsigned);
    private byte[] unread; // all entries are among the next, or not before this one; null: all are among the next

    /**
     * The entries of one kind.
     *
     * @param prefix first byte of their keys, and of no others
     */
    Agenda(PendingAccess store, char prefix) {
        this.store = store;
        this.prefix = (byte) prefix;
        this.unread = new byte[] {this.prefix};
    }

    /** Adds an entry. */
    void put(byte[] entry, byte[] value) {
        store.put(entry, value);
        if (unread == null || Arrays.compareUnsigned(entry, unread) < 0) {
            next.add(entry);
            if (next.size() > REMEMBERED) {
                unread = next.pollLast();
            }
        }
    }

    /** Takes an entry out, if it is there. */
    void remove(byte[] entry) {
        next.remove(entry);
        store.delete(entry);
    }

    /** Whether an entry may be due; looks into no store. */
    boolean mayBeDue(long now) {
        if (!next.isEmpty()) {
            return time(next.first()) <= now;
        }
        return unread != null && (unread.length < REST_AT || time(unread) <= now);
    }

    /** The first entry that is due, which stays; null for none. */
    byte[] firstDue(long now) {
        if (!mayBeDue(now)) {
            return null;
        }
        if (next.isEmpty()) {
            read();
        }
        return !next.isEmpty() && time(next.first()) <= now ? next.first() : null;
    }

    private void read() {
        byte[][] behind = new byte[1][];
        store.scan(unread, entry -> {
            if (entry[0] != prefix) {
                return false;
            }
            if (next.size() == READ_AT_ONCE) {
                behind[0] = entry;
                return false;
            }
            return next.add(entry);
        });
        unread = behind[0];
    }

    /** Bytes of the key of an entry with so many bytes behind its time. */
    static int keySize(int rest) {
        return REST_AT + rest;
    }

    /** The key of an entry. */
    byte[] entry(long time, byte[] rest) {
        // With the sign bit flipped, the bytes are in the order of the numbers.
        return ByteBuffer.allocate(REST_AT + rest.length)
                .put(prefix)
                .putLong(time ^ Long.MIN_VALUE)
                .put(rest)
                .array();
    }

    /** The time of an entry. */
    static long time(byte[] entry) {
        return ByteBuffer.wrap(entry).getLong(TIME_AT) ^ Long.MIN_VALUE;
    }

    /** What the key of an entry has behind its time. */
    static byte[] rest(byte[] entry) {
        return Arrays.copyOfRange(entry, REST_AT, entry.length);
    }
}
