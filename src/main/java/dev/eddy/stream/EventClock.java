package dev.eddy.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The stream time of the events alone, where a task reads labels too: Kafka Streams' own is that of all its topics, and labels
 * must not have a say in when sequences end. Kept beside what is still to come, as {@code schemas/state.md} tells.
 */
final class EventClock {
    private static final byte[] KEY = {'K'};

    private final PendingAccess store;
    private long now; // below zero: no event was ever seen

    /**
     * The clock where it was.
     *
     * @param first the time if none is kept
     */
    EventClock(PendingAccess store, long first) {
        this.store = store;
        byte[] kept = store.get(KEY);
        now = kept == null ? first : littleEndian(kept).getLong();
    }

    /** Forgets the time, where Kafka Streams' own is that of the events. */
    static void forget(PendingAccess store) {
        if (store.get(KEY) != null) {
            store.delete(KEY);
        }
    }

    /** An event of this time came; gives the latest time of an event, this one included. */
    long advance(long time) {
        if (time > now) {
            now = time;
            byte[] bytes = new byte[Long.BYTES];
            littleEndian(bytes).putLong(time);
            store.put(KEY, bytes);
        }
        return now;
    }

    /** The latest time of an event; below zero if there was none. */
    long now() {
        return now;
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
