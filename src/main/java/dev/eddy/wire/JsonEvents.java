package dev.eddy.wire;

import dev.eddy.model.Fields;
import org.apache.kafka.common.header.Headers;

/**
 * Events as JSON objects in UTF-8. A model reads few fields of an event, so none is made an object before it is asked for;
 * where the bytes are not plainly JSON, Jackson decides.
 */
public final class JsonEvents implements EventDecoder {
    private final JsonFields fields = new JsonFields();

    @Override
    public Fields decode(String topic, Headers headers, byte[] value) {
        return fields.read(value) ? fields : JsonTree.read(value);
    }
}
