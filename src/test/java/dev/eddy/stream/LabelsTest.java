package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.Transition;
import dev.eddy.config.EddyConfig;
import dev.eddy.telemetry.Measurements.Measure;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Telemetry;
import dev.eddy.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels that come after their events, before them, late, twice or never. */
class LabelsTest {
    private static final List<String> NAMES = List.of("calm", "leak", "worn");
    private static final long WAIT = 1_000;

    @TempDir
    Path directory;

    private final Telemetry telemetry = new Telemetry();
    private final ModelFile first = TestModels.tagger("t", "1", 2, 4, NAMES, 1);
    private final ModelFile second = TestModels.tagger("t", "2", 2, 5, NAMES, 2);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void shouldMeasureBothModelsAgainstLabelsThatComeAfterTheEvent() {
        List<JsonNode> champions = alone(first, 20);
        List<JsonNode> challengers = alone(second, 20);
        try (TopologyFixture fixture = fixture("after")) {
            deployBoth(fixture);
            for (int t = 1; t <= 20; t++) {
                event(fixture, t);
            }
            for (int t = 1; t <= 20; t++) {
                fixture.label("k", t, label(t));
            }
        }
        expect(champions, Role.CHAMPION, Role.PAIRED_CHAMPION);
        expect(challengers, Role.CHALLENGER, Role.PAIRED_CHALLENGER);
        assertThat(fate("taken")).isEqualTo(20);
    }

    @Test
    void shouldMatchLabelsThatComeBeforeTheirEvents() {
        List<JsonNode> champions = alone(first, 20);
        List<JsonNode> challengers = alone(second, 20);
        try (TopologyFixture fixture = fixture("before")) {
            deployBoth(fixture);
            for (int t = 1; t <= 20; t++) {
                fixture.label("k", t, label(t));
            }
            assertThat(telemetry.measurements().all()).isEmpty();
            for (int t = 1; t <= 20; t++) {
                event(fixture, t);
            }
        }
        expect(champions, Role.CHAMPION, Role.PAIRED_CHAMPION);
        expect(challengers, Role.CHALLENGER, Role.PAIRED_CHALLENGER);
    }

    @Test
    void shouldCountTheFirstOfSeveralLabelsAndEvents() {
        try (TopologyFixture fixture = fixture("twice")) {
            deployBoth(fixture);
            event(fixture, 1);
            fixture.label("k", 1, label(1));
            double error = measure(Role.CHAMPION).orElseThrow().error();
            fixture.label("k", 1, label(2));
            fixture.label("k", 1, label(1));
            event(fixture, 1);
            assertThat(measure(Role.CHAMPION).orElseThrow().events()).isOne();
            assertThat(measure(Role.CHAMPION).orElseThrow().error()).isEqualTo(error);
        }
        assertThat(fate("duplicate")).isEqualTo(2);
    }

    @Test
    void shouldMatchByKeyAndTime() {
        try (TopologyFixture fixture = fixture("keys")) {
            deployBoth(fixture);
            event(fixture, 5);
            fixture.label("other", 5, label(5));
            fixture.label("k", 6, label(5));
            fixture.label("k", 4, label(5));
        }
        assertThat(telemetry.measurements().all()).isEmpty();
    }

    @Test
    void shouldIgnoreLabelsThatComeTooLateOrFarTooEarly() {
        try (TopologyFixture fixture = fixture("late")) {
            deployBoth(fixture);
            event(fixture, 10);
            event(fixture, 10 + (int) WAIT - 1);
            fixture.label("k", 10, label(1));
            assertThat(measure(Role.CHAMPION).orElseThrow().events()).isOne();
            event(fixture, 11 + (int) WAIT);
            fixture.label("k", 11, label(1));
            fixture.label("k", 11 + WAIT + WAIT, label(1));
            assertThat(fate("out_of_time")).isOne();
            fixture.label("k", 12 + WAIT + WAIT, label(1));
            assertThat(fate("out_of_time")).isEqualTo(2);
            // An event so late that its prediction would have to go at once is not kept either.
            event(fixture, 3);
            assertThat(waiting(fixture)).hasSize(3);
        }
    }

