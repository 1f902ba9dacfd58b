package dev.eddy.stream;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** The headers that tell why an event is in the dead-letter topic, and where it came from. */
public final class DeadLetterHeaders {
    public static final String REASON = "eddy.reason";
    public static final String MESSAGE = "eddy.message";
    public static final String TOPIC = "eddy.topic";
    public static final String PARTITION = "eddy.partition";
    public static final String OFFSET = "eddy.offset";

    private DeadLetterHeaders() {}

    static void write(Headers headers, Outcome.Rejected rejected, Optional<RecordMetadata> origin) {
        set(headers, REASON, rejected.reason().name());
        set(headers, MESSAGE, rejected.message());
        origin.ifPresent(metadata -> {
            set(headers, TOPIC, metadata.topic());
            set(headers, PARTITION, Integer.toString(metadata.partition()));
            set(headers, OFFSET, Long.toString(metadata.offset()));
        });
    }

    private static void set(Headers headers, String name, String value) {
        headers.remove(name).add(name, String.valueOf(value).getBytes(StandardCharsets.UTF_8));
    }
}
