package dev.eddy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.IndexedRecord;

/** The fields of whatever a deserializer gave. */
final class ObjectFields {
    private ObjectFields() {}

    static Fields of(Object value) {
        if (value instanceof JsonNode node) {
            return JsonEvents.fields(node);
        } else if (value instanceof IndexedRecord || value instanceof Map) {
            return path -> {
                Object inner = value;
                for (String name : path) {
                    inner = child(inner, name);
                }
                return inner instanceof GenericEnumSymbol<?> symbol ? symbol.toString() : inner;
            };
        }
        throw new BadEventException(
                Reason.UNDECODABLE,
                "the deserializer gave a "
                        + (value == null ? "null" : value.getClass().getName())
                        + "; it must give an Avro record, a map or a JSON tree");
    }

    private static Object child(Object parent, String name) {
        if (parent instanceof IndexedRecord record) {
            Schema.Field field = record.getSchema().getField(name);
            return field == null ? null : record.get(field.pos());
        } else if (parent instanceof Map<?, ?> map) {
            Object value = map.get(name);
            // Avro's maps may have keys of its own text type.
            return value != null ? value : map.get(new org.apache.avro.util.Utf8(name));
        }
        return null;
    }
}
