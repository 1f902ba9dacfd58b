package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import java.nio.ByteBuffer;

/** Events that wait for their answers; the layout is in {@code schemas/state.md}. Used by one thread. */
final class WaitingEvents {
    private static final byte PREFIX = 'E';

    private final PendingAccess store;
    private final EventBytes bytes = new EventBytes();

    WaitingEvents(PendingAccess store) {
        this.store = store;
    }

    /**
     * The bytes of an event.
     *
     * @param input the encoded event; empty where it is not read again
     * @throws BadEventException if they are too many to be kept
     */
    byte[] bytes(Event event, float[] input) {
        return bytes.write(event, input, keySize(event.key()), "an answer");
    }

    /** Keeps an event's {@link #bytes} under its number in its sequence. */
    void put(byte[] key, long step, byte[] event) {
        store.put(entry(key, step), event);
    }

    /** Takes an event out. */
    Event take(byte[] key, long step) {
        byte[] entry = entry(key, step);
        Event event = bytes.read(key, store.get(entry));
        store.delete(entry);
        return event;
    }

    /** Reads an encoded event. */
    void read(byte[] key, long step, float[] input) {
        bytes.readInput(store.get(entry(key, step)), input);
    }

    private static int keySize(byte[] key) {
        return 1 + Integer.BYTES + key.length + Long.BYTES;
    }

    private static byte[] entry(byte[] key, long step) {
        return ByteBuffer.allocate(keySize(key))
                .put(PREFIX)
                .putInt(key.length)
                .put(key)
                .putLong(step)
                .array();
    }
}
