package dev.eddy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.EventTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** JSON values → Avro's generic values, directed by the schema; unions need no tags, the first branch that fits is taken. */
final class JsonToAvro {
    private JsonToAvro() {}

    /**
     * Converts one value.
     *
     * @param path where the value stands in the event, for messages; empty at the top
     * @throws BadEventException if the value does not fit
     */
    static Object convert(JsonNode node, Schema schema, String path) {
        if (!fits(node, schema)) {
            throw new BadEventException(
                    Reason.WRONG_TYPE,
                    (path.isEmpty() ? "the event" : "the field '" + path + "'") + " must be " + name(schema)
                            + " but is " + AvroEventEncoder.describe(node));
        }
        return switch (schema.getType()) {
            case NULL -> null;
            case BOOLEAN -> node.booleanValue();
            case INT -> node.intValue();
            case LONG -> node.isTextual() ? EventTime.parse(node.textValue()) : node.longValue();
            case FLOAT -> node.floatValue();
            case DOUBLE -> node.doubleValue();
            case STRING -> node.textValue();
            case ENUM -> new GenericData.EnumSymbol(schema, node.textValue());
            case BYTES -> ByteBuffer.wrap(node.textValue().getBytes(StandardCharsets.ISO_8859_1));
            case FIXED -> new GenericData.Fixed(schema, node.textValue().getBytes(StandardCharsets.ISO_8859_1));
            case ARRAY -> list(node, schema, path);
            case MAP -> map(node, schema, path);
            case RECORD -> record(node, schema, path);
            case UNION -> convert(node, branch(node, schema), path);
        };
    }

    private static boolean fits(JsonNode node, Schema schema) {
        return switch (schema.getType()) {
            case NULL -> node.isNull();
            case BOOLEAN -> node.isBoolean();
            case INT -> node.isIntegralNumber() && node.canConvertToInt();
            case LONG -> (node.isIntegralNumber() && node.canConvertToLong()) || isTime(node, schema);
            case FLOAT, DOUBLE -> node.isNumber();
            case STRING, BYTES -> node.isTextual();
            case ENUM -> node.isTextual() && schema.hasEnumSymbol(node.textValue());
            case FIXED -> node.isTextual() && node.textValue().length() == schema.getFixedSize();
            case ARRAY -> node.isArray();
            case MAP, RECORD -> node.isObject();
            case UNION -> branch(node, schema) != null;
        };
    }

    private static boolean isTime(JsonNode node, Schema schema) {
        if (!node.isTextual() || !"timestamp-millis".equals(schema.getProp("logicalType"))) {
            return false;
        }
        try {
            return EventTime.parse(node.textValue()) >= 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Schema branch(JsonNode node, Schema union) {
        for (Schema branch : union.getTypes()) {
            if (fits(node, branch)) {
                return branch;
            }
        }
        return null;
    }

    private static Object list(JsonNode node, Schema schema, String path) {
        List<Object> list = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            list.add(convert(element, schema.getElementType(), path + "[" + list.size() + "]"));
        }
        return list;
    }

    private static Object map(JsonNode node, Schema schema, String path) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties()
                .forEach(entry -> map.put(
                        entry.getKey(),
                        convert(entry.getValue(), schema.getValueType(), within(path, entry.getKey()))));
        return map;
    }

    private static Object record(JsonNode node, Schema schema, String path) {
        GenericData.Record record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
            String inner = within(path, field.name());
            JsonNode value = node.get(field.name());
            record.put(field.pos(), value == null ? absent(field, inner) : convert(value, field.schema(), inner));
        }
        return record;
    }

    private static Object absent(Schema.Field field, String path) {
        if (field.hasDefaultValue()) {
            return GenericData.get().getDefaultValue(field);
        } else if (field.schema().isNullable()) {
            return null;
        }
        throw new BadEventException(
                Reason.MISSING_FIELD,
                "the field '" + path + "' is missing; the schema wants " + name(field.schema())
                        + " and has no default");
    }

    private static String within(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String name(Schema schema) {
        return switch (schema.getType()) {
            case UNION ->
                String.join(
                        " or ", schema.getTypes().stream().map(JsonToAvro::name).toList());
            case ENUM -> "one of " + schema.getEnumSymbols();
            case FIXED -> "a text of " + schema.getFixedSize() + " bytes";
            default -> "Avro " + schema.getType().getName();
        };
    }
}
