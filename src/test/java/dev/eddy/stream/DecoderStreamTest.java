package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.app.files.FileScorer;
import dev.eddy.app.files.Progress;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Seq2SeqCases;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.EventFileReader;
import dev.eddy.wire.JsonPredictions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many to many of another length: a list where a sequence ends. */
class DecoderStreamTest {
    private static final ObjectMapper JSON = new ObjectMapper();

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
    void shouldGiveItsListWhenATombstoneEndsTheSequence() throws IOException {
        ModelFile model = Seq2SeqCases.model("reverse");
        run(model);
        letters("a", "fabe");
        assertThat(topology.predictions.isEmpty()).isTrue();
        topology.event("a", 50, null, new RecordHeaders());
        JsonNode answer = topology.prediction();
        assertThat(texts(answer.get("tokens"))).containsExactly("e", "b", "a", "f");
        assertThat(answer.get("ended").booleanValue()).isTrue();
        assertThat(answer.get("step").longValue()).isEqualTo(4);
        assertThat(answer.get("timestamp").longValue()).isEqualTo(50);
        assertThat(answer.get("model").textValue()).isEqualTo("reverse");
        assertThat(answer.get("fingerprint").textValue())
                .isEqualTo(model.fingerprint().toString());
        assertThat(answer.get("values")).isEmpty();
        assertThat(answer.get("logProbabilities")).hasSize(4);
        assertThat(answer.has("outputs")).isFalse();
        assertThat(topology.state("a")).isNull();
        topology.event("a", 51, null, new RecordHeaders());
        assertThat(topology.predictions.isEmpty()).isTrue();
    }

    @Test
    void shouldGiveTheSameListWhenAnEventSaysThatItIsTheLast() throws IOException {
        run(Seq2SeqCases.model("reverse"));
        letters("a", "cab");
        topology.event("a", 9, null, new RecordHeaders());
        letters("b", "ca");
        topology.event("b", 9, "{\"letter\":\"b\",\"last\":true}");
        ObjectNode first = (ObjectNode) topology.prediction();
        ObjectNode second = (ObjectNode) topology.prediction();
        assertThat(second.put("key", "a")).isEqualTo(first);
        assertThat(topology.state("b")).isNull();
    }

    @Test
    void shouldGoOnFromTheLastEventOfEachSequence() throws IOException {
        run(Seq2SeqCases.model("sines"));
        JsonNode cases = Seq2SeqCases.cases("sines");
        for (int t = 0; t < 40; t++) {
            for (int c = 0; c < cases.size(); c++) {
                topology.event(
                        "k" + c, t, "{\"value\":" + cases.get(c).get("input").get(t) + "}");
            }
        }
        double worst = 0;
        for (int c = 0; c < cases.size(); c++) {
            topology.event("k" + c, 100, null, new RecordHeaders());
            JsonNode outputs = topology.prediction().get("outputs");
            assertThat(outputs).hasSize(8);
            for (int t = 0; t < 8; t++) {
                double wanted = cases.get(c).get("outputs").get(t).get(0).doubleValue();
                worst = Math.max(worst, Golden.difference(outputs.get(t).get(0).doubleValue(), wanted));
            }
        }
        assertThat(worst).isLessThan(1e-5);
    }

    @Test
    void shouldGiveAnEmptyListWhenTheEndComesFirst() throws IOException {
        ModelFile model = Seq2SeqCases.model("lstm-two-layers");
        run(model);
        JsonNode golden = Seq2SeqCases.cases("lstm-two-layers").get(4);
        assertThat(golden.get("tokens")).isEmpty();
        int time = 0;
        for (Map<String, Object> event : Seq2SeqCases.events(model, golden)) {
            topology.event("a", time++, JSON.writeValueAsString(event));
        }
        topology.event("a", time, null, new RecordHeaders());
        JsonNode answer = topology.prediction();
        assertThat(answer.get("tokens")).isEmpty();
        assertThat(answer.get("ended").booleanValue()).isTrue();
        assertThat(answer.get("logProbability").doubleValue())
                .isEqualTo(golden.get("logProbability").doubleValue(), org.assertj.core.data.Offset.offset(1e-5));
    }

    @Test
    void shouldLeaveTheStateWhereTheListOfALastEventIsNotFinite() throws IOException {
        ModelFile good = Seq2SeqCases.model("reverse");
        Map<String, Tensor> tensors = new TreeMap<>(good.tensors());
        float[] huge = new float[9 * 32];
        Arrays.fill(huge, Float.MAX_VALUE);
        tensors.put("decoder.out.weight", Tensor.of(huge, 9, 32));
        run(new ModelFile(good.spec().withProbes(List.of()), tensors));
        letters("a", "cab");
        byte[] before = topology.state("a");
        topology.event("a", 9, "{\"letter\":\"b\",\"last\":true}");
        topology.deadLetter("NOT_FINITE_OUTPUT", "the decoder's output is not finite");
        assertThat(topology.state("a")).isEqualTo(before);
        topology.event("a", 10, null, new RecordHeaders());
        topology.deadLetter("NOT_FINITE_OUTPUT", "the decoder's output is not finite");
        assertThat(topology.state("a")).isNull();
        assertThat(topology.predictions.isEmpty()).isTrue();
    }

