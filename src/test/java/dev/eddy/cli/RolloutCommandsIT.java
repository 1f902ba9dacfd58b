package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}, {@code publish}, {@code deploy} and {@code status} as somebody types them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RolloutCommandsIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    @TempDir
    Path directory;

    private Path config;

    @BeforeEach
    void writeConfig() throws IOException {
        config = Files.writeString(
                directory.resolve("eddy.properties"),
                "bootstrap.servers=" + KAFKA.bootstrapServers() + "\neddy.pipeline=cli\neddy.http.port=0\n"
                        + "eddy.status.interval.ms=300\nstate.dir=" + directory.resolve("state") + "\n");
    }

    @Test
    @Order(1)
    void shouldSayWhatToDoWhenTopicsAreMissing() {
        for (String command : List.of("run", "status")) {
            CommandRun run = CommandRun.of(command, "-c", config.toString());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("eddy.control", "eddy.topics.create=true", "kafka-topics.sh")
                    .hasLineCount(1);
        }
    }

    @Test
    @Order(2)
    void shouldSayThatThePortOfMetricsIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = CommandRun.of(
                    "run",
                    "-c",
                    config.toString(),
                    "-D",
                    "eddy.topics.create=true",
                    "-D",
                    "eddy.http.port=" + taken.getLocalPort());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("127.0.0.1:" + taken.getLocalPort(), "choose another one")
                    .hasLineCount(1);
        }
    }

    @Test
    @Order(3)
    void shouldPublishDeployAndShowWhatRuns() throws IOException {
        Path first = write(TestModels.predictor("next", "1", CellKind.LSTM, 4, 1));
        Path second = write(TestModels.predictor("next", "2", CellKind.LSTM, 4, 2));
        assertThat(CommandRun.of("status", "-c", config.toString()).out())
                .contains("nothing is deployed", "no instance has reported");
        try (EddyApplication application = EddyApplication.start(settings())) {
            CommandRun published = CommandRun.of("publish", "-c", config.toString(), first.toString());
            assertThat(published.err()).isEmpty();
            assertThat(published.out()).contains("published next@1", "eddy deploy next@1");
            CommandRun deployed = CommandRun.of("deploy", "-c", config.toString(), "next@1");
            assertThat(deployed.err()).isEmpty();
            assertThat(deployed.out())
                    .contains("deployment 1 of pipeline cli: next@1", "from event time the beginning on");
            CommandRun.of("publish", "-c", config.toString(), second.toString());
            CommandRun later =
                    CommandRun.of("deploy", "-c", config.toString(), "next@2", "--from", "2030-01-01T00:00:00Z");
            assertThat(later.out()).contains("deployment 2", "from event time 2030-01-01T00:00:00Z on");
            CommandRun status = CommandRun.of("status", "-c", config.toString());
            assertThat(status.exitCode()).isZero();
            assertThat(status.out())
                    .contains("deployment 1: next@1", "deployment 2: next@2", "next@1 READY", "knows deployment 2");
            assertThat(application.isAlive()).isTrue();
        }
    }

    @Test
    @Order(4)
    void shouldRefuseWhatCannotBeDeployed() throws IOException {
        assertFails(1, "next@9 is not published", "deploy", "-c", config.toString(), "next@9");
        assertFails(2, "is not NAME@VERSION", "deploy", "-c", config.toString(), "next");
        assertFails(2, "--from is 'soon'", "deploy", "-c", config.toString(), "next@1", "--from", "soon");
        assertFails(
                1,
                "probe 0 differs",
                "publish",
                "-c",
                config.toString(),
                write(TestModels.failingProbe("bad", "1")).toString());
        Path garbage = Files.write(directory.resolve("garbage.bin"), new byte[100]);
        assertFails(1, "not a safetensors file", "publish", "-c", config.toString(), garbage.toString());
        Path other = write(TestModels.predictor("next", "1", CellKind.LSTM, 4, 99));
        assertFails(1, "published already with other content", "publish", "-c", config.toString(), other.toString());
    }

    private static void assertFails(int exitCode, String message, String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.err()).contains(message).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    private EddyConfig settings() throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(config)) {
            properties.load(reader);
        }
        return new EddyConfig(properties);
    }

    private Path write(ModelFile model) throws IOException {
        Path file = directory.resolve(model.spec().name()
                + model.spec().version()
                + model.fingerprint().brief());
        model.write(file);
        return file;
    }
}
