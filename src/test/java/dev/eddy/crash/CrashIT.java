package dev.eddy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.EddyProcess;
import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exactly once, bit for bit: two instances in JVMs of their own, against a broker in another, are killed with SIGKILL in turn
 * while events flow, in the seconds around each swap of models and at other moments; what is committed in the end must equal a
 * sequential replay, byte for byte, and say what models stepped by hand say. The long form: {@code mvn verify
 * -Dit.test=CrashIT -Deddy.crash.events=240000 -Deddy.crash.kills=18}.
 */
class CrashIT {
    private static final int SLICE_MS = 50;

    /** Events flow for some seconds between two deployments or kills. */
    private static final int SLICES_BETWEEN = 60;

    /** A deployment is decided so long before its time. */
    private static final int SLICES_AHEAD = 30;

    /** A kill is meant for a swap from so long before it… */
    private static final int KILL_BEFORE = 15;

    /** …until so long after it. */
    private static final int KILL_AFTER = 25;

    /** One is killed, the other goes on; then the first comes back. */
    private static final int SMALL_CACHE = 300_000;

    private static final int LARGE_CACHE = 64 << 20;
    private static final int INSTANCES = 2;

    /** Machines that build other things at the same time start JVMs slowly. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private CrashPlan plan;

    @TempDir
    Path directory;

    private EddyConfig config;
    private final EddyProcess[] instances = new EddyProcess[INSTANCES];
    /** Deployments there were when an instance was started: those it knows before its first event. */
    private final int[] knownAtStart = new int[INSTANCES];

    private int decided;
    private int kills;

    @Test
    void shouldCommitWhatASequentialReplayGivesThroughEveryTransition() throws Exception {
        Map<String, List<String>> predictions = run(CrashPlan.transitions());
        Map<String, List<Answer>> committed = new TreeMap<>();
        Map<String, Integer> kinds = new TreeMap<>();
        predictions.forEach((key, values) ->
                committed.put(key, values.stream().map(Answer::read).toList()));
        committed.values().forEach(all -> all.forEach(answer -> kinds.merge(answer.kind(), 1, Integer::sum)));
        System.out.println("answers: " + kinds);
        assertThat(committed).isEqualTo(new KeyByKey(plan).answers);
        assertThat(kinds)
                .containsOnlyKeys("1 cold", "2 cold", "3 cold", "3 warm", "4 cold", "4 warm", "5 cold", "5 warm");
    }

    @Test
    void shouldDoSoWhereAnswersWaitAndSequencesEndByThemselves() throws Exception {
        run(CrashPlan.waiting());
    }

