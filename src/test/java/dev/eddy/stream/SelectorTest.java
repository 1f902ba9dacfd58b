package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that name their models, through the topology of {@code eddy run}. */
class SelectorTest {
    private static final String FIELD = "field:meta.model";
    private static final ModelFile PUMP = TestModels.predictor("pump", "1", CellKind.LSTM, 6, 1);
    private static final ModelFile PUMP_2 = TestModels.predictor("pump", "2", CellKind.GRU, 5, 2);
    private static final ModelFile FAN = TestModels.predictor("fan", "1", CellKind.GRU, 4, 3);
    private static final ModelFile FAN_2 = TestModels.predictor("fan", "2", CellKind.RNN, 4, 4);

    @TempDir
    Path directory;

    private final Map<String, String> settings = new HashMap<>();
    private Catalogue catalogue;
    private TopologyTestDriver driver;
    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
    private TestOutputTopic<byte[], byte[]> predictions;
    private TestOutputTopic<byte[], byte[]> deadLetters;
    private TestInputTopic<String, byte[]> control;

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
            catalogue.close();
        }
    }

    @Test
    void shouldAskTheModelThatAFieldNames() {
        open(FIELD);
        deploy(PUMP, 0);
        deploy(FAN, 0);
        field("a", 1, "pump", 12);
        field("b", 2, "fan", 12);

        assertAnswer("a", "pump", "1", 1);
        assertAnswer("b", "fan", "1", 1);
    }

    @Test
    void shouldAskTheModelThatAHeaderNames() {
        open("header:model");
        deploy(PUMP, 0);
        deploy(FAN, 0);
        send("eddy.events", "a", 1, "{\"value\":1}", "fan");
        send("eddy.events", "a", 2, "{\"value\":1}", "pump");
        send("eddy.events", "a", 3, "{\"value\":1}", null);

        assertAnswer("a", "fan", "1", 1);
        assertAnswer("a", "pump", "1", 1);
        assertRejected("UNKNOWN_MODEL", "has not the header 'model'");
    }

    @Test
    void shouldAskTheModelThatATopicStandsFor() {
        settings.put(EddyConfig.INPUT_TOPIC, "pump, fans");
        settings.put(EddyConfig.MODEL_SELECTOR_TOPICS, "fans:fan");
        open("topic");
        deploy(PUMP, 0);
        deploy(FAN, 0);
        send("pump", "a", 1, "{\"value\":1}", null);
        send("fans", "a", 2, "{\"value\":1}", null);
        send("fans", "a", 3, "{\"value\":1}", null);
        send("pump", "a", 4, "{\"value\":1}", null);

        assertAnswer("a", "pump", "1", 1);
        assertAnswer("a", "fan", "1", 1);
        assertAnswer("a", "fan", "1", 2);
        assertAnswer("a", "pump", "1", 2);
        send("pump", "a", 5, null, null);
        send("pump", "a", 6, "{\"value\":1}", null);
        send("fans", "a", 7, "{\"value\":1}", null);
        assertAnswer("a", "pump", "1", 1);
        assertAnswer("a", "fan", "1", 3);
    }

    @Test
    void shouldKeepASequenceOfAKeyForEachModel() {
        open(FIELD);
        deploy(PUMP, 0);
        deploy(FAN, 0);
        List<String> together = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            field("a", i, i % 2 == 0 ? "pump" : "fan", i);
            together.add(new String(predictions.readValue(), StandardCharsets.UTF_8));
        }
        for (int parity = 0; parity < 2; parity++) {
            Replay alone = new Replay(TestModels.live(parity == 0 ? PUMP : FAN), 0);
            for (int i = parity; i < 6; i += 2) {
                alone.value("a", i, i);
                String expected = new String(
                        alone.results.get(alone.results.size() - 1).predicted().bytes(), StandardCharsets.UTF_8);
                assertThat(together.get(i)).isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldTakeModelsAndKeysForWhatTheyAreWhateverTheirBytes() {
        ModelFile longer = TestModels.predictor("pumpa", "1", CellKind.LSTM, 3, 7);
        open(FIELD);
        deploy(PUMP, 0);
        deploy(longer, 0);
        field("aa", 1, "pump", 1);
        field("a", 2, "pumpa", 1);
        field("", 3, "pump", 1);
        field("aa", 4, "pump", 1);

        assertAnswer("aa", "pump", "1", 1);
        assertAnswer("a", "pumpa", "1", 1);
        assertAnswer("", "pump", "1", 1);
        assertAnswer("aa", "pump", "1", 2);
        assertThat(states()).hasSize(3).contains("\4pumpaa", "\5pumpaa", "\4pump");
    }

    @Test
    void shouldRefuseEventsThatNameNoModelThereIs() {
        open(FIELD);
        deploy(PUMP, 100);
        publish(FAN);
        field("a", 200, "fan", 1);
        field("a", 200, "blower", 1);
        field("a", 99, "pump", 1);
        send("eddy.events", "a", 200, "{\"value\":1}", null);
        send("eddy.events", "a", 200, "{\"meta\":{\"model\":7},\"value\":1}", null);
        field("a", 200, "x".repeat(1000), 1);

        assertRejected("NO_MODEL", "no deployment of model 'fan' is in force");
        assertRejected("UNKNOWN_MODEL", "model 'blower', of which no version is published");
        assertRejected("NO_MODEL", "no deployment of model 'pump' is in force");
        assertRejected("UNKNOWN_MODEL", "has not the field 'meta.model'");
        assertRejected("WRONG_TYPE", "must be a text");
        assertRejected("UNKNOWN_MODEL", "x…'");
        assertThat(predictions.isEmpty()).isTrue();
        assertThat(states()).isEmpty();
    }

    @Test
    void shouldGiveEventsOfOtherNamesToTheDefault() {
        settings.put(EddyConfig.MODEL_SELECTOR_DEFAULT, "pump");
        open(FIELD);
        publish(FAN);
        field("a", 1, "fan", 1);
        assertRejected("NO_MODEL", "in force at the event's time");
        deploy(PUMP, 0);
        field("a", 2, "fan", 1);
        field("a", 3, "nobody", 1);
        send("eddy.events", "a", 4, "{\"value\":1}", null);
        field("a", 5, "pump", 1);
        for (int step = 1; step <= 4; step++) {
            assertAnswer("a", "pump", "1", step);
        }
    }

    @Test
    void shouldMoveANameAwayFromTheDefaultAtTheEventTimeOfItsFirstDeployment() {
        settings.put(EddyConfig.MODEL_SELECTOR_DEFAULT, "pump");
        open(FIELD);
        deploy(PUMP, 0);
        deploy(FAN, 10);
        field("a", 9, "fan", 1);
        field("a", 10, "fan", 1);
        field("b", 8, "fan", 1);
        field("a", 7, "fan", 1);

        assertAnswer("a", "pump", "1", 1);
        assertAnswer("a", "fan", "1", 1);
        assertAnswer("b", "pump", "1", 1);
        // A late event never takes a sequence back.
        assertAnswer("a", "fan", "1", 2);
    }

    @Test
    void shouldSwapOneModelWhileAnotherGoesOn() {
        open(FIELD);
        deploy(PUMP, 0);
        deploy(FAN, 0);
        both(1);
        assertAnswer("a", "pump", "1", 1);
        assertAnswer("a", "fan", "1", 1);
        deploy(PUMP_2, 10);
        both(20);
        assertAnswer("a", "pump", "2", 1);
        assertAnswer("a", "fan", "1", 2);
        deploy(FAN_2, 30);
        both(40);
        assertAnswer("a", "pump", "2", 2);
        assertAnswer("a", "fan", "2", 1);
        assertThat(catalogue.history("pump").deployments())
                .extracting(Deployment::generation)
                .containsExactly(1, 3);
        assertThat(catalogue.history("fan").deployments())
                .extracting(Deployment::generation)
                .containsExactly(2, 4);
        assertThat(catalogue.newestGeneration()).isEqualTo(4);
    }

    @Test
    void shouldEndTheSequencesOfAllModelsAtATombstoneThatNamesNone() {
        open(FIELD);
        deploy(PUMP, 0);
        deploy(FAN, 0);
        both(1);
        field("b", 1, "pump", 1);
        send("eddy.events", "a", 2, null, null);
        both(3);
        field("b", 3, "pump", 1);

        assertThat(deadLetters.isEmpty()).isTrue();
        assertThat(steps()).containsExactly(1L, 1L, 1L, 1L, 1L, 2L);
    }

    @Test
    void shouldAnswerEventsThatWaitedUnderTheKeyOfTheirRecords() {
        ModelFile waiting = WaitingModels.forward(CellKind.LSTM, 2, null, Emit.EVERY, 4);
        String name = waiting.id().name();
        settings.put(EddyConfig.SEQUENCE_IDLE, "1000");
        open(FIELD);
        deploy(PUMP, 0);
        deploy(waiting, 0);
        for (int time = 1; time <= 3; time++) {
            field("a", time, "pump", time);
            field("a", time, name, time);
        }
        field("b", 5_000, "pump", 1);
        field("a", 5_001, "pump", 1);
        field("a", 5_001, name, 1);
        send("eddy.events", "a", 5_002, null, null);

        List<String> answers = new ArrayList<>();
        predictions.readRecordsToList().forEach(record -> {
            JsonNode prediction = json(record.value());
            assertThat(record.key()).isEqualTo(bytes(prediction.get("key").textValue()));
            answers.add(prediction.get("model").textValue() + " "
                    + prediction.get("key").textValue() + " "
                    + prediction.get("timestamp").longValue() + " "
                    + prediction.get("step").longValue());
        });
        assertThat(answers)
                .containsExactlyInAnyOrder(
                        "pump a 1 1",
                        "pump a 2 2",
                        "pump a 3 3",
                        "pump b 5000 1",
                        "pump a 5001 1",
                        name + " a 1 1",
                        name + " a 2 2",
                        name + " a 3 3",
                        name + " a 5001 1");
        assertThat(states()).containsExactly("\4pumpb");
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void shouldEndTheSequenceOfTheModelThatATombstoneNames() {
        open("header:model");
        deploy(PUMP, 0);
        deploy(FAN, 0);
        for (String model : List.of("pump", "fan")) {
            send("eddy.events", "a", 1, "{\"value\":1}", model);
        }
        send("eddy.events", "a", 2, null, "fan");
        send("eddy.events", "a", 2, null, "nobody");
        for (String model : List.of("pump", "fan")) {
            send("eddy.events", "a", 3, "{\"value\":1}", model);
        }

        assertThat(steps()).containsExactly(1L, 1L, 2L, 1L);
        assertRejected("UNKNOWN_MODEL", "asks for model 'nobody'");
    }

    @Test
    void shouldIgnoreDeploymentsOfModelsOfAnotherNameAndOfTheOtherKind() {
        open(FIELD);
        publish(PUMP);
        publish(FAN);
        Deployment deployment = new Deployment(1, FAN.id(), 0, 0);
        byte[] record = ControlRecords.encode("eddy", catalogue.history("pump").with(deployment));
        control(ControlRecords.deploymentKey("eddy", "pump"), record);
        control(ControlRecords.deploymentKey("eddy"), record);
        assertThat(catalogue.canScore()).isFalse();
        field("a", 1, "pump", 1);
        assertRejected("NO_MODEL", "no deployment of model 'pump'");
    }

    @Test
    void shouldGiveAHeldEventToAModelWhenItsTurnComes() {
        settings.put(EddyConfig.REORDER, "100");
        settings.put(EddyConfig.LATE_POLICY, "dead-letter");
        open(FIELD);
        deploy(PUMP, 0);
        field("a", 1_000, "fan", 1);
        field("a", 950, "pump", 1);
        field("a", 960, "nobody", 1);
        deploy(FAN, 0);
        assertThat(predictions.isEmpty()).isTrue();
        field("b", 2_000, "pump", 1);

        assertAnswer("a", "pump", "1", 1);
        assertAnswer("a", "fan", "1", 1);
        assertThat(predictions.isEmpty()).isTrue();
        assertRejected("UNKNOWN_MODEL", "asks for model 'nobody'");
        field("a", 1_500, "pump", 1);
        assertRejected("LATE", "400 ms too late");
        send("eddy.events", "a", 1_900, null, null);
        field("a", 3_000, "pump", 1);
        field("b", 4_000, "pump", 1);
        assertAnswer("b", "pump", "1", 1);
        assertAnswer("a", "pump", "1", 1);
    }

    @Test
    void shouldDropDuplicatesWithinTheSequenceOfAModel() {
        settings.put(EddyConfig.DEDUPE_FIELD, "n");
        open("header:model");
        deploy(PUMP, 0);
        deploy(FAN, 0);
        for (String model : List.of("pump", "fan", "pump")) {
            send("eddy.events", "a", 1, "{\"n\":1,\"value\":1}", model);
        }
        send("eddy.events", "a", 2, "{\"n\":2,\"value\":1}", "pump");

        assertAnswer("a", "pump", "1", 1);
        assertAnswer("a", "fan", "1", 1);
        assertAnswer("a", "pump", "1", 2);
        assertThat(predictions.isEmpty()).isTrue();
    }

    @Test
    void shouldTellOfTheEndOfASequenceUnderTheKeyOfItsRecords() {
        settings.put(EddyConfig.SEQUENCE_TTL, "100");
        settings.put(EddyConfig.SEQUENCE_TTL_END_RECORDS, "true");
        open(FIELD);
        deploy(PUMP, 0);
        field("a", 1, "pump", 1);
        field("b", 500, "pump", 1);

        assertAnswer("a", "pump", "1", 1);
        TestRecord<byte[], byte[]> end = predictions.readRecord();
        assertThat(end.key()).isEqualTo(bytes("a"));
        assertThat(json(end.value()).get("key").textValue()).isEqualTo("a");
        assertThat(json(end.value()).get("end").textValue()).isEqualTo("ttl");
        assertAnswer("b", "pump", "1", 1);
    }

    @Test
    void shouldNotAskWhetherASequenceThatIsOverWasEndedYet() {
        settings.put(EddyConfig.SEQUENCE_IDLE, "100");
        settings.put(EddyConfig.MODEL_SELECTOR_DEFAULT, "pump");
        open(FIELD);
        deploy(PUMP, 0);
        deploy(FAN, 1_000);
        int keys = 10 * Inference.EXPIRED_PER_EVENT;
        for (int i = 0; i < keys; i++) {
            field("a" + i, 1_000, "fan", 1);
        }
        predictions.readRecordsToList();
        field("b", 5_000, "pump", 1);
        field("a" + (keys - 1), 900, "fan", 1);

        assertAnswer("b", "pump", "1", 1);
        // Before the first deployment of the other model, and of no sequence that goes on.
        assertAnswer("a" + (keys - 1), "pump", "1", 1);
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void shouldRefuseStatesThatWereBegunWithoutASelector() {
        try (TopologyFixture before = new TopologyFixture(directory, Map.of())) {
            before.publish(PUMP);
            before.deploy(PUMP.id(), 0);
            before.event("a", 1, "{\"value\":1}");
            byte[] state = before.state("a");
            open(FIELD);
            KeyMark.check(stores(), true, () -> states().size() > 0);
            store(Eddy.STATE_STORE).put(Bytes.wrap(bytes("a")), state);
            assertThatThrownBy(() -> KeyMark.check(stores(), true, () -> states().size() > 0))
                    .hasMessageContaining("begun without eddy.model.selector")
                    .hasMessageContaining("set it as it was");
        }
    }

    @Test
    void shouldRefuseStatesThatWereBegunWithASelector() {
        open(FIELD);
        KeyMark.check(stores(), false, () -> true);
        deploy(PUMP, 0);
        field("a", 1, "nobody", 1);
        KeyMark.check(stores(), true, () -> true);
        assertThatThrownBy(() -> KeyMark.check(stores(), false, () -> true))
                .hasMessageContaining("eddy.model.selector is not set any more");
        store(Eddy.PENDING_STORE).put(Bytes.wrap(bytes("M")), new byte[] {9});
        assertThatThrownBy(() -> KeyMark.check(stores(), true, () -> true)).hasMessageContaining("another release");
    }

    @Test
    void shouldRefuseAFixedModelWhereEventsNameTheirs() {
        EddyConfig config = new EddyConfig(Map.of("bootstrap.servers", "x:1", EddyConfig.MODEL_SELECTOR, FIELD));
        assertThatThrownBy(() -> Eddy.of(config, TestModels.live(PUMP))).hasMessageContaining("one model for all");
    }

    private void open(String selector) {
        settings.put("bootstrap.servers", "unused:1");
        settings.put("state.dir", directory.resolve("selected").toString());
        settings.put(EddyConfig.MODEL_SELECTOR, selector);
        EddyConfig config = new EddyConfig(settings);
        catalogue = new Catalogue(config.pipeline(), 1 << 20);
        Properties streams = StreamsSettings.of(config);
        streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        driver = new TopologyTestDriver(EddyTopology.build(config, Eddy.of(config, catalogue)), streams);
        for (String topic : config.inputTopics()) {
            inputs.put(topic, driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer()));
        }
        control = driver.createInputTopic("eddy.control", new StringSerializer(), new ByteArraySerializer());
        predictions =
                driver.createOutputTopic("eddy.predictions", new ByteArrayDeserializer(), new ByteArrayDeserializer());
        deadLetters =
                driver.createOutputTopic("eddy.deadletters", new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void publish(ModelFile model) {
        ControlRecords.publish(model, 0).forEach(this::control);
    }

    private void deploy(ModelFile model, long from) {
        publish(model);
        String name = model.id().name();
        Deployment deployment = new Deployment(catalogue.newestGeneration() + 1, model.id(), from, 0);
        control(
                ControlRecords.deploymentKey("eddy", name),
                ControlRecords.encode("eddy", catalogue.history(name).with(deployment)));
    }

    private void control(String key, byte[] value) {
        control.pipeInput(key, value);
        try {
            assertThat(catalogue.awaitLoaded(Duration.ofSeconds(30))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void both(long time) {
        field("a", time, "pump", 1);
        field("a", time, "fan", 1);
    }

    private void field(String key, long time, String model, double value) {
        send("eddy.events", key, time, "{\"meta\":{\"model\":\"" + model + "\"},\"value\":" + value + "}", null);
    }

    private void send(String topic, String key, long time, String json, String header) {
        Headers headers = new RecordHeaders();
        if (header != null) {
            headers.add("model", bytes(header));
        }
        inputs.get(topic).pipeInput(new TestRecord<>(bytes(key), json == null ? null : bytes(json), headers, time));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void assertAnswer(String key, String model, String version, long step) {
        TestRecord<byte[], byte[]> record = predictions.readRecord();
        assertThat(record.key()).isEqualTo(bytes(key));
        JsonNode prediction = json(record.value());
        assertThat(prediction.get("key").textValue()).isEqualTo(key);
        assertThat(prediction.get("model").textValue()).isEqualTo(model);
        assertThat(prediction.get("version").textValue()).isEqualTo(version);
        assertThat(prediction.get("step").longValue()).isEqualTo(step);
    }

    private List<Long> steps() {
        return predictions.readValuesToList().stream()
                .map(value -> json(value).get("step").longValue())
                .toList();
    }

    private static JsonNode json(byte[] value) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(value);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void assertRejected(String reason, String message) {
        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(TopologyFixture.header(letter, DeadLetterHeaders.REASON)).isEqualTo(reason);
        assertThat(TopologyFixture.header(letter, DeadLetterHeaders.MESSAGE)).contains(message);
        assertThat(letter.key()).isEqualTo(bytes("a"));
    }

    private KeyValueStore<Bytes, byte[]> store(String name) {
        return driver.getKeyValueStore(name);
    }

    private SequenceStores stores() {
        return new SequenceStores(
                new StoreAccess(store(Eddy.STATE_STORE)), new StorePending(store(Eddy.PENDING_STORE)));
    }

    private List<String> states() {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store(Eddy.STATE_STORE).all()) {
            entries.forEachRemaining(entry -> keys.add(new String(entry.key.get(), StandardCharsets.UTF_8)));
        }
        return keys;
    }
}
