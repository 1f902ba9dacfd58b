package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Events in Avro that are read, and bytes that are none. */
class AvroEventsTest {
    private static final int EVENTS = 100_000;

    private static final Schema SCHEMA = new Schema.Parser().parse("""
            {"type": "record", "name": "E", "fields": [
              {"name": "doubles", "type": {"type": "array", "items": "double"}},
              {"name": "flag", "type": "boolean"}, {"name": "i", "type": "int"}, {"name": "l", "type": "long"},
              {"name": "f", "type": "float"}, {"name": "text", "type": "string"}, {"name": "bytes", "type": "bytes"},
              {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 3}},
              {"name": "symbol", "type": {"type": "enum", "name": "S", "symbols": ["A", "B", "C"]}},
              {"name": "map", "type": {"type": "map", "values": ["null", "double"]}},
              {"name": "inner", "type": ["null", {"type": "record", "name": "I", "fields": [
                {"name": "texts", "type": {"type": "array", "items": "string"}}]}]}]}
            """);

    private final SplittableRandom random = new SplittableRandom(6);
    private final AvroEvents decoder = new AvroEvents(SCHEMA);

    @Test
    void shouldReadOrRefuseWhateverBytesAreGiven() {
        byte[] event = new AvroEventEncoder(SCHEMA).encode("""
                {"doubles": [1, 2.5], "flag": true, "i": -7, "l": 12345678901, "f": 0.5, "text": "größe", "bytes": "xy",
                 "fixed": "abc", "symbol": "B", "map": {"a": 1, "b": null}, "inner": {"texts": ["c", ""]}}
                """.getBytes(StandardCharsets.UTF_8));
        int read = 0;
        for (int i = 0; i < EVENTS; i++) {
            try {
                assertThat(decode(mutated(event)).get(new String[] {"flag"})).isInstanceOf(Boolean.class);
                read++;
            } catch (BadEventException e) {
                assertThat(e.reason()).isEqualTo(Reason.UNDECODABLE);
            }
        }
        assertThat(read).isBetween(EVENTS / 20, EVENTS - EVENTS / 20);
        assertThat(decode(event).get(Fields.path("inner.texts"))).hasToString("[c, ]");
    }

    @Test
    void shouldRefuseACountThatNoArrayCanHave() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        encoder.writeLong(Long.MAX_VALUE);
        assertThatThrownBy(() -> decode(bytes.toByteArray()))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("not a record of the Avro schema");
    }

    private Fields decode(byte[] event) {
        return decoder.decode("t", new RecordHeaders(), event);
    }

    /** With some bytes put in, left out or changed. */
    private byte[] mutated(byte[] event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = random.nextInt(event.length + 1);
        bytes.write(event, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> bytes.write(random.nextInt(256));
            case 1 -> at = Math.min(event.length, at + 1 + random.nextInt(3));
            case 2 -> {
                for (int i = random.nextInt(10); i > 0; i--) {
                    bytes.write(random.nextInt(0x80, 0x100));
                }
            }
            default -> {}
        }
        bytes.write(event, at, event.length - at);
        byte[] mutated = bytes.toByteArray();
        for (int flips = random.nextInt(3); flips > 0; flips--) {
            mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return mutated;
    }
}
