package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.testing.TestKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
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

    @Test
    void shouldLetTailEndWhenNobodyReadsItAnyMore() throws Exception {
        TestKafka kafka = start();
        kafka.createTopics(1, "eddy.predictions");
        Process tail = eddy("tail", "-D", "bootstrap.servers=" + kafka.bootstrapServers(), "--from-beginning");
        try (BufferedReader out = tail.inputReader()) {
            kafka.produce("eddy.predictions", "a", "{}", 1);
            assertThat(out.readLine()).isEqualTo("{}");
        }
        // The first write after the pipe was closed tells it.
        kafka.produce("eddy.predictions", "a", "{}", 2);

        assertThat(tail.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private TestKafka start() throws IOException {
        process = eddy("broker", "--port", "0", "--dir", directory.toString());
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        assertThat(line).startsWith("bootstrap.servers=127.0.0.1:");
        String bootstrap = line.substring("bootstrap.servers=".length());
        return () -> bootstrap;
    }

    private static Process eddy(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("eddy.jar")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
