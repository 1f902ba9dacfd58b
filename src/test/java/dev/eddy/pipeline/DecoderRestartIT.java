package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.EddyApplication;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Seq2SeqCases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a decoder needs survives RocksDB, a restart, and the loss of the state directory between a sequence's events. */
class DecoderRestartIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final int LENGTH = 40;
    private static final int RUNS = 4;

    @TempDir
    Path directory;

    @Test
    void shouldGiveTheListOfAnUnbrokenSequence() throws Exception {
        EddyConfig config = new TestPipeline(KAFKA, "lists", directory.resolve("state")).config();
        ModelFile model = Seq2SeqCases.model("sines");
        JsonNode cases = Seq2SeqCases.cases("sines");
        List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            if (run == 2) {
                deleteState();
            }
            try (EddyApplication application = EddyApplication.start(config)) {
                if (run == 0) {
                    new ModelPublisher(config).publish(model, written -> {});
                    try (ModelDeployer deployer = new ModelDeployer(config)) {
                        deployer.deploy(model.id(), 0);
                    }
                }
                List<ProducerRecord<byte[], byte[]>> records = records(cases, run);
                KAFKA.produce(records);
                all.addAll(records);
                // A sequence of its own that ends at once tells that all before it in its partition is done.
                KAFKA.consume("lists.output", run < RUNS - 1 ? run + 1 : RUNS - 1 + cases.size());
                assertThat(application.isAlive()).isTrue();
            }
        }
        var given = TestPipeline.byKey(KAFKA.consumeAll("lists.output", Duration.ofSeconds(1)));
        assertThat(given).isEqualTo(TestPipeline.scored(model, all));
        for (int c = 0; c < cases.size(); c++) {
            JsonNode outputs =
                    new ObjectMapper().readTree(given.get("k" + c).get(0)).get("outputs");
            double wanted = cases.get(c).get("outputs").get(7).get(0).doubleValue();
            assertThat(Golden.difference(outputs.get(7).get(0).doubleValue(), wanted))
                    .isLessThan(1e-5);
        }
    }

    /** A part of every case; tombstones in the last run. */
    private static List<ProducerRecord<byte[], byte[]>> records(JsonNode cases, int run) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        int share = LENGTH / (RUNS - 1);
        int end = run == RUNS - 2 ? LENGTH : (run + 1) * share;
        for (int t = run * share; t < end && run < RUNS - 1; t++) {
            for (int c = 0; c < cases.size(); c++) {
                records.add(record(
                        "k" + c, t, "{\"value\":" + cases.get(c).get("input").get(t) + "}"));
            }
        }
        if (run < RUNS - 1) {
            records.add(record("short", end, "{\"value\":20}"));
            records.add(record("short", end, null));
        } else {
            for (int c = 0; c < cases.size(); c++) {
                records.add(record("k" + c, LENGTH, null));
            }
        }
        return records;
    }

    private static ProducerRecord<byte[], byte[]> record(String key, long time, String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>("lists.input", 0, time, key.getBytes(StandardCharsets.UTF_8), bytes);
    }

    private void deleteState() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
