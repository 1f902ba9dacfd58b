package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.Prediction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyTest {
    private final ModelFile predictor = TestModels.predictor("next", "1", CellKind.LSTM, 8, 1);
    private final ModelFile successor = TestModels.predictor("next", "2", CellKind.GRU, 6, 2);

    @TempDir
    Path stateDir;

    private TopologyFixture topology;

    @BeforeEach
    void open() {
        topology = new TopologyFixture(stateDir, Map.of());
    }

    @AfterEach
    void close() {
        topology.close();
    }

    @Test
    void shouldAnswerEveryEventWithTheStateOfItsKey() {
        run(predictor);
        topology.event("a", 1, "{\"value\":12}");
        topology.event("b", 2, "{\"value\":3}");
        topology.event("a", 3, "{\"value\":12}");

        JsonNode first = topology.prediction();
        JsonNode other = topology.prediction();
        JsonNode second = topology.prediction();
        assertThat(first.get("key").textValue()).isEqualTo("a");
        assertThat(first.get("timestamp").longValue()).isEqualTo(1);
        assertThat(first.get("step").longValue()).isEqualTo(1);
        assertThat(first.get("model").textValue()).isEqualTo("next");
        assertThat(first.get("version").textValue()).isEqualTo("1");
        assertThat(first.get("fingerprint").textValue())
                .isEqualTo(predictor.fingerprint().toString());
        assertThat(first.get("start").textValue()).isEqualTo("cold");
        assertThat(other.get("step").longValue()).isEqualTo(1);
        assertThat(second.get("step").longValue()).isEqualTo(2);
        assertThat(second.get("values")).isNotEqualTo(first.get("values"));
    }

    @Test
    void shouldGiveTheResidualOfTheLastPredictionAtTheNextEvent() {
        run(predictor);
        topology.event("a", 1, "{\"value\":12}");
        topology.event("a", 2, "{\"value\":14.5}");

        JsonNode first = topology.prediction();
        JsonNode second = topology.prediction();
        assertThat(first.has("residual")).isFalse();
        assertThat(second.get("residual").get(0).doubleValue())
                .isCloseTo(14.5 - first.get("values").get(0).doubleValue(), within(1e-12));
    }

    @Test
    void shouldTagWithLabelAndProbabilities() {
        run(TestModels.tagger("tag", "1", 2, 4, List.of("low", "high", "odd"), 5));
        topology.event("a", 1, "{\"features\":[0.5,-1]}");

        JsonNode tag = topology.prediction();
        assertThat(tag.get("label").textValue()).isIn("low", "high", "odd");
        double sum = 0;
        for (JsonNode probability : tag.get("probabilities")) {
            sum += probability.doubleValue();
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        assertThat(tag.get("values")).hasSize(3);
    }

    @Test
    void shouldCarryKeyTimestampAndHeadersThrough() {
        run(predictor);
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", "xyz".getBytes(StandardCharsets.UTF_8));
        topology.event("a", 77, "{\"value\":1}".getBytes(StandardCharsets.UTF_8), headers);

        TestRecord<byte[], byte[]> record = topology.predictions.readRecord();
        assertThat(record.key()).isEqualTo("a".getBytes(StandardCharsets.UTF_8));
        assertThat(record.timestamp()).isEqualTo(77);
        assertThat(TopologyFixture.header(record, "trace")).isEqualTo("xyz");
    }

    @Test
    void shouldBeginAgainAfterATombstone() {
        run(predictor);
        topology.event("a", 1, "{\"value\":12}");
        JsonNode before = topology.prediction();
        topology.event("a", 2, null, new RecordHeaders());
        assertThat(topology.state("a")).isNull();
        topology.event("a", 3, "{\"value\":12}");

        JsonNode after = topology.prediction();
        assertThat(after.get("step").longValue()).isEqualTo(1);
        assertThat(after.get("values")).isEqualTo(before.get("values"));
        assertThat(topology.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void shouldSwapModelsAtTheEventTimeOfTheDeployment() {
        run(predictor);
        topology.publish(successor);
        topology.event("a", 10, "{\"value\":1}");
        topology.deploy(successor.id(), 20);
        topology.event("a", 19, "{\"value\":1}");
        topology.event("a", 20, "{\"value\":1}");
        topology.event("b", 15, "{\"value\":1}");
        topology.event("a", 18, "{\"value\":1}");

        assertPrediction("1", 1);
        assertPrediction("1", 2);
        assertPrediction("2", 1);
        assertPrediction("1", 1);
        // A late event never takes a sequence back.
        assertPrediction("2", 2);
    }

    @Test
    void shouldKeepTheOldModelWhenTheProbeDiffers() {
        run(predictor);
        ModelFile bad = TestModels.failingProbe("next", "3");
        topology.publish(bad);
        topology.deploy(bad.id(), 0);
        topology.event("a", 1, "{\"value\":1}");
        assertPrediction("1", 1);
    }

    @Test
    void shouldSurviveGarbageOnTheControlTopic() {
        topology.control("manifest/x/1", new byte[] {1, 2, 3});
        topology.control("nonsense", "garbage".getBytes(StandardCharsets.UTF_8));
        topology.control("deployment/eddy", new byte[100]);
        run(predictor);
        topology.event("a", 1, "{\"value\":1}");
        assertPrediction("1", 1);
    }

    @Test
    void shouldSendEventsWithoutAModelToTheDeadLetters() {
        topology.event("a", 1, "{\"value\":1}");
        topology.deadLetter("NO_MODEL", "no deployed model");
    }

    @Test
    void shouldWriteAvroPredictions(@TempDir Path otherDir) throws IOException {
        try (TopologyFixture avro = new TopologyFixture(otherDir, Map.of("eddy.output.format", "avro"))) {
            avro.publish(predictor);
            avro.deploy(predictor.id(), 0);
            avro.event("a", 1, "{\"value\":1}");
            avro.event("a", 2, "{\"value\":2}");
            run(predictor);
            topology.event("a", 1, "{\"value\":1}");
            topology.event("a", 2, "{\"value\":2}");

            for (TestRecord<byte[], byte[]> record : avro.predictions.readRecordsToList()) {
                Prediction decoded = AvroPredictions.decode(record.key(), record.value());
                String json = new String(new dev.eddy.wire.JsonPredictions().encode(decoded), StandardCharsets.UTF_8);
                assertThat(json).isEqualTo(new String(topology.predictions.readValue(), StandardCharsets.UTF_8));
            }
        }
    }

    private void run(ModelFile model) {
        topology.publish(model);
        topology.deploy(model.id(), 0);
    }

    private void assertPrediction(String version, long step) {
        JsonNode prediction = topology.prediction();
        assertThat(prediction.get("version").textValue()).isEqualTo(version);
        assertThat(prediction.get("step").longValue()).isEqualTo(step);
    }
}
