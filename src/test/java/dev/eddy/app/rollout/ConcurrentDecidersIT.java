package dev.eddy.app.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Several that decide about the same challenger, and a person who deploys meanwhile. */
class ConcurrentDecidersIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private final ModelFile first = TestModels.predictor("m", "1", CellKind.GRU, 4, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 4, 2);

    @Test
    void shouldRecordOneDecision() throws Exception {
        EddyConfig config = pipeline("deciders");
        Deployment basis = begin(config);
        int deciders = 4;
        CyclicBarrier together = new CyclicBarrier(deciders);
        ExecutorService threads = Executors.newFixedThreadPool(deciders);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        for (int i = 0; i < deciders; i++) {
            boolean promotes = i % 2 == 0;
            outcomes.add(threads.submit(() -> {
                together.await();
                return follow(config, new PromotionDecision(basis, promotes, "one of many"));
            }));
        }
        int won = 0;
        for (Future<Boolean> outcome : outcomes) {
            won += outcome.get() ? 1 : 0;
        }
        threads.shutdown();
        assertThat(won).isLessThanOrEqualTo(1);
        // All of them may have pushed each other aside; then the next look decides, and nobody after it.
        if (won == 0) {
            assertThat(follow(config, new PromotionDecision(basis, true, "again")))
                    .isTrue();
        }
        assertThat(follow(config, new PromotionDecision(basis, true, "late"))).isFalse();
        assertThat(history(config).deployments()).hasSize(2);
        assertThat(history(config).newestGeneration()).isEqualTo(2);
    }

    @Test
    void shouldBeVoidWhenAPersonDeployedMeanwhile() throws Exception {
        EddyConfig config = pipeline("person");
        Deployment basis = begin(config);
        try (ModelDeployer deployer = new ModelDeployer(config, "m")) {
            deployer.deploy(first.id(), 5);
        }
        DeploymentHistory before = history(config);
        assertThat(follow(config, new PromotionDecision(basis, true, "too late")))
                .isFalse();
        assertThat(history(config)).isEqualTo(before);
    }

    @Test
    void shouldNotMindDeploymentsOfOtherModelNames() throws Exception {
        Map<String, String> settings = settings("names");
        settings.put(EddyConfig.MODEL_SELECTOR, "field:kind");
        EddyConfig config = new EddyConfig(settings);
        Deployment basis = begin(config);
        ModelFile other = TestModels.predictor("other", "1", CellKind.GRU, 4, 3);
        new ModelPublisher(config).publish(other, written -> {});
        try (ModelDeployer deployer = new ModelDeployer(config, "other")) {
            assertThat(deployer.deploy(other.id(), 5).generation()).isEqualTo(2);
        }
        assertThat(follow(config, new PromotionDecision(basis, true, "still open")))
                .isTrue();
        assertThat(history(config).newestGeneration()).isEqualTo(3);
        assertThat(follow(config, new PromotionDecision(basis, true, "late"))).isFalse();
    }

    private static boolean follow(EddyConfig config, PromotionDecision decision) throws InterruptedException {
        try (ModelDeployer deployer = new ModelDeployer(config, "m")) {
            deployer.follow(decision);
            return true;
        } catch (OperationFailedException e) {
            assertThat(e).hasMessageContaining("somebody else change");
            return false;
        }
    }

    private static DeploymentHistory history(EddyConfig config) {
        try (ModelDeployer deployer = new ModelDeployer(config, "m")) {
            return deployer.history();
        }
    }

    private Deployment begin(EddyConfig config) throws InterruptedException {
        Topics.ensure(config, TopicRole.values());
        ModelPublisher publisher = new ModelPublisher(config);
        publisher.publish(first, written -> {});
        publisher.publish(second, written -> {});
        PromotionRule rule = PromotionRule.parse("mae < champion over 10");
        Deployment deployment = new Deployment(
                1, first.id(), 0, 0, Transition.RESET, 0, new Challenger(second.id(), 1, false, 0, rule), "");
        String pipeline = config.pipeline();
        KAFKA.produce(List.of(new ProducerRecord<>(
                config.getString(EddyConfig.CONTROL_TOPIC),
                ControlRecords.deploymentKey(pipeline, config.selectsModels() ? "m" : null)
                        .getBytes(StandardCharsets.UTF_8),
                ControlRecords.encode(pipeline, new DeploymentHistory(List.of(deployment))))));
        return deployment;
    }

    private static EddyConfig pipeline(String name) {
        return new EddyConfig(settings(name));
    }

    private static Map<String, String> settings(String name) {
        Map<String, String> settings = new HashMap<>();
        settings.put("bootstrap.servers", KAFKA.bootstrapServers());
        settings.put(EddyConfig.PIPELINE, name);
        for (String topic : List.of("input", "output", "deadletter", "control", "status")) {
            settings.put("eddy.topics." + topic, name + "." + topic);
        }
        settings.put(EddyConfig.TOPICS_CREATE, "true");
        return settings;
    }
}
