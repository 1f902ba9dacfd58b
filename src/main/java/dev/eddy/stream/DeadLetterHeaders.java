package dev.eddy.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** The headers that tell why an event is in the dead-letter topic, and where it came from. */
public final class DeadLetterHeaders {
    public static final String REASON = "eddy.reason";
    public static final String MESSAGE = "eddy.message";
    public static final String TOPIC = "eddy.topic";
    public static final String PARTITION = "eddy.partition";
    public static final String OFFSET = "eddy.offset";

    /** Length of the original value, where it was cut. */
    public static final String TRUNCATED = "eddy.truncated";

    /** What any broker takes by default; an event may be so large that the reason does not fit in beside it. */
    private static final int MAX_RECORD_BYTES = 1_000_000;

    private DeadLetterHeaders() {}

    static void write(Headers headers, Outcome.Rejected rejected, Event.Origin origin) {
        set(headers, REASON, rejected.reason().name());
        set(headers, MESSAGE, rejected.message());
        if (origin.partition() >= 0) {
            set(headers, TOPIC, origin.topic());
            set(headers, PARTITION, Integer.toString(origin.partition()));
            set(headers, OFFSET, Long.toString(origin.offset()));
        }
    }

    /** The original value, or as much of its beginning as fits into a record with the headers. */
    static byte[] fitting(Headers headers, byte[] key, byte[] original) {
        int room = MAX_RECORD_BYTES - (key == null ? 0 : key.length);
        for (Header header : headers) {
            room -= header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        if (original == null || original.length <= room) {
            return original;
        }
        set(headers, TRUNCATED, Integer.toString(original.length));
        return Arrays.copyOf(original, Math.max(0, room));
    }

    private static void set(Headers headers, String name, String value) {
        headers.remove(name).add(name, String.valueOf(value).getBytes(StandardCharsets.UTF_8));
    }
}
