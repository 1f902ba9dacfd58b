package dev.eddy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.EddyProcess;
import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exactly once, bit for bit: two instances in JVMs of their own, against a broker in another, are killed with SIGKILL in turn, at
 * random moments while events flow and models are swapped; what is committed in the end must equal a sequential replay, byte for
 * byte. The long form: {@code mvn verify -Dit.test=CrashIT -Deddy.crash.events=200000 -Deddy.crash.kills=20}; with
 * {@code -Deddy.crash.mixed=100} events arrive out of order and are put in order, and the replay is that of the sorted stream.
 */
class CrashIT {
    /** Events flow for some seconds between two kills. */
    private static final int SLICES_PER_KILL = 60;

    private static final int SLICE_MS = 50;

    /** One is killed, the other goes on; then the first comes back. */
    private static final int INSTANCES = 2;

    private CrashPlan plan;

    @TempDir
    Path directory;

    private EddyConfig config;
    private final EddyProcess[] instances = new EddyProcess[INSTANCES];
    private int kills;

    @Test
    void shouldCommitWhatASequentialReplayGivesHoweverOftenItIsKilled() throws Exception {
        run(CrashPlan.fromProperties(false, 1));
    }

    @Test
    void shouldDoSoWhereAnswersWaitAndSequencesEndByThemselves() throws Exception {
        run(CrashPlan.fromProperties(true, 1));
    }

    @Test
    void shouldCommitWhatTheSortedEventsGiveWhenTheyArriveOutOfOrder() throws Exception {
        run(CrashPlan.fromProperties(false, 100));
    }