    @Test
    void shouldWriteTheSameBytesInTheTopologyTheLibraryAndAFile(@TempDir Path libraryDir) throws IOException {
        for (String name : List.of("reverse", "sines", "lstm-every", "vectors")) {
            ModelFile model = Seq2SeqCases.model(name);
            topology.publish(model);
            topology.deploy(model.id(), 0);
            List<String> lines = events(model, name);
            lines.forEach(line -> send(topology, line));
            List<String> ofTopology = topology.allPredictions();
            assertThat(ofTopology).hasSize(Seq2SeqCases.cases(name).size());
            assertThat(ofTopology).isEqualTo(scored(model, lines)).isEqualTo(library(model, lines, libraryDir));
            close();
            open();
        }
    }

    @Test
    void shouldWriteTheSameInAvroAndJson(@TempDir Path otherDir) throws IOException {
        for (String name : List.of("reverse", "sines")) {
            ModelFile model = Seq2SeqCases.model(name);
            List<String> lines = events(model, name);
            try (TopologyFixture avro = new TopologyFixture(otherDir, Map.of("eddy.output.format", "avro"))) {
                avro.publish(model);
                avro.deploy(model.id(), 0);
                lines.forEach(line -> send(avro, line));
                List<String> texts = new ArrayList<>();
                while (!avro.predictions.isEmpty()) {
                    var record = avro.predictions.readRecord();
                    texts.add(new String(
                            new JsonPredictions().encode(AvroPredictions.decode(record.key(), record.value())),
                            StandardCharsets.UTF_8));
                }
                assertThat(texts).isEqualTo(scored(model, lines));
            }
        }
    }

    /** JSON lines: the cases of a model, interleaved, each ended by a tombstone. */
    private static List<String> events(ModelFile model, String name) throws IOException {
        List<List<String>> sequences = new ArrayList<>();
        for (JsonNode golden : Seq2SeqCases.cases(name)) {
            List<String> events = new ArrayList<>();
            for (Map<String, Object> event : Seq2SeqCases.events(model, golden)) {
                events.add(JSON.writeValueAsString(event).substring(1));
            }
            events.add("\"tombstone\":true}");
            sequences.add(events);
        }
        List<String> lines = new ArrayList<>();
        for (int t = 0; t < 50; t++) {
            for (int s = 0; s < sequences.size(); s++) {
                if (t < sequences.get(s).size()) {
                    lines.add("{\"key\":\"k" + s + "\",\"timestamp\":" + t + ","
                            + sequences.get(s).get(t));
                }
            }
        }
        return lines;
    }

    private static void send(TopologyFixture to, String line) {
        ObjectNode event = (ObjectNode) parsed(line);
        String key = event.remove("key").textValue();
        long time = event.remove("timestamp").longValue();
        byte[] value = event.has("tombstone") ? null : event.toString().getBytes(StandardCharsets.UTF_8);
        to.event(key, time, value, new RecordHeaders());
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> scored(ModelFile model, List<String> lines) throws IOException {
        byte[] file = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (EventFileReader reader = EventFileReader.jsonLines(new ByteArrayInputStream(file), "key", "timestamp")) {
            new FileScorer(TestModels.live(model)).score(reader, out, -1, Progress.none());
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** What the processor gives inside somebody's own topology. */
    private static List<String> library(ModelFile model, List<String> lines, Path stateDir) {
        EddyConfig config = new EddyConfig(Map.of("bootstrap.servers", "unused:1", "state.dir", stateDir.toString()));
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("in", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(Eddy.of(config, TestModels.live(model)).inference(), Named.as("inference"))
                .mapValues(outcome -> ((Outcome.Predicted) outcome).bytes())
                .to("out", Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        Properties streams = StreamsSettings.of(config);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), streams)) {
            var in = driver.createInputTopic("in", new ByteArraySerializer(), new ByteArraySerializer());
            var out = driver.createOutputTopic("out", new ByteArrayDeserializer(), new ByteArrayDeserializer());
            for (String line : lines) {
                ObjectNode event = (ObjectNode) parsed(line);
                byte[] key = event.remove("key").textValue().getBytes(StandardCharsets.UTF_8);
                long time = event.remove("timestamp").longValue();
                byte[] value = event.has("tombstone") ? null : event.toString().getBytes(StandardCharsets.UTF_8);
                in.pipeInput(key, value, time);
            }
            return out.readValuesToList().stream()
                    .map(value -> new String(value, StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private void letters(String key, String letters) {
        for (int t = 0; t < letters.length(); t++) {
            topology.event(key, t, "{\"letter\":\"" + letters.charAt(t) + "\"}");
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    private void run(ModelFile model) {
        topology.publish(model);
        topology.deploy(model.id(), 0);
    }
}
