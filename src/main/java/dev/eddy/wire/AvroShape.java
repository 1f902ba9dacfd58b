package dev.eddy.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/**
 * A part of a schema, prepared for reading: a tree, in which every place that an event has once is numbered. Immutable.
 *
 * @param type     what is there
 * @param schema   its schema
 * @param place    its number; -1 within arrays and maps
 * @param parts    fields of a record, branches of a union, or the elements of an array or map
 * @param names    the position of each field of a record
 * @param asString whether a text is given as {@link String}
 */
record AvroShape(
        Schema.Type type, Schema schema, int place, AvroShape[] parts, Map<String, Integer> names, boolean asString) {
    /** More have no use in an event; each costs a little memory of every thread. */
    static final int MOST_PLACES = 4096;

    /** Of records; null if they may contain themselves or are very large. */
    static AvroShape of(Schema schema) {
        return new Builder().build(schema, true);
    }

    private static final class Builder {
        private final Set<String> open = new HashSet<>();
        private int nodes;

        AvroShape build(Schema schema, boolean once) {
            int place = once ? nodes : -1;
            if (++nodes > MOST_PLACES) {
                return null;
            }
            Map<String, Integer> names = new HashMap<>();
            List<Schema> parts = List.of();
            switch (schema.getType()) {
                case RECORD -> {
                    if (!open.add(schema.getFullName())) {
                        return null;
                    }
                    schema.getFields().forEach(field -> names.put(field.name(), field.pos()));
                    parts = schema.getFields().stream()
                            .map(Schema.Field::schema)
                            .toList();
                }
                case UNION -> parts = schema.getTypes();
                case ARRAY -> parts = List.of(schema.getElementType());
                case MAP -> parts = List.of(schema.getValueType());
                default -> {
                    // Has no parts.
                }
            }
            boolean partsOnce = once && schema.getType() != Schema.Type.ARRAY && schema.getType() != Schema.Type.MAP;
            List<AvroShape> built = new ArrayList<>();
            for (Schema part : parts) {
                AvroShape shape = build(part, partsOnce);
                if (shape == null) {
                    return null;
                }
                built.add(shape);
            }
            if (schema.getType() == Schema.Type.RECORD) {
                open.remove(schema.getFullName());
            }
            boolean asString = GenericData.StringType.String.name().equals(schema.getProp(GenericData.STRING_PROP));
            return new AvroShape(schema.getType(), schema, place, built.toArray(AvroShape[]::new), names, asString);
        }
    }
}
