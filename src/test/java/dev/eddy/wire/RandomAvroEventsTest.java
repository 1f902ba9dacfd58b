package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Events are taken or refused, and have the fields, that Avro's generic record of them has. */
class RandomAvroEventsTest {
    private static final int EVENTS = 10_000;

    private static final Schema SCHEMA = new Schema.Parser().parse("""
            {"type": "record", "name": "E", "fields": [
              {"name": "nothing", "type": "null"}, {"name": "flag", "type": "boolean"},
              {"name": "i", "type": "int"}, {"name": "l", "type": "long"},
              {"name": "f", "type": "float"}, {"name": "d", "type": "double"},
              {"name": "text", "type": "string"},
              {"name": "string", "type": {"type": "string", "avro.java.string": "String"}},
              {"name": "bytes", "type": "bytes"},
              {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 3}},
              {"name": "symbol", "type": {"type": "enum", "name": "S", "symbols": ["A", "B", "C"]}},
              {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "doubles", "type": {"type": "array", "items": "double"}},
              {"name": "floats", "type": {"type": "array", "items": "float"}},
              {"name": "texts", "type": {"type": "array", "items": "string"}},
              {"name": "map", "type": {"type": "map", "values": ["null", "double"]}},
              {"name": "maybe", "type": ["null", "double", "string"]},
              {"name": "inner", "type": ["null", {"type": "record", "name": "I", "fields": [
                {"name": "d", "type": ["double", "null"]},
                {"name": "list", "type": {"type": "array", "items":
                  {"type": "record", "name": "J", "fields": [{"name": "i", "type": "int"}]}}}]}]}]}
            """);

    /** A record in a record of its own kind is not looked at without being read. */
    private static final Schema RECURSIVE = new Schema.Parser().parse("""
            {"type": "record", "name": "R", "fields": [
              {"name": "d", "type": "double"}, {"name": "next", "type": ["null", "R"]}]}
            """);

    private static final List<String[]> PATHS = paths();

    private final SplittableRandom random = new SplittableRandom(6);

    private static List<String[]> paths() {
        List<String[]> paths = new ArrayList<>();
        SCHEMA.getFields().forEach(field -> paths.add(new String[] {field.name()}));
        for (String path : List.of("inner.d", "inner.list", "inner.list.i", "inner.none", "map.a", "d.d", "none")) {
            paths.add(Fields.path(path));
        }
        paths.add(new String[0]);
        return paths;
    }

    @Test
    void shouldReadRandomEventsAsARecord() throws IOException {
        AvroEvents decoder = new AvroEvents(SCHEMA);
        AvroEvents reader = new AvroEvents(SCHEMA);
        AvroFields fields = new AvroFields(AvroShape.of(SCHEMA), reader::read);
        int plain = 0;
        for (int i = 0; i < EVENTS; i++) {
            byte[] event = bytes(record(SCHEMA));
            plain += fields.read(event) ? 1 : 0;
            compare(event, decoder, reader);
            for (int k = 0; k < 10; k++) {
                compare(mutated(event), decoder, reader);
            }
        }
        assertThat(plain).as("events that are not read whole").isGreaterThan(EVENTS * 9 / 10);
    }

    @Test
    void shouldRefuseACountThatNoArrayCanHave() throws IOException {
        Schema schema = new Schema.Parser().parse("""
                {"type": "record", "name": "A", "fields": [
                  {"name": "list", "type": {"type": "array", "items": "double"}}]}
                """);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        encoder.writeLong(Long.MAX_VALUE);
        assertThatThrownBy(() -> new AvroEvents(schema).decode("t", new RecordHeaders(), bytes.toByteArray()))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("not a record of the Avro schema");
    }

    @Test
    void shouldReadRecordsWithinRecordsOfTheirKind() throws IOException {
        GenericData.Record inner = new GenericData.Record(RECURSIVE);
        inner.put("d", 2.5);
        GenericData.Record outer = new GenericData.Record(RECURSIVE);
        outer.put("d", 1.5);
        outer.put("next", inner);
        Fields fields = new AvroEvents(RECURSIVE).decode("t", new RecordHeaders(), bytes(outer));
        assertThat(fields.get(Fields.path("next.d"))).isEqualTo(2.5);
    }

    /** Both give the same, or the same exception. */
    private static void compare(byte[] event, AvroEvents decoder, AvroEvents reader) {
        Object expected = outcome(() -> reader.read(event));
        Object read = outcome(() -> decoder.decode("t", new RecordHeaders(), event));
        if (!read.equals(expected)) {
            assertThat(read).as(Arrays.toString(event)).isEqualTo(expected);
        }
    }

    private static Object outcome(Supplier<Fields> decode) {
        StringBuilder all = new StringBuilder();
        try {
            Fields fields = decode.get();
            for (String[] path : PATHS) {
                Object value = fields.get(path);
                all.append(value == null ? null : value.getClass().getName())
                        .append(value)
                        .append('\n');
            }
        } catch (BadEventException e) {
            all.append(e.reason()).append(e.getMessage());
        }
        return all.toString();
    }

    private byte[] mutated(byte[] event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = random.nextInt(event.length + 1);
        bytes.write(event, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> bytes.write(random.nextInt(256));
            case 1 -> at = Math.min(event.length, at + 1 + random.nextInt(3));
            case 2 -> at = random.nextInt(4) == 0 ? event.length : at;
            default -> {
                for (int i = random.nextInt(10); i > 0; i--) {
                    bytes.write(random.nextInt(0x80, 0x100));
                }
            }
        }
        bytes.write(event, at, event.length - at);
        byte[] mutated = bytes.toByteArray();
        for (int flips = random.nextInt(3); flips > 0 && mutated.length > 0; flips--) {
            mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return mutated;
    }

    private static byte[] bytes(GenericData.Record record) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private GenericData.Record record(Schema schema) {
        GenericData.Record record = new GenericData.Record(schema);
        schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema())));
        return record;
    }

    private Object value(Schema schema) {
        return switch (schema.getType()) {
            case NULL -> null;
            case BOOLEAN -> random.nextBoolean();
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT -> Float.intBitsToFloat(random.nextInt());
            case DOUBLE -> Double.longBitsToDouble(random.nextLong());
            case STRING -> "xä€😀".substring(random.nextInt(3)).repeat(random.nextInt(4));
            case BYTES -> ByteBuffer.wrap(new byte[random.nextInt(5)]);
            case FIXED -> new GenericData.Fixed(schema, new byte[schema.getFixedSize()]);
            case ENUM ->
                new GenericData.EnumSymbol(
                        schema,
                        schema.getEnumSymbols()
                                .get(random.nextInt(schema.getEnumSymbols().size())));
            case ARRAY -> list(schema);
            case MAP -> {
                Map<String, Object> map = new HashMap<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    map.put("abc".substring(random.nextInt(3)), value(schema.getValueType()));
                }
                yield map;
            }
            case UNION ->
                value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
            case RECORD -> record(schema);
        };
    }

    private List<Object> list(Schema schema) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(schema.getElementType()));
        }
        return list;
    }
}
