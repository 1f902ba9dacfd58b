package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.live.RemoteSequences;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Several models in one pipeline, against a broker. */
class SelectorIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final ModelFile PUMP = TestModels.predictor("pump", "1", CellKind.LSTM, 8, 1);
    private static final ModelFile PUMP_2 = TestModels.predictor("pump", "2", CellKind.GRU, 8, 2);
    private static final ModelFile FAN = TestModels.predictor("fan", "1", CellKind.GRU, 6, 3);

    /** An hour ago: not flowing now, and young enough that a broker with default retention keeps the events. */
    private static final long START = System.currentTimeMillis() - 3_600_000;

    private static final int EVENTS = 60;
    private static final int KEYS = 5;

    @TempDir
    Path directory;

    @Test
    void shouldScoreEveryModelAsIfItWereAloneThroughRestartsAndTheLossOfTheStateDirectory() throws Exception {
        TestPipeline pipeline = new TestPipeline(KAFKA, "field", directory.resolve("state"))
                .with(EddyConfig.MODEL_SELECTOR, "field:kind");
        Map<String, List<String>> expected = new HashMap<>();
        List<ProducerRecord<byte[], byte[]>> pumps = new ArrayList<>();
        List<ProducerRecord<byte[], byte[]>> fans = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            if (run == 2) {
                deleteState();
            }
            try (EddyApplication application = EddyApplication.start(pipeline.config())) {
                if (run == 0) {
                    pipeline.publishAndDeploy(PUMP);
                    pipeline.publishAndDeploy(FAN);
                }
                pumps.addAll(events("field.input", "pump", run));
                fans.addAll(events("field.input", "fan", run));
                KAFKA.produce(events("field.input", "pump", run));
                KAFKA.produce(events("field.input", "fan", run));
                KAFKA.consume("field.output", 2 * EVENTS * (run + 1));
                assertThat(application.isAlive()).isTrue();
                if (run == 0) {
                    assertLive(pipeline, application);
                }
            }
        }
        TestPipeline.scored(PUMP, pumps).forEach((key, lines) -> expected.put("pump " + key, lines));
        TestPipeline.scored(FAN, fans).forEach((key, lines) -> expected.put("fan " + key, lines));
        Map<String, List<String>> found = new HashMap<>();
        TestPipeline.byKey(KAFKA.consume("field.output", 6 * EVENTS))
                .forEach((key, lines) -> lines.forEach(line -> {
                    String model = line.contains("\"model\":\"pump\"") ? "pump " : "fan ";
                    found.computeIfAbsent(model + key, k -> new ArrayList<>()).add(line);
                }));
        assertThat(found).isEqualTo(expected);
        assertRefusedWithoutSelector(pipeline);
    }

    private static void assertLive(TestPipeline pipeline, EddyApplication application) throws Exception {
        RemoteSequences sequences = new RemoteSequences(pipeline.config());
        assertThat(sequences.find("key-0", "pump").model()).isEqualTo(PUMP.id());
        assertThat(sequences.find("key-0", "fan").model()).isEqualTo(FAN.id());
        assertThatThrownBy(() -> sequences.find("key-0", "blower")).hasMessageContaining("holds a sequence 'key-0'");
        assertThatThrownBy(() -> sequences.find("key-0", null)).hasMessageContaining("name one, with ?model=NAME");
        try (var metrics =
                java.net.URI.create(application.url() + "/metrics").toURL().openStream()) {
            assertThat(new String(metrics.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .filteredOn(line -> line.startsWith("eddy_model_active{"))
                    .hasSize(2);
        }
        try (ModelDeployer deployer = new ModelDeployer(pipeline.config(), "late")) {
            // Events have been read, so the first deployment of a name does not reach back to them.
            assertThat(deployer.now()).isEqualTo(START + EVENTS);
        }
        pipeline.publish(PUMP_2);
        try (ModelDeployer deployer = new ModelDeployer(pipeline.config(), "pump");
                ModelDeployer other = new ModelDeployer(pipeline.config(), "fan");
                ModelDeployer all = new ModelDeployer(pipeline.config())) {
            assertThatThrownBy(() -> other.deploy(PUMP_2.id(), 0)).hasMessageContaining("it has another name");
            assertThatThrownBy(all::history).hasMessageContaining("say the name of the model");
            Deployment later = deployer.deploy(PUMP_2.id(), START + 1_000_000_000);
            assertThat(later.generation()).isEqualTo(3);
            assertThat(deployer.history().deployments())
                    .extracting(Deployment::generation)
                    .containsExactly(1, 3);
            assertThat(all.histories()).containsOnlyKeys("fan", "pump");
            assertThat(all.newestGeneration()).isEqualTo(3);
            pipeline.awaitGeneration(3);
        }
    }

    private static void assertRefusedWithoutSelector(TestPipeline pipeline) throws Exception {
        pipeline.with(EddyConfig.MODEL_SELECTOR, null).with(EddyConfig.NO_MODEL, "dead-letter");
        try (EddyApplication application = EddyApplication.start(pipeline.config())) {
            Awaitility.await().atMost(TestKafka.PATIENCE).until(() -> !application.isAlive());
            assertThatThrownBy(application::awaitStopped)
                    .isInstanceOf(OperationFailedException.class)
                    .hasMessageContaining("eddy.model.selector is not set any more; set it as it was");
        }
    }

    @Test
    void shouldRefuseASelectorOnStatesThatHadNone() throws Exception {
        TestPipeline pipeline = new TestPipeline(KAFKA, "plain", directory.resolve("state"));
        try (EddyApplication application = EddyApplication.start(pipeline.config())) {
            pipeline.publishAndDeploy(PUMP);
            KAFKA.produce(events("plain.input", "pump", 0));
            KAFKA.consume("plain.output", EVENTS);
            assertThat(application.isAlive()).isTrue();
        }
        pipeline.with(EddyConfig.MODEL_SELECTOR, "field:kind").with(EddyConfig.NO_MODEL, "dead-letter");
        try (EddyApplication application = EddyApplication.start(pipeline.config())) {
            Awaitility.await().atMost(TestKafka.PATIENCE).until(() -> !application.isAlive());
            assertThatThrownBy(application::awaitStopped)
                    .hasMessageContaining("begun without eddy.model.selector, which is set now");
        }
    }

    @Test
    void shouldTakeATopicForEachModelIfTheyHaveAsManyPartitions() throws Exception {
        TestPipeline pipeline = new TestPipeline(KAFKA, "topic", directory.resolve("state"))
                .with(EddyConfig.MODEL_SELECTOR, "topic")
                .with(EddyConfig.INPUT_TOPIC, "topic.pumps,fan")
                .with(EddyConfig.MODEL_SELECTOR_TOPICS, "topic.pumps:pump")
                .with(EddyConfig.TOPICS_PARTITIONS, "3");
        try (EddyApplication application = EddyApplication.start(pipeline.config())) {
            pipeline.publishAndDeploy(PUMP);
            pipeline.publishAndDeploy(FAN);
            KAFKA.produce(events("topic.pumps", "?", 0));
            KAFKA.produce(events("fan", "?", 0));
            Map<String, List<String>> expected = TestPipeline.scored(PUMP, events("topic.pumps", "?", 0));
            TestPipeline.scored(FAN, events("fan", "?", 0))
                    .forEach((key, lines) -> expected.get(key).addAll(lines));
            Map<String, List<String>> found = TestPipeline.byKey(KAFKA.consume("topic.output", 2 * EVENTS));
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            found.forEach(
                    (key, lines) -> assertThat(lines).as(key).containsExactlyInAnyOrderElementsOf(expected.get(key)));
            assertThat(application.isReady()).isTrue();
            try (ModelDeployer stranger = new ModelDeployer(pipeline.config(), "blower")) {
                assertThatThrownBy(() -> stranger.deploy(PUMP.id(), 0))
                        .hasMessageContaining("no input topic stands for model blower");
            }
        }
        KAFKA.createTopics(2, "two");
        pipeline.with(EddyConfig.INPUT_TOPIC, "topic.pumps,two");
        assertThatThrownBy(() -> EddyApplication.start(pipeline.config()))
                .isInstanceOf(OperationFailedException.class)
                .hasMessage("the input topics have different numbers of partitions, topic.pumps 3, two 2; give all of"
                        + " them the same");
    }

    private static List<ProducerRecord<byte[], byte[]>> events(String topic, String kind, int run) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            String json = "{\"kind\":\"" + kind + "\",\"value\":" + (i * 7 + run) % 20 + "}";
            records.add(new ProducerRecord<>(
                    topic,
                    null,
                    START + (long) run * EVENTS + i,
                    ("key-" + i % KEYS).getBytes(StandardCharsets.UTF_8),
                    json.getBytes(StandardCharsets.UTF_8)));
        }
        return records;
    }

    private void deleteState() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
