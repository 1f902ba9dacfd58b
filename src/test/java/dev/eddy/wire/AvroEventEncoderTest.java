package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvroEventEncoderTest {
    private static final Schema SCHEMA = new Schema.Parser().parse("""
            {"type":"record","name":"Event","fields":[
              {"name":"id","type":"string"},
              {"name":"count","type":["null","int","double"],"default":null},
              {"name":"level","type":"float","default":0.5},
              {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"default":0},
              {"name":"mode","type":{"type":"enum","name":"Mode","symbols":["ON","OFF"]},"default":"ON"},
              {"name":"values","type":{"type":"array","items":"double"},"default":[]},
              {"name":"tags","type":{"type":"map","values":"boolean"},"default":{}},
              {"name":"place","type":["null",{"type":"record","name":"Place","fields":[{"name":"x","type":"long"}]}],
               "default":null}]}""");

    private final AvroEventEncoder encoder = new AvroEventEncoder(SCHEMA);

    @Test
    void shouldEncodeFieldsByNameAndLeaveOutUnknownOnes() throws IOException {
        GenericRecord record =
                decode(encode("{\"values\":[1,2.5],\"id\":\"a\",\"count\":3,\"level\":1.25,\"mode\":\"OFF\","
                        + "\"tags\":{\"hot\":true},\"place\":{\"x\":7},\"at\":\"2026-03-01\",\"more\":1}"));

        assertThat(record)
                .hasToString("{\"id\": \"a\", \"count\": 3, \"level\": 1.25, \"at\": 1772323200000, \"mode\": \"OFF\", "
                        + "\"values\": [1.0, 2.5], \"tags\": {\"hot\": true}, \"place\": {\"x\": 7}}");
    }

    @Test
    void shouldTakeDefaultsForAbsentFieldsAndTheFirstBranchThatFits() throws IOException {
        GenericRecord record = decode(encode("{\"id\":\"a\",\"count\":1.5}"));

        assertThat(record.get("count")).isEqualTo(1.5);
        assertThat(record.get("level")).isEqualTo(0.5f);
        assertThat(record.get("place")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|MISSING_FIELD|the field 'id' is missing; the schema wants Avro string and has no default",
                "{\"id\":5}|WRONG_TYPE|the field 'id' must be Avro string but is the number 5",
                "{\"id\":\"a\",\"count\":\"b\"}|WRONG_TYPE|the field 'count' must be Avro null or Avro int or Avro double but"
                        + " is the string \"b\"",
                "{\"id\":\"a\",\"mode\":\"X\"}|WRONG_TYPE|the field 'mode' must be one of [ON, OFF] but is the string \"X\"",
                "{\"id\":\"a\",\"values\":[1,null]}|WRONG_TYPE|the field 'values[1]' must be Avro double but is null",
                "{\"id\":\"a\",\"place\":{\"x\":1.5}}|WRONG_TYPE|the field 'place.x' must be Avro long but is the number 1.5",
                "[]|WRONG_TYPE|the event must be Avro record but is array"
            })
    void shouldNameTheFieldThatDoesNotFit(String json, Reason reason, String message) {
        assertThatThrownBy(() -> encode(json))
                .isInstanceOfSatisfying(
                        BadEventException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessage(message);
    }

    @Test
    void shouldRefuseWhatIsNoJson() {
        assertThatThrownBy(() -> encode("a,1"))
                .isInstanceOf(BadEventException.class)
                .hasMessageStartingWith("the event is not valid JSON");
    }

    @Test
    void shouldRefuseASchemaThatIsNoRecord() {
        assertThatThrownBy(() -> new AvroEventEncoder(SchemaBuilder.builder().intType()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no record but int");
    }

    private byte[] encode(String json) {
        return encoder.encode(json.getBytes(UTF_8));
    }

    private static GenericRecord decode(byte[] bytes) throws IOException {
        return new GenericDatumReader<GenericRecord>(SCHEMA)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    }
}
