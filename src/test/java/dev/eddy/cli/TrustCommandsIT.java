package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.ModelVersion;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Signatures, limits, unloading, pruning and several deployers at once, as somebody types them, beside a running instance. */
class TrustCommandsIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final AtomicInteger TESTS = new AtomicInteger();

    @TempDir
    Path directory;

    private final Map<String, String> settings = new HashMap<>();
    private Path config;

    @BeforeEach
    void ownTopics() throws IOException {
        String name = "trust" + TESTS.incrementAndGet();
        settings.put("bootstrap.servers", KAFKA.bootstrapServers());
        settings.put(EddyConfig.PIPELINE, name);
        for (String topic : List.of("input", "output", "deadletter", "control", "status")) {
            settings.put("eddy.topics." + topic, name + "." + topic);
        }
        settings.put(EddyConfig.TOPICS_CREATE, "true");
        settings.put(EddyConfig.STATUS_INTERVAL, "300");
        settings.put(EddyConfig.HTTP_PORT, "0");
        settings.put("state.dir", directory.resolve("state").toString());
        config = directory.resolve("eddy.properties");
        writeConfig();
    }

    @Test
    void shouldTakeOnlyModelsThatATrustedKeySigned() throws Exception {
        CommandRun made =
                CommandRun.of("keygen", "-o", directory.resolve("release").toString());
        assertThat(made.out()).contains("private: ", "release.pem", "release.pub.pem");
        String key = made.out().lines().findFirst().orElseThrow().substring("key ".length());
        CommandRun again =
                CommandRun.of("keygen", "-o", directory.resolve("release").toString());
        assertThat(again.err()).contains("is there already").hasLineCount(1);
        CommandRun.of("keygen", "-o", directory.resolve("other").toString());
        settings.put(
                EddyConfig.MODEL_TRUSTED_KEYS,
                directory.resolve("release.pub.pem").toString());
        writeConfig();
        Path model = write(TestModels.predictor("m", "1", CellKind.LSTM, 8, 1));
        try (EddyApplication application = start()) {
            CommandRun unsigned = eddy("publish", model.toString());
            assertThat(unsigned.exitCode()).isEqualTo(1);
            assertThat(unsigned.err())
                    .contains(
                            "warning: instances with these settings reject this model: the model is not signed",
                            "rejects m@1",
                            key);
            CommandRun wrong =
                    eddy("publish", "--sign", directory.resolve("other.pem").toString(), model.toString());
            assertThat(wrong.err()).contains("does not name").contains(key);
            assertThat(eddy("deploy", "m@1").err()).contains("not deployed: instance", "rejects m@1", "--force");

            CommandRun signed =
                    eddy("publish", "--sign", directory.resolve("release.pem").toString(), model.toString());
            assertThat(signed.err()).isEmpty();
            assertThat(signed.out()).contains("signed by key " + key, "READY on");
            assertThat(eddy("deploy", "m@1").out()).contains("deployment 1 of pipeline");
            assertThat(eddy("status").out()).contains("m@1 READY, loaded, ", " bytes of memory, signed by " + key);
            assertThat(eddy("models").out())
                    .contains(
                            "signed by " + key,
                            "carries a signature of",
                            "key not trusted",
                            "deployment 1",
                            "1 of 1 instance");
            assertThat(metrics(application)).contains("eddy_models_loaded 1.0", "eddy_model_memory_bytes{");
        }
    }

    @Test
    void shouldSayAtTheStartThatATrustedKeyIsNone() throws IOException {
        Path garbage = Files.writeString(directory.resolve("garbage.pem"), "garbage");
        settings.put(EddyConfig.MODEL_TRUSTED_KEYS, garbage.toString());
        writeConfig();
        for (String command : List.of("run", "models")) {
            CommandRun run = eddy(command);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err())
                    .contains("eddy.model.trusted.keys: the file", "holds no public key in PEM")
                    .hasLineCount(1);
        }
        CommandRun run =
                eddy("publish", "--sign", garbage.toString(), garbage.toString(), "-D", "eddy.model.trusted.keys=");
        assertThat(run.err()).contains("holds no private key in PEM").hasLineCount(1);
    }

    @Test
    void shouldUnloadWhatIsNotDeployedAndLoadItAgainToDeployIt() throws Exception {
        settings.put(EddyConfig.MODEL_UNLOAD, "200");
        writeConfig();
        try (EddyApplication application = start()) {
            eddy(
                    "publish",
                    write(TestModels.predictor("m", "1", CellKind.LSTM, 8, 1)).toString());
            awaitLoaded(application, false);
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .untilAsserted(() -> assertThat(eddy("status").out()).contains("m@1 READY, not loaded"));
            assertThat(metrics(application))
                    .contains("eddy_models_loaded 0.0")
                    .doesNotContain("eddy_model_memory_bytes{");
            CommandRun deployed = eddy("deploy", "m@1");
            assertThat(deployed.err()).isEmpty();
            assertThat(deployed.out()).contains("deployment 1", "known to");
            Thread.sleep(600);
            awaitLoaded(application, true);
            assertThat(application.isReady()).isTrue();
        }
    }

    @Test
    void shouldPruneWhileAnInstanceRuns() throws Exception {
        try (EddyApplication application = start()) {
            for (int version = 1; version <= 4; version++) {
                ModelFile model = TestModels.predictor("m", "" + version, CellKind.LSTM, 8, version);
                assertThat(eddy("publish", write(model).toString()).err()).isEmpty();
                if (version != 2) {
                    assertThat(eddy("deploy", "m@" + version, "--from", version + "000")
                                    .err())
                            .isEmpty();
                }
            }
            CommandRun dry = eddy("models", "prune", "--keep", "0", "--dry-run");
            assertThat(dry.out()).contains("model m@2", "dry run").doesNotContain("m@1", "m@3", "m@4", "deployment");
            CommandRun unsure = eddy("models", "prune", "--keep", "0");
            assertThat(unsure.err()).contains("say --yes").hasLineCount(1);
            assertThat(eddy("models", "prune", "--history", "1").err()).contains("--history must be 2 or more");
            assertThat(eddy("models", "prune", "--older-than", "soon").err()).contains("is not a length of time");
            assertThat(eddy("models", "prune", "--older-than", "1h").out()).contains("nothing to remove");
            assertThat(eddy("models", "prune", "--keep", "3").out()).contains("nothing to remove");
            assertThat(application.catalogue().versions()).hasSize(4);

            CommandRun pruned = eddy("models", "prune", "--keep", "0", "--history", "2", "--yes");
            assertThat(pruned.out())
                    .contains("model m@1", "model m@2", "deployment 1: m@1", "begin cold", "events from before", "done")
                    .doesNotContain("m@3", "m@4");
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> application.catalogue().versions().size() == 2);
            assertThat(application.catalogue().history().deployments())
                    .extracting(Deployment::generation)
                    .containsExactly(2, 3);
            assertThat(eddy("models").out()).contains("m@3", "m@4").doesNotContain("m@1 ", "m@2 ");
            assertThat(eddy("deploy", "m@2").err()).contains("m@2 is not published");
            assertThat(eddy("deploy", "m@4").out()).contains("deployment 4 of");
        }
        try (EddyApplication application = start()) {
            awaitLoaded(application, true);
            assertThat(application.catalogue().history().newestGeneration()).isEqualTo(4);
        }
    }

    @Test
    void shouldSayWhichInstanceHasNoRoomAndDeployOnlyWithForce() throws Exception {
        ModelFile small = TestModels.predictor("m", "1", CellKind.LSTM, 16, 1);
        ModelFile large = TestModels.predictor("m", "2", CellKind.LSTM, 64, 2);
        settings.put(
                EddyConfig.MODEL_MEMORY, String.valueOf(TestModels.live(large).memoryBytes() + 100));
        settings.put(EddyConfig.INSTANCE_ID, "narrow");
        writeConfig();
        try (EddyApplication application = start()) {
            eddy("publish", write(small).toString());
            assertThat(eddy("deploy", "m@1").out()).contains("deployment 1");
            assertThat(eddy("publish", write(large).toString()).err())
                    .contains("instance narrow rejects m@2", "takes at least", "m@1 takes")
                    .hasLineCount(1);
            CommandRun refused = eddy("deploy", "m@2");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("not deployed: instance narrow rejects m@2", "eddy.model.memory.bytes");
            assertThat(application.catalogue().history().newestGeneration()).isEqualTo(1);

            CommandRun forced = eddy("deploy", "m@2", "--force");
            assertThat(forced.err()).contains("warning: deployed with --force although instance narrow");
            assertThat(forced.out()).contains("deployment 2", "known to narrow");
            assertThat(application.catalogue().live().newest().model().id()).isEqualTo(small.id());
        }
    }

    @Test
    void shouldLetOneOfSeveralDeployersWin() throws Exception {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
        try (EddyApplication application = start()) {
            new ModelPublisher(config()).publish(model, written -> {});
            int rounds = 4;
            int deployers = 2;
            int made = 0;
            ExecutorService executor = Executors.newFixedThreadPool(deployers);
            for (int round = 0; round < rounds; round++) {
                CyclicBarrier barrier = new CyclicBarrier(deployers);
                List<Future<String>> results = new ArrayList<>();
                for (int i = 0; i < deployers; i++) {
                    long from = i;
                    Callable<String> deployment = () -> deploy(model, from, barrier);
                    results.add(executor.submit(deployment));
                }
                List<String> told = new ArrayList<>();
                for (Future<String> result : results) {
                    told.add(result.get());
                }
                made++;
                assertThat(told).containsOnlyOnce("deployment " + made);
                assertThat(told)
                        .filteredOn(text -> !text.startsWith("deployment"))
                        .allSatisfy(text ->
                                assertThat(text).contains("somebody else change", "at the same moment", "eddy status"));
            }
            executor.shutdown();
            try (ModelDeployer deployer = new ModelDeployer(config())) {
                assertThat(deployer.history().deployments())
                        .extracting(Deployment::generation)
                        .containsExactly(1, 2, 3, 4);
            }
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> application.catalogue().history().newestGeneration() == rounds);
        }
    }

    @Test
    void shouldNotDecideOnDeploymentsThatAnOpenTransactionHides() throws Exception {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
        settings.put(EddyConfig.BROKER_TIMEOUT, "2000");
        Topics.ensure(config(), TopicRole.values());
        new ModelPublisher(config()).publish(model, written -> {});
        Map<String, Object> transactions = Map.of(
                "bootstrap.servers", KAFKA.bootstrapServers(), "transactional.id", "somebody-else", "acks", "all");
        try (ModelDeployer deployer = new ModelDeployer(config());
                KafkaProducer<byte[], byte[]> other =
                        new KafkaProducer<>(transactions, new ByteArraySerializer(), new ByteArraySerializer())) {
            deployer.history();
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>(
                            config().getString(EddyConfig.CONTROL_TOPIC), TestKafka.bytes("x"), TestKafka.bytes("y")))
                    .get();
            assertThatThrownBy(() -> deployer.deploy(model.id(), 0))
                    .isInstanceOf(OperationFailedException.class)
                    .hasMessageContaining("an unfinished transaction may hold it back");
            other.abortTransaction();
            assertThat(deployer.deploy(model.id(), 0).generation()).isEqualTo(1);
            assertThat(deployer.deploy(model.id(), 1).generation()).isEqualTo(2);
        }
    }

    private String deploy(ModelFile model, long from, CyclicBarrier barrier) throws Exception {
        try (ModelDeployer deployer = new ModelDeployer(config())) {
            deployer.history();
            barrier.await();
            return "deployment " + deployer.deploy(model.id(), from).generation();
        } catch (OperationFailedException e) {
            return e.getMessage();
        }
    }

    private EddyApplication start() throws IOException {
        EddyApplication application = EddyApplication.start(config());
        try (InstanceReports reports = new InstanceReports(config())) {
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> reports.live().size() == 1);
        }
        return application;
    }

    private static void awaitLoaded(EddyApplication application, boolean loaded) {
        Catalogue catalogue = application.catalogue();
        Awaitility.await()
                .atMost(TestKafka.PATIENCE)
                .until(() -> !catalogue.versions().isEmpty()
                        && catalogue.versions().stream()
                                .map(ModelVersion::isLoaded)
                                .allMatch(is -> is == loaded));
    }

    private CommandRun eddy(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        int options = arguments[0].equals("models") && arguments.length > 1 ? 2 : 1;
        all.addAll(options, List.of("-c", config.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private EddyConfig config() {
        return new EddyConfig(settings);
    }

    private void writeConfig() throws IOException {
        StringBuilder text = new StringBuilder();
        settings.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        Files.writeString(config, text);
    }

    private Path write(ModelFile model) throws IOException {
        Path file = directory.resolve(model.id().label());
        model.write(file);
        return file;
    }

    private static String metrics(EddyApplication application) throws IOException {
        try (var in =
                java.net.URI.create(application.url() + "/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
