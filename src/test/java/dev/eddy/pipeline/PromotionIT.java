package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.schema.ModelMeasure;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two instances measure a challenger, and one of them promotes or drops it, once. */
class PromotionIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final int EVENTS = 2_000;
    private static final long START = System.currentTimeMillis() - 3_600_000;

    @TempDir
    Path directory;

    private final ModelFile good = withBias("good", 0f);
    private final ModelFile bad = withBias("bad", 5f);

    @Test
    void shouldPromoteABetterChallengerOnce() throws Exception {
        DeploymentHistory history = decided("promoted", bad, good);
        Deployment decision = history.newest(1).deployments().get(0);
        assertThat(decision.model()).isEqualTo(good.id());
        assertThat(decision.challenger()).isNull();
        assertThat(decision.transition()).isEqualTo(Transition.warm(1));
        assertThat(decision.keepMs()).isEqualTo(77);
        assertThat(decision.reason()).matches("promoted: mae [0-9.]+ < 0\\.95 \\* [0-9.]+ over [0-9,]+ events");
    }

    @Test
    void shouldDropAWorseChallengerOnce() throws Exception {
        DeploymentHistory history = decided("dropped", good, bad);
        Deployment decision = history.newest(1).deployments().get(0);
        assertThat(decision.model()).isEqualTo(good.id());
        assertThat(decision.challenger()).isNull();
        assertThat(decision.reason()).startsWith("dropped: mae ");
    }

    @Test
    void shouldRefuseLabelsWithOtherPartitions() {
        TestPipeline pipeline = new TestPipeline(KAFKA, "partitions", directory)
                .with(EddyConfig.LABELS_TOPIC, "partitions.labels")
                .with(EddyConfig.TOPICS_PARTITIONS, "3");
        KAFKA.createTopics(2, "partitions.labels");
        assertThatThrownBy(() -> EddyApplication.start(pipeline.config()))
                .isInstanceOf(OperationFailedException.class)
                .hasMessage("the topic partitions.labels of eddy.topics.labels has 2 partitions, but the input topic"
                        + " partitions.input has 3; labels find their events only if both have the same number");
    }

    @Test
    void shouldMeasureByLabelsOfATopicItCreates() throws Exception {
        TestPipeline pipeline = new TestPipeline(KAFKA, "labels", directory).with(EddyConfig.LABELS_TOPIC, "truth");
        ModelFile tagger = TestModels.tagger("t", "1", 2, 4, List.of("a", "b"), 1);
        try (EddyApplication application = EddyApplication.start(pipeline.config());
                InstanceReports reports = new InstanceReports(pipeline.config())) {
            pipeline.publishAndDeploy(tagger);
            for (int i = 0; i < 40; i++) {
                KAFKA.produce("labels.input", "k" + i, "{\"features\":[1,2]}", START + i);
                KAFKA.produce("truth", "k" + i, "{\"label\":\"a\"}", START + i);
            }
            Awaitility.await().atMost(TestKafka.PATIENCE).until(() -> measured(reports, "CHAMPION") == 40);
            assertThat(reports.live().get(0).getMeasured().get(0).getError()).isIn(0.0, 1.0);
            assertThat(application.isAlive()).isTrue();
        }
    }

    private DeploymentHistory decided(String result, ModelFile champion, ModelFile challenger) throws Exception {
        TestPipeline a = new TestPipeline(KAFKA, result, directory.resolve("a")).with(EddyConfig.INSTANCE_ID, "a");
        TestPipeline b = new TestPipeline(KAFKA, result, directory.resolve("b")).with(EddyConfig.INSTANCE_ID, "b");
        try (EddyApplication first = EddyApplication.start(a.config());
                EddyApplication second = EddyApplication.start(b.config());
                InstanceReports reports = new InstanceReports(a.config())) {
            a.awaitInstances(2);
            ModelPublisher publisher = new ModelPublisher(a.config());
            publisher.publish(champion, written -> {});
            publisher.publish(challenger, written -> {});
            Verdicts verdicts = new Verdicts(reports, TestKafka.PATIENCE);
            verdicts.awaitReady(champion.id(), (x, y) -> {});
            verdicts.awaitReady(challenger.id(), (x, y) -> {});
            challenge(a, champion, challenger);
            verdicts.awaitGeneration(1, (x, y) -> {});
            Awaitility.await().atMost(TestKafka.PATIENCE).until(() -> first.isReady() && second.isReady());
            KAFKA.produce(events(result + ".input"));
            verdicts.awaitGeneration(2, (x, y) -> {});
            KAFKA.consume(result + ".output", EVENTS);
            // Several more looks change nothing.
            Thread.sleep(2_000);
            assertThat(count(first, result) + count(second, result)).isOne();
            assertThat(count(first, "failed") + count(second, "failed")).isZero();
            assertThat(count(first, result))
                    .as("the one with the smaller name decides")
                    .isOne();
            assertThat(first.catalogue().history().newestGeneration()).isEqualTo(2);
            assertThat(measured(reports, "PAIRED_CHALLENGER")).isLessThanOrEqualTo(EVENTS);
            try (ModelDeployer deployer = new ModelDeployer(a.config())) {
                DeploymentHistory history = deployer.history();
                assertThat(history.deployments()).hasSize(2);
                assertThat(first.catalogue().history()).isEqualTo(history);
                return history;
            }
        }
    }

    private static long measured(InstanceReports reports, String role) {
        return reports.live().stream()
                .flatMap(report -> report.getMeasured().stream())
                .filter(measure -> measure.getRole().name().equals(role))
                .mapToLong(ModelMeasure::getEvents)
                .sum();
    }

    private static double count(EddyApplication application, String result) throws Exception {
        String metrics = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(application.url() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith("eddy_promotions_total{result=\"" + result + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static void challenge(TestPipeline pipeline, ModelFile champion, ModelFile challenger) {
        PromotionRule rule = PromotionRule.parse("mae < 0.95 * champion over 1000");
        Deployment deployment = new Deployment(
                1,
                champion.id(),
                Deployment.BEGINNING,
                0,
                Transition.RESET,
                77,
                new Challenger(challenger.id(), 1, false, 0, rule),
                "");
        String name = pipeline.config().pipeline();
        KAFKA.produce(List.of(new ProducerRecord<>(
                pipeline.topic("control"),
                ControlRecords.deploymentKey(name).getBytes(StandardCharsets.UTF_8),
                ControlRecords.encode(name, new DeploymentHistory(List.of(deployment))))));
    }

    private static List<ProducerRecord<byte[], byte[]>> events(String topic) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            byte[] key = ("k" + i % 20).getBytes(StandardCharsets.UTF_8);
            byte[] value = ("{\"value\":" + (8 + i * 37 % 40 / 10.0) + "}").getBytes(StandardCharsets.UTF_8);
            events.add(new ProducerRecord<>(topic, null, START + i, key, value));
        }
        return events;
    }

    /** A predictor whose answers are about 4 · bias off. */
    private static ModelFile withBias(String version, float bias) {
        ModelFile model = TestModels.predictor("m", "1", CellKind.GRU, 5, 1);
        ModelSpec spec = model.spec();
        Map<String, Tensor> tensors = new TreeMap<>(model.tensors());
        tensors.put("head.bias", Tensor.of(new float[] {bias}, 1));
        return new ModelFile(
                new ModelSpec(
                        spec.name(),
                        version,
                        spec.features(),
                        spec.layers(),
                        spec.head(),
                        spec.task(),
                        null,
                        null,
                        null),
                tensors);
    }
}
