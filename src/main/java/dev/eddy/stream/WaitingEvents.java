package dev.eddy.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.state.CorruptStateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Events that wait for their answers; the layout is in {@code schemas/state.md}. Used by one thread. */
final class WaitingEvents {
    /** Of a record of the changelog, which brokers take up to a million bytes; the rest is for what Kafka adds. */
    static final int MAX_BYTES = 950_000;

    private static final byte PREFIX = 'E';
    private static final byte MAGIC = (byte) 0xEE;
    private static final byte VERSION = 1;
    private static final int TIME_AT = 2;
    private static final int PARTITION_AT = TIME_AT + Long.BYTES;
    private static final int OFFSET_AT = PARTITION_AT + Integer.BYTES;
    private static final int TOPIC_AT = OFFSET_AT + Long.BYTES;
    private static final int CHECKSUM_BYTES = 4;

    private final PendingAccess store;
    private final CRC32C checksum = new CRC32C();

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
        byte[] topic = event.origin().topic().getBytes(UTF_8);
        int size = TOPIC_AT + Integer.BYTES + topic.length + Integer.BYTES;
        int headers = 0;
        for (Header header : event.headers()) {
            headers++;
            size += 2 * Integer.BYTES + header.key().getBytes(UTF_8).length + lengthOf(header.value());
        }
        size += 2 * Integer.BYTES + event.value().length + Float.BYTES * input.length + CHECKSUM_BYTES;
        if (size + keySize(event.key()) > MAX_BYTES) {
            throw new BadEventException(
                    Reason.TOO_LARGE,
                    "the event has " + (size + keySize(event.key())) + " bytes with its key, its headers and what the"
                            + " model reads of it; up to " + MAX_BYTES + " can wait for an answer");
        }
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC).put(VERSION).putLong(event.time());
        buffer.putInt(event.origin().partition()).putLong(event.origin().offset());
        put(buffer, topic);
        buffer.putInt(headers);
        for (Header header : event.headers()) {
            put(buffer, header.key().getBytes(UTF_8));
            put(buffer, header.value());
        }
        put(buffer, event.value());
        buffer.putInt(input.length);
        buffer.asFloatBuffer().put(input);
        buffer.putInt(size - CHECKSUM_BYTES, checksumOf(buffer.array()));
        return buffer.array();
    }

    /** Keeps an event's {@link #bytes} under its number in its sequence. */
    void put(byte[] key, long step, byte[] bytes) {
        store.put(entry(key, step), bytes);
    }

    /** Takes an event out. */
    Event take(byte[] key, long step) {
        byte[] entry = entry(key, step);
        ByteBuffer buffer = read(entry, step);
        store.delete(entry);
        Event.Origin origin = new Event.Origin(
                new String(bytes(buffer.position(TOPIC_AT)), UTF_8),
                buffer.getInt(PARTITION_AT),
                buffer.getLong(OFFSET_AT));
        Headers headers = new RecordHeaders();
        for (int left = buffer.getInt(); left > 0; left--) {
            String name = new String(bytes(buffer), UTF_8);
            headers.add(name, bytes(buffer));
        }
        return new Event(key, buffer.getLong(TIME_AT), headers, bytes(buffer), origin);
    }

    /** Reads an encoded event. */
    void read(byte[] key, long step, float[] input) {
        ByteBuffer buffer = read(entry(key, step), step);
        int at = buffer.limit() - CHECKSUM_BYTES - Float.BYTES * input.length;
        if (at < TOPIC_AT || buffer.getInt(at - Integer.BYTES) != input.length) {
            throw new CorruptStateException(
                    "event " + step + " of a sequence has not the " + input.length + " numbers its model reads");
        }
        buffer.position(at).asFloatBuffer().get(input);
    }

    private ByteBuffer read(byte[] entry, long step) {
        byte[] bytes = store.get(entry);
        if (bytes == null) {
            throw new CorruptStateException("event " + step + " of a sequence waits for its answer but is not in the"
                    + " store, which is what a crash without exactly_once_v2 can do");
        }
        if (bytes.length < TOPIC_AT + CHECKSUM_BYTES || bytes[0] != MAGIC || bytes[1] != VERSION) {
            throw new CorruptStateException("these " + bytes.length + " bytes are not an event that waits");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getInt(bytes.length - CHECKSUM_BYTES) != checksumOf(bytes)) {
            throw new CorruptStateException(
                    "the checksum of an event that waits does not match its " + bytes.length + " bytes");
        }
        return buffer;
    }

    private static void put(ByteBuffer buffer, byte[] bytes) {
        buffer.putInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            buffer.put(bytes);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        int length = buffer.getInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static int lengthOf(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
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

    private int checksumOf(byte[] bytes) {
        checksum.reset();
        checksum.update(bytes, 0, bytes.length - CHECKSUM_BYTES);
        return (int) checksum.getValue();
    }
}
