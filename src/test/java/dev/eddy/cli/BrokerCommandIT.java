package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.testing.TestKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eddy broker} as a process of its own, from the packaged jar. */
class BrokerCommandIT {
    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void end() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Test
    void shouldEndPromptlyWhenAskedTo() throws Exception {
        start();

        process.destroy();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(directory.resolve(".kafka_cleanshutdown")).exists();
    }

    @Test
    void shouldHaveItsTopicsAgainAfterItWasKilled() throws Exception {
        TestKafka before = start();
        before.createTopics(1, "kept");
        before.produce("kept", "a", "first", 1);
        process.destroyForcibly().waitFor();

        TestKafka after = start();

        assertThat(TestKafka.text(after.consume("kept", 1).get(0).value())).isEqualTo("first");
    }

    private TestKafka start() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        System.getProperty("eddy.jar"),
                        "broker",
                        "--port",
                        "0",
                        "--dir",
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        assertThat(line).startsWith("bootstrap.servers=127.0.0.1:");
        String bootstrap = line.substring("bootstrap.servers=".length());
        return () -> bootstrap;
    }
}
