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

/**
 * Events that are kept, as bytes: all that they came with but their keys; the layout is in {@code schemas/state.md}. Used by
 * one thread.
 */
final class EventBytes {
    /** Of a record of the changelog, which brokers take up to a million bytes; the rest is for what Kafka adds. */
    static final int MAX_BYTES = 950_000;

    private static final byte MAGIC = (byte) 0xEE;
    private static final byte VERSION = 1;
    private static final int TIME_AT = 2;
    private static final int PARTITION_AT = TIME_AT + Long.BYTES;
    private static final int OFFSET_AT = PARTITION_AT + Integer.BYTES;
    private static final int TOPIC_AT = OFFSET_AT + Long.BYTES;
    private static final int CHECKSUM_BYTES = 4;

    private final CRC32C checksum = new CRC32C();

    /**
     * The bytes of an event.
     *
     * @param input   the encoded event; empty where it is not read again
     * @param keySize bytes of the key it is kept under
     * @param waitFor what it is kept for, in words
     * @throws BadEventException if they are too many to be kept
     */
    byte[] write(Event event, float[] input, int keySize, String waitFor) {
        byte[] topic = event.origin().topic().getBytes(UTF_8);
        int headers = 0;
        long size = TOPIC_AT + 4L * Integer.BYTES + topic.length + lengthOf(event.value()) + CHECKSUM_BYTES;
        for (Header header : event.headers()) {
            headers++;
            size += 2L * Integer.BYTES + header.key().getBytes(UTF_8).length + lengthOf(header.value());
        }
        size += (long) Float.BYTES * input.length;
        if (size + keySize > MAX_BYTES) {
            throw new BadEventException(
                    Reason.TOO_LARGE,
                    "the event has " + (size + keySize) + " bytes with its key, its headers"
                            + (input.length > 0 ? " and what the model reads of it; up to " : "; up to ") + MAX_BYTES
                            + " can wait for " + waitFor);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
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
        buffer.putInt(buffer.capacity() - CHECKSUM_BYTES, checksumOf(buffer.array()));
        return buffer.array();
    }

    /**
     * The event of some bytes.
     *
     * @param key   its record key
     * @param bytes what {@link #write} gave; null where there are none
     * @throws CorruptStateException if the bytes are damaged or not there
     */
    Event read(byte[] key, byte[] bytes) {
        ByteBuffer buffer = checked(bytes);
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

    /**
     * Reads an encoded event.
     *
     * @param bytes what {@link #write} gave; null where there are none
     * @param input receives it
     * @throws CorruptStateException if the bytes are damaged or not there, or hold other than so many numbers
     */
    void readInput(byte[] bytes, float[] input) {
        ByteBuffer buffer = checked(bytes);
        int at = buffer.limit() - CHECKSUM_BYTES - Float.BYTES * input.length;
        if (at < TOPIC_AT || buffer.getInt(at - Integer.BYTES) != input.length) {
            throw new CorruptStateException(
                    "an event that waits has not the " + input.length + " numbers its model reads");
        }
        buffer.position(at).asFloatBuffer().get(input);
    }

    private ByteBuffer checked(byte[] bytes) {
        if (bytes == null) {
            throw new CorruptStateException(
                    "an event that waits is not in the store, which is what a crash without exactly_once_v2 can do");
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

    private int checksumOf(byte[] bytes) {
        checksum.reset();
        checksum.update(bytes, 0, bytes.length - CHECKSUM_BYTES);
        return (int) checksum.getValue();
    }
}
