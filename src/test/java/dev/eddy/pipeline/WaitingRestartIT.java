package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.WaitingModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Events that wait for their answers, timers and the stream time survive a restart, and the loss of the state directory: what
 * is committed is what a file of the same events gives.
 */
class WaitingRestartIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    /** Long enough for the clock not to have a say. */
    private static final long IDLE = 600_000;

    private static final int LOOK_AHEAD = 3;
    private static final int KEYS = 20;
    private static final int RUNS = 3;

    @TempDir
    Path directory;

    static List<ModelFile> models() {
        return List.of(
                WaitingModels.forward(CellKind.LSTM, LOOK_AHEAD, null, Emit.EVERY, 4),
                WaitingModels.bothWays(CellKind.LSTM, LOOK_AHEAD, null, 4));
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldGoOnAfterRestartsAsIfThereHadBeenNone(ModelFile model) throws Exception {
        String name = "waiting-" + model.fingerprint().brief();
        TestPipeline pipeline = new TestPipeline(KAFKA, name, directory.resolve("state"))
                .with(EddyConfig.SEQUENCE_IDLE, Long.toString(IDLE))
                .with(EddyConfig.TOPICS_PARTITIONS, "1");
        List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            if (run == 2) {
                deleteState();
            }
            try (EddyApplication application = EddyApplication.start(pipeline.config())) {
                if (run == 0) {
                    pipeline.publishAndDeploy(model);
                }
                sent.addAll(events(name + ".input", run));
                KAFKA.produce(events(name + ".input", run));
                KAFKA.consume(name + ".output", predictions(model, sent).size());
                assertThat(application.isAlive()).isTrue();
            }
        }
        Map<String, List<String>> expected = TestPipeline.byKey(String.join("\n", predictions(model, sent)));
        assertThat(TestPipeline.byKey(KAFKA.consumeAll(name + ".output", Duration.ofSeconds(1))))
                .isEqualTo(expected);
        // The second event of a late sequence: that the time of its partition is far ahead was known after the restart.
        assertThat(expected.get("late-1").get(0)).contains("\"step\":1,", "\"lookAhead\":0}");
        assertThat(expected.get("key-0")).anyMatch(line -> line.contains("\"step\":9,"));
    }

    @Test
    void shouldLetTheClockEndSequencesWhenNothingComes() throws Exception {
        ModelFile model = WaitingModels.forward(CellKind.GRU, LOOK_AHEAD, null, Emit.EVERY, 4);
        TestPipeline pipeline =
                new TestPipeline(KAFKA, "quiet", directory.resolve("state")).with(EddyConfig.SEQUENCE_IDLE, "3000");
        try (EddyApplication application = EddyApplication.start(pipeline.config())) {
            pipeline.publishAndDeploy(model);
            KAFKA.produce(List.of(event("quiet.input", "a", 1_000, 1), event("quiet.input", "a", 2_000, 2)));
            assertThat(KAFKA.consume("quiet.output", 2))
                    .extracting(record -> record.timestamp())
                    .containsExactly(1_000L, 2_000L);
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> metrics(application).contains("eddy_sequences_ended_total{cause=\"idle\"} 1.0"));
        }
    }

    private static String metrics(EddyApplication application) throws IOException {
        try (var body =
                java.net.URI.create(application.url() + "/metrics").toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Keys go on from run to run, but for one whose last event is too long ago; others begin late. */
    private static List<ProducerRecord<byte[], byte[]>> events(String topic, int run) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        long begin = 1_000_000 + run * IDLE / 2;
        if (run > 0) {
            records.add(event(topic, "late-" + run, 100, 1));
            records.add(event(topic, "late-" + run, 200, 2));
        }
        for (int t = 0; t < 5; t++) {
            for (int k = 0; k < KEYS; k++) {
                if (k != 1 || run != 1) {
                    records.add(event(topic, "key-" + k, begin + t, t + k + run));
                }
            }
        }
        return records;
    }

    private static ProducerRecord<byte[], byte[]> event(String topic, String key, long time, int value) {
        byte[] json = ("{\"value\":" + value / 8.0 + "}").getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, null, time, key.getBytes(StandardCharsets.UTF_8), json);
    }

    private static List<String> predictions(ModelFile model, List<ProducerRecord<byte[], byte[]>> events)
            throws IOException {
        return TestPipeline.scored(model, IDLE, events).lines().toList();
    }

    private void deleteState() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