    private void run(CrashPlan newPlan) throws Exception {
        plan = newPlan;
        int port = freePort();
        try (EddyProcess broker = EddyProcess.start(
                directory.resolve("broker.log"), "broker", "--port", "" + port, "--dir", directory + "/broker")) {
            config = writeConfig("127.0.0.1:" + port);
            Awaitility.await("broker")
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> broker.log().contains("127.0.0.1:" + port));
            for (int i = 0; i < INSTANCES; i++) {
                startInstance(i);
            }
            awaitInstances();
            List<ModelFile> models = plan.models();
            publish(models);
            killWhileEventsFlow(models);
            compareWith(models, deployments());
        } finally {
            for (EddyProcess instance : instances) {
                if (instance != null) {
                    instance.close();
                }
            }
        }
    }

    private EddyConfig writeConfig(String bootstrap) throws IOException {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "bootstrap.servers", bootstrap,
                "eddy.pipeline", "crash",
                "eddy.topics.create", "true",
                "eddy.http.port", "-1",
                "eddy.status.interval.ms", "300",
                "num.stream.threads", "2",
                "eddy.sequence.idle.ms", Long.toString(plan.idleMillis()),
                "eddy.reorder.ms", Long.toString(plan.reorderMs()),
                "state.dir", directory.resolve("state").toString()));
        try (var writer = Files.newBufferedWriter(directory.resolve("eddy.properties"))) {
            settings.store(writer, null);
        }
        return new EddyConfig(settings);
    }

    private void startInstance(int i) throws IOException {
        instances[i] = EddyProcess.start(
                directory.resolve("eddy-" + i + ".log"),
                "run",
                "-c",
                directory.resolve("eddy.properties").toString(),
                "-D",
                "eddy.instance.id=crash-" + i,
                "-D",
                "state.dir=" + directory.resolve("state-" + i));
    }

    private void awaitInstances() {
        Awaitility.await("instances")
                .atMost(TestKafka.PATIENCE)
                .ignoreExceptions()
                .until(() -> {
                    try (InstanceReports reports = new InstanceReports(config)) {
                        return reports.live().size() == INSTANCES;
                    }
                });
    }

    private void publish(List<ModelFile> models) throws InterruptedException {
        for (ModelFile model : models) {
            new ModelPublisher(config).publish(model, written -> {});
        }
        deploy(models.get(0), Deployment.BEGINNING);
    }

    private void deploy(ModelFile model, long from) throws InterruptedException {
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            deployer.deploy(model.id(), from);
        }
    }

    private DeploymentHistory deployments() {
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            return deployer.history();
        }
    }

    private void killWhileEventsFlow(List<ModelFile> models) throws Exception {
        SplittableRandom random = new SplittableRandom(plan.seed());
        int next = 0;
        int perSlice = Math.max(1, plan.events() / (plan.kills() * SLICES_PER_KILL));
        int nextKill = killAt(random);
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int model = 1; model <= models.size(); model++) {
                int end = model == models.size() ? plan.events() : plan.swapAt(model);
                if (model < models.size()) {
                    // Long before its time comes, while events of the model before it flow.
                    deploy(models.get(model), plan.swapTime(model));
                }
                while (next < end) {
                    int until = Math.min(end, next + perSlice);
                    for (; next < until; next++) {
                        CrashPlan.Event event = plan.arrival(next);
                        producer.send(
                                new ProducerRecord<>("eddy.events", null, event.time(), event.key(), event.value()));
                    }
                    producer.flush();
                    Thread.sleep(SLICE_MS);
                    if (next >= nextKill && kills < plan.kills()) {
                        killAndRestart(next);
                        nextKill = killAt(random);
                    }
                }
                awaitGeneration(Math.min(model + 1, models.size()));
            }
            if (plan.mixed() > 1) {
                CrashPlan.Event flush = plan.flush();
                for (int partition = 0; partition < Oracle.PARTITIONS; partition++) {
                    producer.send(
                            new ProducerRecord<>("eddy.events", partition, flush.time(), flush.key(), flush.value()));
                }
            }
        }
    }

    /** A random event in the part of the stream that belongs to the next kill: now in a start, now in full flow. */
    private int killAt(SplittableRandom random) {
        return (int) ((kills + random.nextDouble()) * plan.events() / plan.kills());
    }

    private void killAndRestart(int sent) throws IOException {
        int victim = kills % INSTANCES;
        EddyProcess instance = instances[victim];
        assertThat(instance.isAlive())
                .as("the instance ended by itself; its log:%n%s", instance.log())
                .isTrue();
        instance.kill();
        kills++;
        System.out.printf("kill %d after %,d events sent%n", kills, sent);
        startInstance(victim);
    }

    private void awaitGeneration(int generation) {
        Awaitility.await("generation " + generation)
                .atMost(Duration.ofMinutes(1))
                .until(() -> {
                    try (InstanceReports reports = new InstanceReports(config)) {
                        return reports.live().size() == INSTANCES
                                && reports.live().stream().allMatch(report -> report.getGeneration() >= generation);
                    }
                });
    }

    private KafkaProducer<byte[], byte[]> producer() {
        TestKafka kafka = config::bootstrapServers;
        return kafka.producer();
    }

    private void compareWith(List<ModelFile> models, DeploymentHistory history) throws InterruptedException {
        try (Oracle oracle = new Oracle(models, history)) {
            oracle.replay(plan);
            Map<String, List<String>> predictions = read("eddy.predictions", Oracle.count(oracle.predictions));
            Map<String, List<String>> deadLetters = read("eddy.deadletters", Oracle.count(oracle.deadLetters));
            System.out.printf(
                    "%,d events, %d kills, %d deployments: %,d predictions and %,d dead letters committed%n",
                    plan.events(),
                    kills,
                    history.newestGeneration(),
                    Oracle.count(predictions),
                    Oracle.count(deadLetters));
            assertThat(Oracle.count(predictions)).isEqualTo(Oracle.count(oracle.predictions));
            assertThat(predictions).isEqualTo(oracle.predictions);
            assertThat(deadLetters).isEqualTo(oracle.deadLetters);
            for (ModelFile model : models) {
                String version = "\"version\":\"" + model.spec().version() + "\"";
                assertThat(predictions.values())
                        .anyMatch(values -> values.stream().anyMatch(v -> v.contains(version)));
            }
        }
    }

    /** Everything committed, once there is as much as expected and no more comes. */
    private Map<String, List<String>> read(String topic, long expected) throws InterruptedException {
        TestKafka kafka = config::bootstrapServers;
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        List<ConsumerRecord<byte[], byte[]>> records;
        do {
            Thread.sleep(1_000);
            records = kafka.consumeAll(topic, Duration.ofSeconds(2));
        } while (records.size() < expected && System.nanoTime() < deadline);
        Map<String, List<String>> values = new TreeMap<>();
        records.forEach(record -> Oracle.add(values, record.key(), record.value()));
        return values;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
