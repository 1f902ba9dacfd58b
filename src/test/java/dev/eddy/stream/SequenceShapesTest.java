package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many to one, and sequences that end; what a language model says. */
class SequenceShapesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final String LANGUAGE = "{\"task\":{\"kind\":\"language\"}%s}";

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
    void shouldAnswerOnceWhenATombstoneEndsTheSequence() throws IOException {
        ModelFile every = TestModels.predictor("m", "1", CellKind.GRU, 5, 1);
        run(every);
        for (int i = 0; i < 3; i++) {
            topology.event("a", i, "{\"value\":" + i + "}");
        }
        topology.prediction();
        topology.prediction();
        JsonNode last = topology.prediction();

        ModelFile end = atEnd(every, "2");
        run(end);
        for (int i = 0; i < 3; i++) {
            topology.event("b", 10 + i, "{\"value\":" + i + "}");
        }
        assertThat(topology.predictions.isEmpty()).isTrue();
        topology.event("b", 20, null, new RecordHeaders());
        JsonNode answer = topology.prediction();
        assertThat(answer.get("values")).isEqualTo(last.get("values"));
        assertThat(answer.get("step").longValue()).isEqualTo(3);
        assertThat(answer.get("timestamp").longValue()).isEqualTo(20);
        assertThat(answer.get("version").textValue()).isEqualTo("2");
        assertThat(answer.has("residual")).isFalse();
        assertThat(topology.state("b")).isNull();
        topology.event("b", 21, null, new RecordHeaders());
        assertThat(topology.predictions.isEmpty()).isTrue();
    }

    @Test
    void shouldEndASequenceAtAnEventThatSaysSo() throws IOException {
        ModelFile flagged = edited(TestModels.predictor("m", "1", CellKind.LSTM, 5, 1), "\"endField\":\"last\"", "1");
        run(flagged);
        topology.event("a", 1, "{\"value\":3}");
        topology.event("a", 2, "{\"value\":4,\"last\":false}");
        topology.event("a", 3, "{\"value\":5,\"last\":true}");
        topology.event("a", 4, "{\"value\":3}");
        JsonNode first = topology.prediction();
        assertThat(topology.prediction().get("step").longValue()).isEqualTo(2);
        assertThat(topology.prediction().get("step").longValue()).isEqualTo(3);
        JsonNode again = topology.prediction();
        assertThat(again.get("step").longValue()).isEqualTo(1);
        assertThat(again.get("values")).isEqualTo(first.get("values"));

        byte[] before = topology.state("a");
        topology.event("a", 5, "{\"value\":3,\"last\":\"yes\"}");
        topology.deadLetter("WRONG_TYPE", "'last' must be a boolean");
        assertThat(topology.state("a")).isEqualTo(before);
    }

    @Test
    void shouldAnswerWithTheModelThatOwnsTheStateWhenASequenceEndsAfterASwap() throws IOException {
        ModelFile first = atEnd(TestModels.predictor("m", "1", CellKind.GRU, 5, 1), "1");
        ModelFile second = atEnd(TestModels.predictor("m", "1", CellKind.LSTM, 4, 2), "2");
        run(first);
        topology.event("a", 1, "{\"value\":3}");
        topology.publish(second);
        topology.deploy(second.id(), 10);
        topology.event("a", 20, null, new RecordHeaders());
        assertThat(topology.prediction().get("version").textValue()).isEqualTo("1");
    }

    @Test
    void shouldGiveThePyTorchLogProbabilitiesAndPerplexitiesOfALanguageModel() throws IOException {
        run(language("1", ""));
        JsonNode cases =
                new ObjectMapper().readTree(GOLDEN.resolve("language.json").toFile());
        double worst = 0;
        for (int c = 0; c < cases.size(); c++) {
            JsonNode ids = cases.get(c).get("ids");
            for (int t = 0; t < ids.size(); t++) {
                topology.event("case-" + c, t, "{\"token\":" + ids.get(t) + "}");
                JsonNode prediction = topology.prediction();
                assertThat(prediction.has("logProbability")).isEqualTo(t > 0);
                if (t > 0) {
                    worst = Math.max(worst, error(prediction, cases.get(c), "logProbability", t - 1));
                    worst = Math.max(worst, error(prediction, cases.get(c), "perplexity", t - 1));
                }
            }
        }
        System.out.println("language model: largest error " + worst);
        assertThat(worst).isLessThan(1e-5);
    }

    @Test
    void shouldGiveThePerplexityOfASequenceAtItsEnd() throws IOException {
        run(language("1", ",\"emit\":\"end\""));
        JsonNode golden = new ObjectMapper()
                .readTree(GOLDEN.resolve("language.json").toFile())
                .get(1);
        JsonNode ids = golden.get("ids");
        for (int t = 0; t < ids.size(); t++) {
            topology.event("a", t, "{\"token\":" + ids.get(t) + "}");
        }
        topology.event("a", 100, null, new RecordHeaders());
        JsonNode answer = topology.prediction();
        JsonNode perplexities = golden.get("perplexity");
        double expected = perplexities.get(perplexities.size() - 1).doubleValue();
        assertThat(answer.get("perplexity").doubleValue()).isCloseTo(expected, within(1e-5 * expected));
        assertThat(answer.has("logProbability")).isFalse();
        assertThat(answer.get("values").get(0).doubleValue())
                .isCloseTo(golden.get("lastValues").get(0).doubleValue(), within(1e-5));
    }

    @Test
    void shouldWriteTheSameInAvroAndJson(@TempDir Path otherDir) throws IOException {
        ModelFile model = language("1", "");
        run(model);
        try (TopologyFixture avro = new TopologyFixture(otherDir, Map.of("eddy.output.format", "avro"))) {
            avro.publish(model);
            avro.deploy(model.id(), 0);
            for (int t = 0; t < 5; t++) {
                topology.event("a", t, "{\"token\":" + t + "}");
                avro.event("a", t, "{\"token\":" + t + "}");
                var record = avro.predictions.readRecord();
                assertThat(new String(
                                new JsonPredictions().encode(AvroPredictions.decode(record.key(), record.value())),
                                StandardCharsets.UTF_8))
                        .isEqualTo(new String(topology.predictions.readValue(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void shouldCollapseTheBestPathOfACtcTagger() throws IOException {
        // A tagger whose labels follow the event: the one input that is 1 wins.
        ModelFile tagger = follower("{\"kind\":\"tag\",\"blank\":\"_\"}");
        run(tagger);
        String path = "__aa_ab__b_aaa";
        StringBuilder symbols = new StringBuilder();
        for (int t = 0; t < path.length(); t++) {
            int label = "_ab".indexOf(path.charAt(t));
            String vector = (label == 0 ? "1" : "0") + "," + (label == 1 ? "1" : "0") + "," + (label == 2 ? "1" : "0");
            topology.event("a", t, "{\"features\":[" + vector + "]}");
            JsonNode prediction = topology.prediction();
            assertThat(prediction.get("label").textValue()).isEqualTo(path.substring(t, t + 1));
            symbols.append(prediction.path("symbol").asText(""));
        }
        assertThat(symbols).hasToString("aabba");
    }

    @Test
    void shouldCollapseInTheOrderOfTheAnswersWhereTheyWait() {
        ModelFile now = follower("{\"kind\":\"tag\",\"blank\":\"_\"}");
        ModelFile later = edited(now, "\"lookAhead\":2", "2");
        assertThat(symbols(now, "x", "__aa_ab__b_aaa__")).isEqualTo("aabba");
        // Trained to say two events later what it saw: its first two answers belong to no event.
        assertThat(symbols(later, "y", "bbaa_ab__b_aaa__")).isEqualTo("aabba");
    }

    private String symbols(ModelFile model, String key, String path) {
        run(model);
        for (int t = 0; t < path.length(); t++) {
            int label = "_ab".indexOf(path.charAt(t));
            String vector = (label == 0 ? "1" : "0") + "," + (label == 1 ? "1" : "0") + "," + (label == 2 ? "1" : "0");
            topology.event(key, t, "{\"features\":[" + vector + "]}");
        }
        topology.event(key, 100, null, new RecordHeaders());
        StringBuilder symbols = new StringBuilder();
        for (int t = 0; t < path.length(); t++) {
            JsonNode prediction = topology.prediction();
            assertThat(prediction.get("timestamp").longValue()).isEqualTo(t);
            symbols.append(prediction.path("symbol").asText(""));
        }
        assertThat(topology.predictions.isEmpty()).isTrue();
        return symbols.toString();
    }

    @Test
    void shouldAnswerWhatWaitsByTheOldModelWhenASequenceMoves() {
        ModelFile first = WaitingModels.forward(CellKind.GRU, 3, null, ModelSpec.Emit.EVERY, 1);
        ModelFile second = new ModelFile(first.spec().named("w", "2"), first.tensors());
        ModelFile third = atEnd(TestModels.predictor("m", "1", CellKind.GRU, 4, 2), "3");
        run(first);
        topology.publish(second);
        topology.deploy(second.id(), 10);
        topology.publish(third);
        topology.deploy(third.id(), 20);
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", new byte[] {1});
        topology.event("a", 1, "{\"value\":1}".getBytes(StandardCharsets.UTF_8), headers);
        topology.event("a", 2, "{\"value\":2}");
        topology.event("a", 10, "{}");
        topology.deadLetter("MISSING_FIELD");
        assertThat(topology.predictions.isEmpty()).isTrue();
        topology.event("a", 11, "{\"value\":3}");
        var record = topology.predictions.readRecord();
        assertThat(record.timestamp()).isEqualTo(1);
        assertThat(record.headers().lastHeader("trace").value()).containsExactly(1);
        assertThat(new String(record.value(), StandardCharsets.UTF_8))
                .contains("\"version\":\"1\"", "\"lookAhead\":1}");
        assertThat(topology.prediction().get("lookAhead").intValue()).isZero();
        topology.event("a", 21, "{\"value\":3}");
        JsonNode moved = topology.prediction();
        assertThat(moved.get("version").textValue()).isEqualTo("2");
        assertThat(moved.get("step").intValue()).isEqualTo(1);
        assertThat(topology.predictions.isEmpty()).isTrue();
        topology.event("a", 30, null, new RecordHeaders());
        assertThat(topology.prediction().get("version").textValue()).isEqualTo("3");
    }

    @Test
    void shouldSayInAvroHowFarAnAnswerLookedAhead(@TempDir Path otherDir) throws IOException {
        ModelFile model = WaitingModels.forward(CellKind.GRU, 1, null, ModelSpec.Emit.EVERY, 1);
        run(model);
        try (TopologyFixture avro = new TopologyFixture(otherDir, Map.of("eddy.output.format", "avro"))) {
            avro.publish(model);
            avro.deploy(model.id(), 0);
            for (int t = 0; t < 2; t++) {
                topology.event("a", t, "{\"value\":" + t + "}");
                avro.event("a", t, "{\"value\":" + t + "}");
            }
            var record = avro.predictions.readRecord();
            assertThat(AvroPredictions.decode(record.key(), record.value()).lookAhead())
                    .isEqualTo(1);
            assertThat(new JsonPredictions().encode(AvroPredictions.decode(record.key(), record.value())))
                    .isEqualTo(topology.predictions.readValue());
        }
    }

    /** An identity layer with a memory that has no weight, and a task. */
    private static ModelFile follower(String task) {
        ModelFile base = TestModels.tagger("m", "1", 3, 3, java.util.List.of("_", "a", "b"), 1);
        Map<String, dev.eddy.artifact.Tensor> tensors = new java.util.TreeMap<>(base.tensors());
        tensors.keySet().removeIf(name -> name.startsWith("rnn."));
        float[] identity = {4, 0, 0, 0, 4, 0, 0, 0, 4};
        tensors.put("rnn.weight_ih_l0", dev.eddy.artifact.Tensor.of(identity, 3, 3));
        tensors.put("rnn.weight_hh_l0", dev.eddy.artifact.Tensor.of(new float[9], 3, 3));
        tensors.put("head.weight", dev.eddy.artifact.Tensor.of(identity, 3, 3));
        tensors.put("head.bias", dev.eddy.artifact.Tensor.of(new float[3], 3));
        String json = SpecJson.write(base.spec())
                .replaceFirst(
                        "\"layers\":\\[.*?\\}\\}\\]",
                        "\"layers\":[{\"cell\":\"rnn\",\"input\":3,\"hidden\":3,\"tensors\":"
                                + "{\"weight_ih\":\"rnn.weight_ih_l0\",\"weight_hh\":\"rnn.weight_hh_l0\"}}]")
                .replace("{\"kind\":\"tag\"}", task);
        return new ModelFile(SpecJson.read(json), tensors);
    }

    private static double error(JsonNode prediction, JsonNode golden, String name, int at) {
        double wanted = golden.get(name).get(at).doubleValue();
        return Math.abs(prediction.get(name).doubleValue() - wanted) / Math.max(1, Math.abs(wanted));
    }

    private static ModelFile language(String version, String more) throws IOException {
        return new ModelImport(
                        GOLDEN.resolve("language.safetensors"), LANGUAGE.formatted(more), "language", version, Map.of())
                .run();
    }

    private static ModelFile atEnd(ModelFile model, String version) {
        return edited(model, "\"emit\":\"end\"", version);
    }

    /** The model with one more property in its spec. */
    private static ModelFile edited(ModelFile model, String property, String version) {
        String json =
                SpecJson.write(model.spec()).replace("\"emit\":\"every\",", "").replace("\"emit\":\"every\"", "");
        String open = json.substring(0, json.lastIndexOf('}'));
        String comma = open.endsWith(",") ? "" : ",";
        return new ModelFile(SpecJson.read(open + comma + property + "}").named("m", version), model.tensors());
    }

    private void run(ModelFile model) {
        topology.publish(model);
        topology.deploy(model.id(), 0);
    }
}
