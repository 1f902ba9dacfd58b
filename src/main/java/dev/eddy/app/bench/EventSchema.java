package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** The Avro schema of an event: records within records, as its fields are nested. */
final class EventSchema {
    private EventSchema() {}

    /**
     * The schema that an example has.
     *
     * @throws OperationFailedException if Avro has no such names
     */
    static Schema of(Map<String, Object> example) {
        return record("BenchEvent", example);
    }

    private static Schema record(String name, Map<?, ?> example) {
        List<Schema.Field> fields = new ArrayList<>();
        example.forEach((key, value) -> {
            String field = key.toString();
            try {
                fields.add(new Schema.Field(field, schema(name + "_" + field, value)));
            } catch (AvroRuntimeException e) {
                throw new OperationFailedException(
                        "the model's field '" + field + "' cannot be a field of an Avro record: " + e.getMessage()
                                + "; use --format json",
                        e);
            }
        });
        return Schema.createRecord(name, null, "dev.eddy.bench", false, fields);
    }

    private static Schema schema(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            return record(name, map);
        } else if (value instanceof List<?>) {
            return Schema.createArray(Schema.create(Schema.Type.DOUBLE));
        } else if (value instanceof Integer) {
            return Schema.create(Schema.Type.INT);
        }
        return Schema.create(value instanceof Double ? Schema.Type.DOUBLE : Schema.Type.STRING);
    }
}
