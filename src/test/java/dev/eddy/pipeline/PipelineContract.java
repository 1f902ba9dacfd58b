package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.Verdict;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code eddy run} promises, against a real broker of any kind. Every test has topics of its own. */
abstract class PipelineContract {
    private static final AtomicInteger TESTS = new AtomicInteger();
    /** An hour ago: not flowing now, and young enough that a broker with default retention keeps the events. */
    private static final long START = System.currentTimeMillis() - 3_600_000;

    @TempDir
    Path directory;

    private TestPipeline pipeline;
    private EddyConfig config;

    abstract TestKafka kafka();

    @BeforeEach
    void ownTopics() {
        pipeline = new TestPipeline(kafka(), "t" + TESTS.incrementAndGet(), directory.resolve("state"));
        config = pipeline.config();
    }

    @Test
    void shouldWriteWhatScoreWritesByteForByte() throws Exception {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 24, 1);
        List<ProducerRecord<byte[], byte[]>> events = events(2_000, 50);
        try (EddyApplication application = EddyApplication.start(config)) {
            pipeline.publishAndDeploy(model);
            kafka().produce(events);
            assertThat(TestPipeline.byKey(kafka().consume(pipeline.topic("output"), events.size())))
                    .isEqualTo(TestPipeline.scored(model, events));
            assertThat(application.isReady()).isTrue();
        }
    }

    @Test
    void shouldLetEventsWaitUntilAModelIsDeployed() throws Exception {
        ModelFile model = TestModels.predictor("m", "1", CellKind.GRU, 8, 1);
        List<ProducerRecord<byte[], byte[]>> events = events(100, 7);
        try (EddyApplication application = EddyApplication.start(config)) {
            kafka().produce(events);
            pipeline.awaitInstances(1);
            assertThat(application.isReady()).isFalse();
            assertThat(health(application)).isEqualTo(503);
            try (InstanceReports reports = new InstanceReports(config)) {
                Awaitility.await()
                        .atMost(TestKafka.PATIENCE)
                        .until(() -> reports.live().stream()
                                .anyMatch(report -> report.getState().equals("WAITING_FOR_MODEL")));
            }
            pipeline.publishAndDeploy(model);
            assertThat(kafka().consume(pipeline.topic("output"), events.size())).hasSize(events.size());
            Awaitility.await().atMost(TestKafka.PATIENCE).until(() -> health(application) == 200);
            assertThat(kafka().consumeAll(pipeline.topic("deadletter"), Duration.ofMillis(300)))
                    .isEmpty();
        }
    }

    @Test
    void shouldSendEventsToTheDeadLettersWithoutAModelIfToldSo() throws Exception {
        config = pipeline.with(EddyConfig.NO_MODEL, "dead-letter").config();
        try (EddyApplication application = EddyApplication.start(config)) {
            kafka().produce(events(10, 3));
            assertThat(kafka().consume(pipeline.topic("deadletter"), 10))
                    .allSatisfy(record -> assertThat(new String(
                                    record.headers().lastHeader("eddy.reason").value(), StandardCharsets.UTF_8))
                            .isEqualTo("NO_MODEL"));
            assertThat(application.isAlive()).isTrue();
        }
    }

    @Test
    void shouldSwapModelsWhileEventsFlowAndStopScoringWithTheOldOne() throws Exception {
        ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
        ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 8, 2);
        List<ProducerRecord<byte[], byte[]>> events = events(1_000, 20);
        try (EddyApplication application = EddyApplication.start(config)) {
            pipeline.publishAndDeploy(first);
            kafka().produce(events.subList(0, 500));
            kafka().consume(pipeline.topic("output"), 500);
            pipeline.publish(second);
            try (ModelDeployer deployer = new ModelDeployer(config)) {
                // The newest event of the topic is the 500th.
                assertThat(deployer.now()).isEqualTo(events.get(499).timestamp() + 1);
                Deployment deployment = deployer.deploy(second.id(), deployer.now());
                pipeline.awaitGeneration(deployment.generation());
            }
            kafka().produce(events.subList(500, 1_000));
            Map<String, List<String>> expected = TestPipeline.scored(first, events.subList(0, 500));
            TestPipeline.scored(second, events.subList(500, 1_000))
                    .forEach((key, values) -> expected.merge(key, values, (a, b) -> {
                        List<String> both = new ArrayList<>(a);
                        both.addAll(b);
                        return both;
                    }));
            assertThat(TestPipeline.byKey(kafka().consume(pipeline.topic("output"), 1_000)))
                    .isEqualTo(expected);
            assertThat(application.isReady()).isTrue();
        }
    }

    @Test
    void shouldReportARejectedModelWithItsReasonAndGoOn() throws Exception {
        ModelFile good = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
        ModelFile bad = TestModels.failingProbe("m", "2");
        try (EddyApplication application = EddyApplication.start(config)) {
            pipeline.publishAndDeploy(good);
            // Past the publisher, which would refuse it.
            kafka().produce(ControlRecords.publish(bad, 0).entrySet().stream()
                    .map(record -> new ProducerRecord<>(
                            pipeline.topic("control"),
                            record.getKey().getBytes(StandardCharsets.UTF_8),
                            record.getValue()))
                    .toList());
            ModelStatus status = pipeline.awaitVerdict("2");
            assertThat(status.getVerdict()).isEqualTo(Verdict.REJECTED);
            assertThat(status.getReason()).contains("probe 0 differs");
            try (InstanceReports reports = new InstanceReports(config)) {
                assertThatThrownBy(
                                () -> new Verdicts(reports, Duration.ofSeconds(5)).awaitReady(bad.id(), (a, b) -> {}))
                        .isInstanceOf(OperationFailedException.class)
                        .hasMessageContaining("rejects m@2");
            }
            kafka().produce(events(10, 2));
            assertThat(kafka().consume(pipeline.topic("output"), 10)).hasSize(10);
            assertThat(metrics(application))
                    .contains("eddy_model_loads_total{result=\"rejected\"} 1.0", "eddy_predictions_total 10.0");
        }
    }

    @Test
    void shouldSurviveGarbageOnTheControlTopicAndRestart() throws Exception {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
        List<ProducerRecord<byte[], byte[]>> events = events(60, 5);
        try (EddyApplication application = EddyApplication.start(config)) {
            pipeline.publishAndDeploy(model);
            for (String key : List.of("manifest/m/9", "chunk/m/9/0", "deployment/" + config.pipeline() + "x", "?")) {
                kafka().produce(pipeline.topic("control"), key, "garbage", 1);
            }
            kafka().produce(events.subList(0, 30));
            kafka().consume(pipeline.topic("output"), 30);
            assertThat(application.isAlive()).isTrue();
        }
        try (EddyApplication application = EddyApplication.start(config)) {
            kafka().produce(events.subList(30, 60));
            assertThat(TestPipeline.byKey(kafka().consume(pipeline.topic("output"), 60)))
                    .isEqualTo(TestPipeline.scored(model, events));
            assertThat(application.isAlive()).isTrue();
        }
    }

    @Test
    void shouldPassAModelOfFiftyMegabytesThroughABrokerWithDefaultSettings() throws Exception {
        ModelFile model = TestModels.predictor("large", "1", CellKind.LSTM, 1_800, 1);
        assertThat(model.bytes().length).isGreaterThan(50_000_000);
        try (EddyApplication application = EddyApplication.start(config)) {
            pipeline.publishAndDeploy(model);
            kafka().produce(events(5, 2));
            assertThat(kafka().consume(pipeline.topic("output"), 5)).hasSize(5);
            assertThat(application.isReady()).isTrue();
        }
    }

    @Test
    void shouldShareKeysBetweenInstancesAndHandThemOver() throws Exception {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
        List<ProducerRecord<byte[], byte[]>> events = events(900, 40);
        EddyConfig secondConfig = pipeline.with(EddyConfig.INSTANCE_ID, "second")
                .with("state.dir", directory.resolve("second").toString())
                .config();
        try (EddyApplication first = EddyApplication.start(config)) {
            pipeline.publishAndDeploy(model);
            kafka().produce(events.subList(0, 300));
            kafka().consume(pipeline.topic("output"), 300);
            try (EddyApplication second = EddyApplication.start(secondConfig)) {
                kafka().produce(events.subList(300, 600));
                kafka().consume(pipeline.topic("output"), 600);
                pipeline.awaitInstances(2);
                assertThat(second.isAlive()).isTrue();
            }
            kafka().produce(events.subList(600, 900));
            assertThat(TestPipeline.byKey(kafka().consume(pipeline.topic("output"), 900)))
                    .isEqualTo(TestPipeline.scored(model, events));
            pipeline.awaitInstances(1);
            assertThat(first.isReady()).isTrue();
        }
    }

    @Test
    void shouldNeverPublishOtherContentUnderAPublishedVersion() throws Exception {
        try (EddyApplication application = EddyApplication.start(config)) {
            pipeline.publish(TestModels.predictor("m", "1", CellKind.LSTM, 8, 1));
            pipeline.publish(TestModels.predictor("m", "1", CellKind.LSTM, 8, 1));
            assertThatThrownBy(() -> pipeline.publish(TestModels.predictor("m", "1", CellKind.LSTM, 8, 2)))
                    .isInstanceOf(OperationFailedException.class)
                    .hasMessageContaining("published already with other content");
            assertThat(application.isAlive()).isTrue();
        }
    }

    /** Events of some keys, interleaved, one millisecond apart. */
    private List<ProducerRecord<byte[], byte[]>> events(int count, int keys) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<String> values = TestModels.valueEvents(count, count);
        for (int i = 0; i < count; i++) {
            records.add(new ProducerRecord<>(
                    pipeline.topic("input"),
                    null,
                    START + i,
                    ("key-" + (i * 7 % keys)).getBytes(StandardCharsets.UTF_8),
                    values.get(i).getBytes(StandardCharsets.UTF_8)));
        }
        return records;
    }

    private static int health(EddyApplication application) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create(application.url() + "/health/ready").toURL().openConnection();
        return connection.getResponseCode();
    }

    private static String metrics(EddyApplication application) throws IOException {
        try (var in = URI.create(application.url() + "/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