    @Test
    void shouldForgetWhatIsOver() {
        try (TopologyFixture fixture = fixture("over")) {
            deployBoth(fixture);
            for (int t = 1; t <= 700; t++) {
                event(fixture, t);
            }
            for (int t = 301; t <= 600; t++) {
                fixture.label("k", t, label(t));
                fixture.label("nobody", t, label(t));
            }
            assertThat(waiting(fixture)).hasSize(1_000);
            for (int t = 0; t < 8; t++) {
                event(fixture, 5_000 + t);
            }
            assertThat(waiting(fixture)).hasSize(8);
            event(fixture, 20_000);
            assertThat(waiting(fixture)).hasSize(1);
        }
    }

    @Test
    void shouldExpireALabelThatBecameTheFirstToWait() {
        try (TopologyFixture fixture = fixture("order")) {
            deployBoth(fixture);
            fixture.event("z", 500, "{\"features\":[1,0]}");
            fixture.label("a", 500, label(1));
            fixture.label("a", 400, label(1));
            assertThat(waiting(fixture)).hasSize(3);
            event(fixture, 500 + (int) WAIT);
            assertThat(waiting(fixture)).hasSize(1);
        }
    }

    @Test
    void shouldGoOnAfterARestart() {
        Map<Bytes, byte[]> kept = new HashMap<>();
        Map<Bytes, byte[]> states = new HashMap<>();
        try (TopologyFixture fixture = fixture("before-restart")) {
            deployBoth(fixture);
            event(fixture, 1);
            fixture.label("k", 2, label(2));
            copy(fixture, Eddy.PENDING_STORE, kept);
            copy(fixture, Eddy.STATE_STORE, states);
        }
        try (TopologyFixture fixture = fixture("after-restart")) {
            deployBoth(fixture);
            kept.forEach((key, value) -> store(fixture, Eddy.PENDING_STORE).put(key, value));
            states.forEach((key, value) -> store(fixture, Eddy.STATE_STORE).put(key, value));
            event(fixture, 2);
            fixture.label("k", 1, label(1));
            assertThat(measure(Role.PAIRED_CHALLENGER).orElseThrow().events()).isEqualTo(2);
            event(fixture, 10_000);
            assertThat(waiting(fixture)).hasSize(1);
        }
    }

    @Test
    void shouldTakeNothingThatIsNoLabel() {
        try (TopologyFixture fixture = fixture("garbage")) {
            deployBoth(fixture);
            event(fixture, 1);
            for (String garbage : new String[] {
                null,
                "{",
                "[]",
                "{}",
                "{\"label\":null}",
                "{\"label\":1.5}",
                "{\"label\":{}}",
                "{\"other\":\"calm\"}",
                "{\"label\":\"" + "x".repeat(20_000) + "\"}"
            }) {
                fixture.label("k", 1, garbage);
            }
            assertThat(fate("unreadable")).isEqualTo(9);
            assertThat(telemetry.measurements().all()).isEmpty();
            // A label the models do not know is one they never give.
            fixture.label("k", 1, "{\"label\":\"unheard-of\"}");
            assertThat(measure(Role.CHAMPION).orElseThrow().error()).isOne();
            assertThat(fixture.deadLetters.isEmpty()).isTrue();
        }
    }

