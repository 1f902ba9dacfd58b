package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Events that are held and numbers of events survive a restart, and the loss of the state directory. */
class ReorderRestartIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final int EVENTS = 1_200;
    private static final int KEYS = 20;
    private static final int RUNS = 3;
    private static final int PARTITIONS = 4;

    /** Event times are a second apart, and an hour is held: the clock lets nothing go while the test runs. */
    private static final long SPACING = 1_000;

    private static final long BOUND = Duration.ofHours(1).toMillis();
    private static final int HELD = (int) (BOUND / SPACING);

    @TempDir
    Path directory;

    @Test
    void shouldGiveTheResultOfTheSortedStreamOverRestarts() throws Exception {
        long start = System.currentTimeMillis() - (long) EVENTS * SPACING - 2 * BOUND;
        TestPipeline pipeline = new TestPipeline(KAFKA, "reorder", directory.resolve("state"))
                .with(EddyConfig.REORDER, Long.toString(BOUND))
                .with(EddyConfig.DEDUPE_FIELD, "n")
                .with(EddyConfig.TOPICS_PARTITIONS, Integer.toString(PARTITIONS));
        ModelFile model = TestModels.predictor("next", "1", CellKind.LSTM, 8, 1);
        List<ProducerRecord<byte[], byte[]>> sorted = events(start);
        List<ProducerRecord<byte[], byte[]>> shuffled = new ArrayList<>(sorted);
        Collections.shuffle(shuffled, new Random(3));
        // A tenth comes twice.
        shuffled.addAll(new ArrayList<>(shuffled.subList(0, EVENTS / 10)));
        assertThat(EVENTS).isLessThan(HELD);

        for (int run = 0; run < RUNS; run++) {
            if (run == 2) {
                deleteState();
            }
            try (EddyApplication application = EddyApplication.start(pipeline.config())) {
                if (run == 0) {
                    pipeline.publishAndDeploy(model);
                }
                int size = shuffled.size();
                KAFKA.produce(shuffled.subList(run * size / RUNS, (run + 1) * size / RUNS));
                if (run == RUNS - 1) {
                    KAFKA.produce(flush(start + (long) EVENTS * SPACING + BOUND));
                    KAFKA.consume("reorder.output", EVENTS);
                } else {
                    awaitRead(pipeline, (run + 1) * size / RUNS);
                }
                assertThat(application.isAlive()).isTrue();
            }
        }
        assertThat(TestPipeline.byKey(KAFKA.consumeAll("reorder.output", Duration.ofSeconds(1))))
                .isEqualTo(TestPipeline.scored(model, sorted));
    }

    private static void awaitRead(TestPipeline pipeline, long events) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", KAFKA.bootstrapServers()))) {
            Awaitility.await("events read")
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> committed(admin, pipeline.config().applicationId()) >= events);
        }
    }

    private static long committed(Admin admin, String group) throws Exception {
        // Of the input alone: its partitions hold no transaction markers, so that offsets count events.
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                .mapToLong(offset -> offset == null ? 0 : offset.offset())
                .sum();
    }

    private static List<ProducerRecord<byte[], byte[]>> events(long start) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < EVENTS; i++) {
            byte[] key = ("key-" + random.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8);
            String value = "{\"value\":" + random.nextInt(2_000) / 100.0 + ",\"n\":" + i + "}";
            events.add(new ProducerRecord<>(
                    "reorder.input", null, start + i * SPACING, key, value.getBytes(StandardCharsets.UTF_8)));
        }
        return events;
    }

    /** An event for each partition that is so late in time that all others are let go. */
    private static List<ProducerRecord<byte[], byte[]>> flush(long time) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            events.add(new ProducerRecord<>("reorder.input", partition, time, new byte[] {'f'}, new byte[] {'f'}));
        }
        return events;
    }

    private void deleteState() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
