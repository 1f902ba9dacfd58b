package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eddy bench} with few events: what it says, and that it leaves nothing behind. */
class BenchCommandIT {
    @TempDir
    Path models;

    @TempDir
    Path directory;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = models.resolve("model.safetensors");
        TestModels.predictor("next", "1", CellKind.LSTM, 16, 1).write(model);
    }

    @Test
    void shouldMeasureAModelAndLeaveNothingBehind() throws IOException {
        CommandRun run = CommandRun.of(
                "bench",
                "-m",
                model.toString(),
                "--seconds",
                "1",
                "--keys",
                "500",
                "--partitions",
                "2",
                "--format",
                "avro",
                "--events-per-second",
                "1000",
                "--dir",
                directory.toString(),
                "-D",
                "commit.interval.ms=50");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("The step of next@1 on kernel ")
                .contains("one sequence at a time ")
                .contains("memory limit of one at a time ")
                .contains("avro, 500 keys, 2 partitions, 1 thread")
                .containsPattern("throughput +[\\d,]+ events/s")
                .containsPattern("processor time an event +[\\d.]+ µs")
                .containsPattern("latency at 1,000 events/s +p50 [\\d.]+ ms, p99 [\\d.]+ ms, commit interval 50 ms")
                .containsPattern("event +\\d+ B value, \\d+ B as read")
                .containsPattern("prediction +\\d+ B value, \\d+ B as sent")
                .containsPattern("changelog a state written +\\d+ B")
                .containsPattern("disk a sequence +[1-9]\\d* B, of 500 sequences")
                .containsPattern("step of the network +\\d+ %")
                .containsPattern("store \\(RocksDB\\) +\\d+ %")
                .contains("What that means for 1,000 events/s of 500 keys")
                .containsPattern("cores, with half as much again +[\\d.]+")
                .containsPattern("broker in, out, replication factor 3 +[\\d.]+ [kMG]?B/s, [\\d.]+ [kMG]?B/s")
                .doesNotContain("NaN");
        assertThat(run.err()).contains("measuring the step").contains("measuring latency at 1000 events/s");
        assertThat(left()).isEmpty();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsToldToEnd() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.eddy.cli.Main",
                        "bench",
                        "-m",
                        model.toString(),
                        "--dir",
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(models.resolve("log").toFile())
                .start();
        List<ProcessHandle> brokers;
        try {
            Awaitility.await("a stream")
                    .atMost(2, TimeUnit.MINUTES)
                    .until(() -> Files.readString(models.resolve("log")).contains("warming up"));
            brokers = process.children().toList();
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(brokers).hasSize(1);
        Awaitility.await("the broker's end").until(() -> brokers.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(left()).isEmpty();
        assertThat(Files.readString(models.resolve("log")))
                .doesNotContain("eddy:")
                .doesNotContain("Exception");
    }

    @Test
    void shouldRefuseWhatItDecidesItself() {
        CommandRun run = CommandRun.of("bench", "-m", model.toString(), "-D", "bootstrap.servers=localhost:9092");
        assertThat(run.exitCode()).isEqualTo(Main.USAGE);
        assertThat(run.err()).contains("bootstrap.servers").contains("leave it out");
    }

    @Test
    void shouldSayThatThereIsNoModelFile() {
        CommandRun run = CommandRun.of("bench", "-m", "absent.safetensors");
        assertThat(run.exitCode()).isEqualTo(Main.FAILED);
        assertThat(run.err()).contains("there is no file absent.safetensors");
    }

    @Test
    void shouldSayWhichSettingIsWrongBeforeABrokerStarts() {
        CommandRun run =
                CommandRun.of("bench", "-m", model.toString(), "--dir", directory.toString(), "-D", "eddy.batch=1");
        assertThat(run.exitCode()).isEqualTo(Main.USAGE);
        assertThat(run.err()).contains("unknown setting eddy.batch");
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