    private Map<String, List<String>> run(CrashPlan newPlan) throws Exception {
        plan = newPlan;
        int port = freePort();
        try (EddyProcess broker = EddyProcess.start(
                directory.resolve("broker.log"), "broker", "--port", "" + port, "--dir", directory + "/broker")) {
            config = writeConfig("127.0.0.1:" + port);
            Awaitility.await("broker").atMost(PATIENCE).until(() -> broker.log().contains("127.0.0.1:" + port));
            for (int i = 0; i < INSTANCES; i++) {
                startInstance(i);
            }
            awaitInstances();
            for (ModelFile model : plan.models()) {
                new ModelPublisher(config).publish(model, written -> {});
            }
            deploy(plan.decisions().get(0));
            killWhileEventsFlow();
            return compare(plan.models(), deployments());
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
                // Models are loaded when they are published; none may be gone when it is deployed.
                "eddy.model.unload.ms", "3600000",
                "eddy.sequence.idle.ms", Long.toString(plan.idleMillis()),
                "state.dir", directory.resolve("state").toString()));
        try (var writer = Files.newBufferedWriter(directory.resolve("eddy.properties"))) {
            settings.store(writer, null);
        }
        return new EddyConfig(settings);
    }

    private void startInstance(int i) throws IOException {
        knownAtStart[i] = decided;
        instances[i] = EddyProcess.start(
                directory.resolve("eddy-" + i + ".log"),
                "run",
                "-c",
                directory.resolve("eddy.properties").toString(),
                "-D",
                "eddy.instance.id=crash-" + i,
                "-D",
                // One gathers events and has a cache that is too small, the other is left as it is.
                EddyConfig.BATCH_SIZE + "=" + (i == 0 ? 16 : 0),
                "-D",
                EddyConfig.STATE_CACHE + "=" + (i == 0 ? SMALL_CACHE : LARGE_CACHE),
                "-D",
                "state.dir=" + directory.resolve("state-" + i));
    }

    private void awaitInstances() {
        Awaitility.await("instances").atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (InstanceReports reports = new InstanceReports(config)) {
                return reports.live().size() == INSTANCES;
            }
        });
    }

    private void deploy(CrashPlan.Decision decision) throws InterruptedException {
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            deployer.deploy(
                    decision.model().id(),
                    plan.from(decision),
                    decision.transition(),
                    decision.keepMs(),
                    decision.challenger(),
                    "");
        }
        decided++;
    }

    private DeploymentHistory deployments() {
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            return deployer.history();
        }
    }

    private void killWhileEventsFlow() throws Exception {
        List<CrashPlan.Decision> decisions = plan.decisions();
        int perSlice = Math.max(1, plan.events() / (Math.max(plan.kills(), decisions.size()) * SLICES_BETWEEN));
        Deque<Integer> killAt = killTimes(perSlice);
        try (KafkaProducer<byte[], byte[]> producer = producer();
                Admin admin = Admin.create(ClientSettings.admin(config))) {
            for (int next = 0, inForce = 1; next < plan.events(); ) {
                if (decided < decisions.size() && next >= decisions.get(decided).at() - SLICES_AHEAD * perSlice) {
                    // Both work on events of this moment, so that what follows happens in the seconds of the swap.
                    awaitCommitted(admin, next);
                    deploy(decisions.get(decided));
                }
                int end = inForce < decisions.size() ? decisions.get(inForce).at() : plan.events();
                if (next == end) {
                    inForce++;
                    awaitKnown(inForce);
                    continue;
                }
                int until = Math.min(end, next + perSlice);
                for (; next < until; next++) {
                    CrashPlan.Event event = plan.event(next);
                    producer.send(new ProducerRecord<>("eddy.events", null, event.time(), event.key(), event.value()));
                }
                producer.flush();
                Thread.sleep(SLICE_MS);
                while (!killAt.isEmpty() && next >= killAt.peek()) {
                    killAt.remove();
                    killAndRestart(next);
                }
            }
        }
    }

    /** One kill at each swap, then one more at each, as long as there are any; the rest at random moments. */
    private Deque<Integer> killTimes(int perSlice) {
        SplittableRandom random = new SplittableRandom(plan.seed());
        List<CrashPlan.Decision> decisions = plan.decisions();
        int swaps = decisions.size() - 1;
        List<Integer> times = new ArrayList<>();
        for (int i = 0; i < plan.kills(); i++) {
            int swap = decisions.get(1 + i % swaps).at();
            times.add(
                    i < 2 * swaps
                            ? swap + random.nextInt(-KILL_BEFORE, KILL_AFTER) * perSlice
                            : random.nextInt(plan.events()));
        }
        times.sort(null);
        return new ArrayDeque<>(times);
    }

    private void killAndRestart(int sent) throws IOException {
        int victim = kills % INSTANCES;
        EddyProcess instance = instances[victim];
        assertThat(instance.isAlive())
                .as("the instance ended by itself; its log:%n%s", instance.log())
                .isTrue();
        instance.kill();
        kills++;
        System.out.printf("kill %d after %,d events sent, %d deployments decided%n", kills, sent, decided);
        startInstance(victim);
    }

    /** Waits until every event sent so far is committed. */
    private void awaitCommitted(Admin admin, long events) {
        Awaitility.await("commit of " + events + " events")
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> admin
                                .listConsumerGroupOffsets(config.applicationId())
                                .partitionsToOffsetAndMetadata()
                                .get()
                                .values()
                                .stream()
                                .mapToLong(OffsetAndMetadata::offset)
                                .sum()
                        >= events);
    }

    /** Waits until every instance knows a deployment; one that was started since it was decided does from its start. */
    private void awaitKnown(int generation) {
        Awaitility.await("generation " + generation)
                .atMost(Duration.ofMinutes(1))
                .until(() -> {
                    try (InstanceReports reports = new InstanceReports(config)) {
                        return IntStream.range(0, INSTANCES)
                                .filter(i -> knownAtStart[i] < generation)
                                .allMatch(i -> reports.all().stream()
                                        .anyMatch(report -> report.getInstance().equals("crash-" + i)
                                                && report.getGeneration() >= generation));
                    }
                });
    }

    private KafkaProducer<byte[], byte[]> producer() {
        TestKafka kafka = config::bootstrapServers;
        return kafka.producer();
    }

    private Map<String, List<String>> compare(List<ModelFile> models, DeploymentHistory history)
            throws InterruptedException {
        try (Oracle oracle = new Oracle(models, history)) {
            oracle.replay(plan);
            Map<String, List<String>> predictions = read("eddy.predictions", Oracle.count(oracle.predictions));
            Map<String, List<String>> deadLetters = read("eddy.deadletters", Oracle.count(oracle.deadLetters));
            System.out.printf(
                    "%,d events, seed %d, %d kills, %d deployments: %,d predictions and %,d dead letters committed%n",
                    plan.events(),
                    plan.seed(),
                    kills,
                    history.newestGeneration(),
                    Oracle.count(predictions),
                    Oracle.count(deadLetters));
            assertThat(kills).isEqualTo(plan.kills());
            assertThat(Oracle.count(predictions)).isEqualTo(Oracle.count(oracle.predictions));
            assertThat(predictions).isEqualTo(oracle.predictions);
            assertThat(deadLetters).isEqualTo(oracle.deadLetters);
            for (ModelFile model : models) {
                String version = "\"version\":\"" + model.spec().version() + "\"";
                assertThat(predictions.values())
                        .anyMatch(values -> values.stream().anyMatch(v -> v.contains(version)));
            }
            return predictions;
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
