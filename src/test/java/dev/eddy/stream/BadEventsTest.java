package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bad event never touches a state: it goes to the dead letters, bytes and headers kept, and the stream goes on. */
class BadEventsTest {
    private static final String GOOD = "{\"value\":1,\"vec\":[1,2],\"token\":1}";

    @TempDir
    Path stateDir;

    private TopologyFixture topology;

    @BeforeEach
    void open() {
        List<Feature> features =
                List.of(new Feature.Numeric("value", null, null, null), new Feature.Vector("vec", 2, null, null, null));
        ModelFile model = TestModels.model(
                "m", "1", features, CellKind.LSTM, 4, 1, new Task.Predict(List.of("value"), 1), List.of(), 3);
        topology = new TopologyFixture(stateDir, Map.of());
        topology.publish(model);
        topology.deploy(model.id(), 0);
    }

    @AfterEach
    void close() {
        topology.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not json                            | UNDECODABLE   | not JSON",
                "[1,2]                               | UNDECODABLE   | not an object",
                "{\"value\":1,\"vec\":[1,2]} trailing | UNDECODABLE   | not JSON",
                "{\"vec\":[1,2]}                     | MISSING_FIELD | 'value'",
                "{\"value\":null,\"vec\":[1,2]}      | MISSING_FIELD | 'value'",
                "{\"value\":NaN,\"vec\":[1,2]}       | NOT_FINITE    | 'value'",
                "{\"value\":-Infinity,\"vec\":[1,2]} | NOT_FINITE    | 'value'",
                "{\"value\":1e300,\"vec\":[1,2]}     | NOT_FINITE    | 'value'",
                "{\"value\":\"1\",\"vec\":[1,2]}     | WRONG_TYPE    | must be a number",
                "{\"value\":{},\"vec\":[1,2]}        | WRONG_TYPE    | must be a number",
                "{\"value\":1,\"vec\":7}             | WRONG_TYPE    | list of 2",
                "{\"value\":1,\"vec\":[1,\"x\"]}     | WRONG_TYPE    | element 1",
                "{\"value\":1,\"vec\":[1]}           | WRONG_LENGTH  | 2 numbers but has 1",
                "{\"value\":1,\"vec\":[1,2,3]}       | WRONG_LENGTH  | 2 numbers but has 3",
                "{\"value\":1,\"vec\":[1,NaN]}       | NOT_FINITE    | 'vec'",
            })
    void shouldSetABadEventAsideAndLeaveTheStateAsItWas(String json, String reason, String message) {
        topology.event("a", 1, GOOD);
        byte[] before = topology.state("a");
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", "t1".getBytes(StandardCharsets.UTF_8));
        topology.event("a", 2, json.getBytes(StandardCharsets.UTF_8), headers);

        TestRecord<byte[], byte[]> letter = topology.deadLetter(reason, message);
        assertThat(new String(letter.value(), StandardCharsets.UTF_8)).isEqualTo(json);
        assertThat(letter.timestamp()).isEqualTo(2);
        assertThat(letter.key()).isEqualTo("a".getBytes(StandardCharsets.UTF_8));
        assertThat(TopologyFixture.header(letter, "trace")).isEqualTo("t1");
        assertThat(TopologyFixture.header(letter, DeadLetterHeaders.TOPIC)).isEqualTo("eddy.events");
        assertThat(TopologyFixture.header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("1");
        assertThat(topology.state("a")).containsExactly(before);

        topology.event("a", 3, GOOD);
        topology.prediction();
        assertThat(topology.prediction().get("step").longValue()).isEqualTo(2);
    }

    @Test
    void shouldSetAnEventWithoutAKeyAside() {
        topology.event(null, 1, GOOD);
        TestRecord<byte[], byte[]> letter = topology.deadLetter("NULL_KEY", "no key");
        assertThat(letter.key()).isNull();
    }

    @Test
    void shouldSetARecordWithNeitherKeyNorValueAside() {
        topology.event(null, 1, null, new RecordHeaders());
        assertThat(topology.deadLetter("NULL_KEY").value()).isNull();
    }

    @Test
    void shouldCutAnEventThatIsTooLargeToCarryItsReason() {
        byte[] huge = new byte[1_048_000];
        java.util.Arrays.fill(huge, (byte) 'x');
        topology.event("a", 1, huge, new RecordHeaders());
        TestRecord<byte[], byte[]> letter = topology.deadLetter("UNDECODABLE");
        assertThat(letter.value()).hasSizeBetween(990_000, 1_000_000);
        assertThat(TopologyFixture.header(letter, DeadLetterHeaders.TRUNCATED)).isEqualTo("1048000");
        topology.event("a", 2, GOOD);
        assertThat(topology.prediction().get("step").longValue()).isEqualTo(1);
    }

    @Test
    void shouldSetAnUnknownTokenAside() {
        ModelFile tokens = tokenModel();
        topology.publish(tokens);
        topology.deploy(tokens.id(), 0);
        for (String token : List.of("3", "-1", "1e9")) {
            topology.event("a", 1, "{\"token\":" + token + "}");
            topology.deadLetter("UNKNOWN_TOKEN", "'token'");
        }
        topology.event("a", 1, "{\"token\":1.5}");
        topology.deadLetter("WRONG_TYPE", "integer id");
        assertThat(topology.state("a")).isNull();
        topology.event("a", 1, "{\"token\":2}");
        assertThat(topology.prediction().get("step").longValue()).isEqualTo(1);
    }

    @Test
    void shouldSetAnEventAsideWhoseAnswerIsNotFinite() {
        ModelFile finite = TestModels.predictor("wild", "1", CellKind.RNN, 2, 1);
        Map<String, Tensor> tensors = new TreeMap<>(finite.tensors());
        tensors.put("head.weight", Tensor.of(new float[] {3e38f, 3e38f}, 1, 2));
        tensors.put("head.bias", Tensor.of(new float[] {3.4e38f}, 1));
        tensors.put("rnn.bias_ih_l0", Tensor.of(new float[] {9f, 9f}, 2));
        ModelFile wild = new ModelFile(finite.spec(), tensors);
        topology.publish(wild);
        topology.deploy(wild.id(), 0);
        topology.event("z", 1, "{\"value\":10}");
        topology.deadLetter("NOT_FINITE_OUTPUT", "not finite");
        assertThat(topology.state("z")).isNull();
    }

    @Test
    void shouldSetUndecodableAvroAside(@TempDir Path avroDir) throws IOException {
        Path file = avroDir.resolve("event.avsc");
        Schema schema = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"E\",\"fields\":[{\"name\":\"value\",\"type\":\"double\"},"
                        + "{\"name\":\"note\",\"type\":\"string\"}]}");
        Files.writeString(file, schema.toString());
        ModelFile model = TestModels.predictor("m", "2", CellKind.GRU, 3, 1);
        try (TopologyFixture avro = new TopologyFixture(
                avroDir.resolve("state"),
                Map.of("eddy.input.format", "avro", "eddy.input.avro.schema", file.toString()))) {
            avro.publish(model);
            avro.deploy(model.id(), 0);
            byte[] good = avro(schema, 1.5);
            avro.event("a", 1, good, new RecordHeaders());
            assertThat(avro.prediction().get("step").longValue()).isEqualTo(1);
            byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
            byte[] shorter = java.util.Arrays.copyOf(good, good.length - 1);
            // A text of two gigabytes, of which nothing is there.
            byte[] claimsMuch = new byte[13];
            java.util.Arrays.fill(claimsMuch, 8, 12, (byte) 0xFE);
            claimsMuch[12] = 0x0E;
            for (byte[] bad : List.of(new byte[0], longer, shorter, claimsMuch)) {
                avro.event("a", 2, bad, new RecordHeaders());
                assertThat(avro.deadLetter("UNDECODABLE").value()).isEqualTo(bad);
            }
        }
    }

    private static byte[] avro(Schema schema, double value) throws IOException {
        GenericData.Record record = new GenericData.Record(schema);
        record.put("value", value);
        record.put("note", "n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<>(schema).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    /** An embedding of three ids. */
    private static ModelFile tokenModel() {
        ModelFile base = TestModels.predictor("t", "1", CellKind.RNN, 2, 1);
        Map<String, Tensor> tensors = new TreeMap<>(base.tensors());
        tensors.put("embedding", Tensor.of(new float[] {1, 2, 3}, 3, 1));
        return new ModelFile(
                new dev.eddy.model.ModelSpec(
                        "t",
                        "1",
                        List.of(new Feature.Token("token", "embedding", null, false, null, null)),
                        base.spec().layers(),
                        base.spec().head(),
                        null,
                        null,
                        null,
                        null),
                tensors);
    }
}
