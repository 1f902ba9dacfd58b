package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.RuntimeCases;
import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
        EddyConfig config = new TestPipeline(KAFKA, "cells", directory.resolve("state")).config();
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
        assertThat(TestPipeline.byKey(KAFKA.consumeAll("cells.output", Duration.ofSeconds(1))))
                .isEqualTo(scored(models));
    }

    private static Map<String, ModelFile> models() throws IOException {
        Map<String, ModelFile> models = new TreeMap<>();
        for (String name : CellCases.names()) {
            ModelFile model = CellCases.model(name);
            models.put(name, new ModelFile(model.spec().named(name, "1"), model.tensors()));
        }
        for (String name : List.of("residual-lstm", "gated-convolution")) {
            models.put(name, RuntimeCases.model(name));
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

    /** What each model says of its events without a broker and without a break. */
    private static Map<String, List<String>> scored(Map<String, ModelFile> models) throws IOException {
        Map<String, List<String>> values = new TreeMap<>();
        for (Map.Entry<String, ModelFile> model : models.entrySet()) {
            List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
            for (int run = 0; run < RUNS; run++) {
                events(models, run).stream()
                        .filter(event -> new String(event.key(), StandardCharsets.UTF_8).equals(model.getKey()))
                        .forEach(events::add);
            }
            values.putAll(TestPipeline.scored(model.getValue(), events));
        }
        return values;
    }
}
