package dev.eddy.wire;

import dev.eddy.model.Fields;
import org.apache.kafka.common.header.Headers;

/** Reads the value of an event. Used by one thread. */
public interface EventDecoder extends AutoCloseable {
    /**
     * The fields of an event, to be read before the next event is decoded.
     *
     * @param topic   topic of the record
     * @param headers headers of the record
     * @param value   value of the record, not null
     * @throws dev.eddy.model.BadEventException if the bytes are not in the format
     */
    Fields decode(String topic, Headers headers, byte[] value);

    @Override
    default void close() {}
}
