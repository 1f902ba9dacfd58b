package dev.eddy.pipeline;

import dev.eddy.app.files.FileScorer;
import dev.eddy.app.files.Progress;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.Verdict;
import dev.eddy.stream.SequenceRules;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.EventFileReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;

/** A pipeline of a test: its settings, with topics of its own, and what tests do with it. */
final class TestPipeline {
    private final Map<String, String> settings = new HashMap<>();

    /** A pipeline that creates its topics, {@code NAME.input} and so on. */
    TestPipeline(TestKafka kafka, String name, Path stateDir) {
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        settings.put(EddyConfig.PIPELINE, name);
        for (String topic : List.of("input", "output", "deadletter", "control", "status")) {
            settings.put("eddy.topics." + topic, name + "." + topic);
        }
        settings.put(EddyConfig.TOPICS_CREATE, "true");
        settings.put(EddyConfig.STATUS_INTERVAL, "300");
        settings.put(EddyConfig.HTTP_PORT, "0");
        settings.put("state.dir", stateDir.toString());
    }

    /** With another setting; null takes it away. */
    TestPipeline with(String setting, String value) {
        if (value == null) {
            settings.remove(setting);
        } else {
            settings.put(setting, value);
        }
        return this;
    }

    EddyConfig config() {
        return new EddyConfig(settings);
    }

    /** A topic by its role: input, output, deadletter, control, status. */
    String topic(String role) {
        return config().getString("eddy.topics." + role);
    }

    /** Publishes a model and waits until the one running instance is ready for it. */
    void publish(ModelFile model) throws InterruptedException {
        new ModelPublisher(config()).publish(model, written -> {});
        try (InstanceReports reports = new InstanceReports(config())) {
            awaitInstances(1);
            new Verdicts(reports, TestKafka.PATIENCE).awaitReady(model.id(), (a, b) -> {});
        }
    }

    /** Publishes a model and makes it score, as {@code eddy deploy} does without a time. */
    void publishAndDeploy(ModelFile model) throws InterruptedException {
        publish(model);
        try (ModelDeployer deployer = new ModelDeployer(config(), model.id().name())) {
            awaitGeneration(deployer.deploy(model.id(), deployer.now()).generation());
        }
    }

    void awaitGeneration(int generation) throws InterruptedException {
        try (InstanceReports reports = new InstanceReports(config())) {
            new Verdicts(reports, TestKafka.PATIENCE).awaitGeneration(generation, (a, b) -> {});
        }
    }

    void awaitInstances(int count) {
        try (InstanceReports reports = new InstanceReports(config())) {
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> reports.live().size() == count);
        }
    }

    /** What an instance says of a version, once it has made up its mind. */
    ModelStatus awaitVerdict(String version) {
        try (InstanceReports reports = new InstanceReports(config())) {
            return Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(
                            () -> reports.live().stream()
                                    .flatMap(report -> report.getModels().stream())
                                    .filter(model ->
                                            model.getVersion().equals(version) && model.getVerdict() != Verdict.LOADING)
                                    .findFirst()
                                    .orElse(null),
                            verdict -> verdict != null);
        }
    }

    /** What {@code eddy score} writes for the same events, by key. */
    static Map<String, List<String>> scored(ModelFile model, List<ProducerRecord<byte[], byte[]>> events)
            throws IOException {
        return byKey(scored(model, 0, events));
    }

    /** What {@code eddy score} writes for the same events in one partition, where sequences end for want of events. */
    static String scored(ModelFile model, long idleMillis, List<ProducerRecord<byte[], byte[]>> events)
            throws IOException {
        StringBuilder lines = new StringBuilder();
        for (ProducerRecord<byte[], byte[]> event : events) {
            lines.append("{\"key\":\"").append(text(event.key()));
            lines.append("\",\"timestamp\":").append(event.timestamp());
            lines.append(",")
                    .append(
                            event.value() == null
                                    ? "\"tombstone\":true}"
                                    : text(event.value()).substring(1));
            lines.append("\n");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (EventFileReader reader = EventFileReader.jsonLines(
                new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)), "key", "timestamp")) {
            new FileScorer(TestModels.live(model), SequenceRules.NONE.withIdle(idleMillis))
                    .score(reader, out, -1, Progress.none());
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Predictions as JSON lines, by key. */
    static Map<String, List<String>> byKey(String lines) {
        Map<String, List<String>> values = new TreeMap<>();
        lines.lines().forEach(line -> {
            String key = line.substring("{\"key\":\"".length(), line.indexOf("\",\"timestamp"));
            values.computeIfAbsent(key, k -> new ArrayList<>()).add(line);
        });
        return values;
    }

    /** Values of records, by key. */
    static Map<String, List<String>> byKey(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, List<String>> values = new TreeMap<>();
        records.forEach(record -> values.computeIfAbsent(text(record.key()), k -> new ArrayList<>())
                .add(text(record.value())));
        return values;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