    @Test
    void shouldReadTheFieldAndTheAvroSchemaThatAreSet() throws Exception {
        Path schema = directory.resolve("label.avsc");
        Files.writeString(schema, """
                {"type":"record","name":"L","fields":[{"name":"truth","type":
                  {"type":"record","name":"T","fields":[{"name":"is","type":"string"}]}}]}""");
        Path events = directory.resolve("event.avsc");
        Files.writeString(events, """
                {"type":"record","name":"E","fields":[{"name":"features","type":{"type":"array","items":"double"}}]}""");
        Map<String, String> settings = Map.of(
                EddyConfig.LABELS_TOPIC,
                "labels",
                EddyConfig.LABELS_FIELD,
                "truth.is",
                EddyConfig.LABELS_AVRO_SCHEMA,
                schema.toString(),
                EddyConfig.INPUT_FORMAT,
                "avro",
                EddyConfig.INPUT_AVRO_SCHEMA,
                events.toString());
        try (TopologyFixture fixture =
                new TopologyFixture(directory.resolve("avro"), settings, new MeasuredMonitor(telemetry))) {
            deployBoth(fixture);
            // One block of two doubles, and the end of the blocks.
            byte[] event = java.nio.ByteBuffer.allocate(18)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 4)
                    .putDouble(1)
                    .putDouble(0)
                    .put((byte) 0)
                    .array();
            fixture.event("k", 1, event, new RecordHeaders());
            fixture.label("k", 1, "\u0008calm");
            assertThat(measure(Role.CHAMPION).orElseThrow().events()).isOne();
        }
    }

    @Test
    void shouldRefuseSettingsThatDoNotGoTogether() {
        Map<String, String> settings = new HashMap<>(Map.of("bootstrap.servers", "unused:1"));
        settings.put(EddyConfig.LABELS_TOPIC, "eddy.events");
        assertThatThrownBy(() -> new EddyConfig(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("are the same topic, eddy.events");
        settings.put(EddyConfig.LABELS_TOPIC, "labels");
        settings.put(EddyConfig.INPUT_FORMAT, "avro");
        settings.put(EddyConfig.INPUT_AVRO_SCHEMA, "events.avsc");
        assertThatThrownBy(() -> new EddyConfig(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("needs eddy.labels.avro.schema");
    }

    @Test
    void shouldNotChangeAByteOfTheOutput() {
        List<String> without = output("plain", Map.of(EddyConfig.SEQUENCE_IDLE, "50"), false);
        List<String> with = output("measured", labelled(Map.of(EddyConfig.SEQUENCE_IDLE, "50")), true);
        assertThat(with).isEqualTo(without);
        assertThat(measure(Role.PAIRED_CHALLENGER).orElseThrow().events()).isGreaterThan(100);
    }

    /** Sequences that end for want of events, with and without a challenger in shadow and labels from other times. */
    private List<String> output(String name, Map<String, String> settings, boolean measured) {
        try (TopologyFixture fixture =
                new TopologyFixture(directory.resolve(name), settings, new MeasuredMonitor(telemetry))) {
            if (measured) {
                deployBoth(fixture);
            } else {
                fixture.publish(first);
                fixture.deploy(first.id(), 0);
            }
            for (int t = 1; t <= 400; t++) {
                String key = "k" + t * t % 11;
                if (measured) {
                    fixture.label(key, t, label(t));
                    fixture.label(key, t + 300, label(t));
                }
                fixture.event(key, t, "{\"features\":[" + t % 5 + "," + t % 3 + "]}");
                if (t % 17 == 0) {
                    fixture.event(key, t, "{}");
                }
            }
            List<String> all = new ArrayList<>(fixture.allPredictions());
            fixture.deadLetters.readRecordsToList().forEach(letter -> all.add(text(letter)));
            return all;
        }
    }

    private static String text(TestRecord<byte[], byte[]> letter) {
        return new String(letter.key(), StandardCharsets.UTF_8) + " "
                + new String(letter.value(), StandardCharsets.UTF_8) + " " + letter.timestamp() + " "
                + letter.headers();
    }

    @Test
    void shouldKeepNothingWhereNoLabelsAreExpected() {
        try (TopologyFixture fixture =
                new TopologyFixture(directory.resolve("off"), Map.of(), new MeasuredMonitor(telemetry))) {
            deployBoth(fixture);
            event(fixture, 1);
            Map<Bytes, byte[]> kept = new HashMap<>();
            copy(fixture, Eddy.PENDING_STORE, kept);
            assertThat(kept.keySet()).allMatch(key -> key.get()[0] == 'C'); // counts of sequences
        }
    }

    @Test
    void shouldForgetTheTimeOfTheEventsWhenLabelsAreOffAgain() {
        InMemoryPending pending = new InMemoryPending();
        assertThat(new EventClock(pending, 7).advance(5)).isEqualTo(7);
        assertThat(new EventClock(pending, 7).advance(9)).isEqualTo(9);
        assertThat(new EventClock(pending, 70).now()).isEqualTo(9);
        EventClock.forget(pending);
        assertThat(new EventClock(pending, 70).now()).isEqualTo(70);
    }

    /** What a model says when it has the stream to itself. */
    private List<JsonNode> alone(ModelFile model, int events) {
        List<JsonNode> all = new ArrayList<>();
        try (TopologyFixture fixture =
                new TopologyFixture(directory.resolve("alone-" + model.id().version()), Map.of())) {
            fixture.publish(model);
            fixture.deploy(model.id(), 0);
            for (int t = 1; t <= events; t++) {
                event(fixture, t);
                all.add(fixture.prediction());
            }
        }
        return all;
    }

    private void expect(List<JsonNode> predictions, Role... roles) {
        double wrong = 0;
        double nll = 0;
        for (JsonNode prediction : predictions) {
            int right = (int) prediction.get("timestamp").asLong() % NAMES.size();
            wrong += prediction.get("label").asText().equals(NAMES.get(right)) ? 0 : 1;
            nll -= Math.log(prediction.get("probabilities").get(right).floatValue());
        }
        for (Role role : roles) {
            Measure measure = measure(role).orElseThrow();
            assertThat(measure.events()).isEqualTo(predictions.size());
            assertThat(measure.nllEvents()).isEqualTo(predictions.size());
            assertThat(measure.error()).isEqualTo(wrong / predictions.size());
            assertThat(measure.nll()).isEqualTo(nll / predictions.size(), within(1e-9));
            assertThat(measure.mae()).isNaN();
        }
    }

    private Optional<Measure> measure(Role role) {
        return telemetry.measurements().all().stream()
                .filter(measure -> measure.role() == role)
                .findFirst();
    }

    private double fate(String fate) {
        return telemetry
                .scrape()
                .lines()
                .filter(line -> line.startsWith("eddy_labels_total{fate=\"" + fate + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static List<Bytes> waiting(TopologyFixture fixture) {
        Map<Bytes, byte[]> kept = new HashMap<>();
        copy(fixture, Eddy.PENDING_STORE, kept);
        return kept.keySet().stream().filter(key -> key.get()[0] == 'L').toList();
    }

    private static void copy(TopologyFixture fixture, String name, Map<Bytes, byte[]> target) {
        try (KeyValueIterator<Bytes, byte[]> all = store(fixture, name).all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> entry = all.next();
                target.put(entry.key, entry.value);
            }
        }
    }

    private static KeyValueStore<Bytes, byte[]> store(TopologyFixture fixture, String name) {
        return fixture.driver.getKeyValueStore(name);
    }

    private void deployBoth(TopologyFixture fixture) {
        fixture.publish(first);
        fixture.publish(second);
        fixture.deploy(new Deployment(
                1, first.id(), 0, 0, Transition.RESET, 0, new Challenger(second.id(), 1, false, 0, null), ""));
    }

    private static void event(TopologyFixture fixture, int time) {
        fixture.event("k", time, "{\"features\":[" + time % 5 + "," + time % 3 + "]}");
    }

    private static String label(int time) {
        return "{\"label\":\"" + NAMES.get(time % NAMES.size()) + "\"}";
    }

    private TopologyFixture fixture(String name) {
        return new TopologyFixture(directory.resolve(name), labelled(Map.of()), new MeasuredMonitor(telemetry));
    }

    private static Map<String, String> labelled(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(EddyConfig.LABELS_TOPIC, "labels");
        all.put(EddyConfig.LABELS_WAIT, Long.toString(WAIT));
        return all;
    }
}
