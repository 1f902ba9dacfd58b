package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.files.FileScorer;
import dev.eddy.app.files.Progress;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.EventFileReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The state of every cell survives RocksDB, a restart, and the loss of the state directory. All cells run in one pipeline: each
 * is deployed from an event time of its own, and has one key whose events are of that time.
 */
class CellRestartIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final long WINDOW = 1_000;
    private static final int EVENTS_PER_RUN = 5;
    private static final int RUNS = 3;

    @TempDir
    Path directory;

    @Test
    void shouldGoOnAfterRestartsAsIfThereHadBeenNone() throws Exception {
        EddyConfig config = config();
        Map<String, ModelFile> models = models();
        assertThat(models).hasSizeBetween(30, 64);
        for (int run = 0; run < RUNS; run++) {
            if (run == 2) {
                deleteState();
            }
            try (EddyApplication application = EddyApplication.start(config)) {
                if (run == 0) {
                    deploy(config, models);
                }
                KAFKA.produce(events(models, run));
                KAFKA.consume("cells.output", models.size() * EVENTS_PER_RUN * (run + 1));
                assertThat(application.isAlive()).isTrue();
            }
        }
        assertThat(committed()).isEqualTo(scored(models));
    }

    private EddyConfig config() {
        Map<String, String> settings = new HashMap<>();
        settings.put("bootstrap.servers", KAFKA.bootstrapServers());
        settings.put(EddyConfig.PIPELINE, "cells");
        for (String topic : List.of("input", "output", "deadletter", "control", "status")) {
            settings.put("eddy.topics." + topic, "cells." + topic);
        }
        settings.put(EddyConfig.TOPICS_CREATE, "true");
        settings.put(EddyConfig.HTTP_PORT, "-1");
        settings.put(EddyConfig.STATUS_INTERVAL, "300");
        settings.put("state.dir", directory.resolve("state").toString());
        return new EddyConfig(settings);
    }

    private static Map<String, ModelFile> models() throws IOException {
        Map<String, ModelFile> models = new TreeMap<>();
        for (String name : CellCases.names()) {
            ModelFile model = CellCases.model(name);
            models.put(name, new ModelFile(model.spec().named(name, "1"), model.tensors()));
        }
        return models;
    }

    private static void deploy(EddyConfig config, Map<String, ModelFile> models) throws InterruptedException {
        ModelPublisher publisher = new ModelPublisher(config);
        try (ModelDeployer deployer = new ModelDeployer(config);
                InstanceReports reports = new InstanceReports(config)) {
            long from = 0;
            for (ModelFile model : models.values()) {
                publisher.publish(model, written -> {});
                deployer.deploy(model.id(), from);
                from += WINDOW;
            }
            Verdicts verdicts = new Verdicts(reports, TestKafka.PATIENCE);
            verdicts.awaitGeneration(models.size(), (a, b) -> {});
            for (ModelFile model : models.values()) {
                verdicts.awaitReady(model.id(), (a, b) -> {});
            }
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> events(Map<String, ModelFile> models, int run) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int t = run * EVENTS_PER_RUN; t < (run + 1) * EVENTS_PER_RUN; t++) {
            long from = 0;
            for (Map.Entry<String, ModelFile> model : models.entrySet()) {
                byte[] key = model.getKey().getBytes(StandardCharsets.UTF_8);
                byte[] value = ("{" + fields(model.getValue(), t) + "}").getBytes(StandardCharsets.UTF_8);
                records.add(new ProducerRecord<>("cells.input", null, from + t, key, value));
                from += WINDOW;
            }
        }
        return records;
    }

    private static String fields(ModelFile model, int t) {
        SplittableRandom random = new SplittableRandom(t);
        StringBuilder fields = new StringBuilder();
        model.spec().features().forEach(feature -> {
            fields.append(fields.length() > 0 ? "," : "")
                    .append('"')
                    .append(feature.field())
                    .append("\":[");
            for (int i = 0; i < feature.width(); i++) {
                fields.append(i > 0 ? "," : "").append(random.nextDouble() * 4 - 2);
            }
            fields.append(']');
        });
        return fields.toString();
    }

    private void deleteState() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Map<String, List<String>> committed() {
        Map<String, List<String>> values = new TreeMap<>();
        KAFKA.consumeAll("cells.output", Duration.ofSeconds(1))
                .forEach(record -> values.computeIfAbsent(
                                new String(record.key(), StandardCharsets.UTF_8), k -> new ArrayList<>())
                        .add(new String(record.value(), StandardCharsets.UTF_8)));
        return values;
    }

    /** What each model says of its events without a broker and without a break. */
    private static Map<String, List<String>> scored(Map<String, ModelFile> models) throws IOException {
        Map<String, List<String>> values = new TreeMap<>();
        long from = 0;
        for (Map.Entry<String, ModelFile> model : models.entrySet()) {
            StringBuilder lines = new StringBuilder();
            for (int t = 0; t < RUNS * EVENTS_PER_RUN; t++) {
                lines.append("{\"key\":\"").append(model.getKey()).append("\",\"timestamp\":");
                lines.append(from + t)
                        .append(',')
                        .append(fields(model.getValue(), t))
                        .append("}\n");
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (EventFileReader reader = EventFileReader.jsonLines(
                    new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)), "key", "timestamp")) {
                new FileScorer(TestModels.live(model.getValue())).score(reader, out, -1, Progress.none());
            }
            values.put(
                    model.getKey(), out.toString(StandardCharsets.UTF_8).lines().toList());
            from += WINDOW;
        }
        return values;
    }
}
