package dev.eddy.wire;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/** Events in whatever format a Kafka deserializer reads, for example a schema registry's. */
public final class DeserializedEvents implements EventDecoder {
    private final Deserializer<?> deserializer;

    public DeserializedEvents(Deserializer<?> deserializer) {
        this.deserializer = deserializer;
    }

    @Override
    public Fields decode(String topic, Headers headers, byte[] value) {
        Object event;
        try {
            event = deserializer.deserialize(topic, headers, value);
        } catch (RuntimeException e) {
            // A foreign deserializer may throw anything; the event is to blame until shown otherwise.
            throw new BadEventException(
                    Reason.UNDECODABLE,
                    deserializer.getClass().getSimpleName() + " cannot read the value: " + e.getMessage());
        }
        return ObjectFields.of(event);
    }

    @Override
    public void close() {
        deserializer.close();
    }
}
