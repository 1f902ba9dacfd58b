package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigOptionTest {
    @Test
    void shouldExitWithUsageWhereTheFileIsMissing() {
        CommandRun run = CommandRun.of("tail", "-c", "nowhere.properties");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("eddy: there is no file nowhere.properties;")
                .hasLineCount(1);
    }

    @Test
    void shouldExitWithUsageWhereThereAreNoSettingsAtAll() {
        CommandRun run = CommandRun.of("tail");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("no eddy.properties in the working directory")
                .hasLineCount(1);
    }

    @Test
    void shouldRefuseAnUnknownSetting() {
        CommandRun run = CommandRun.of("tail", "-D", "bootstrap.servers=x:1", "-D", "eddy.topic.input=a");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("eddy: unknown setting eddy.topic.input;")
                .hasLineCount(1);
    }

    @Test
    void shouldRefuseSettingsOfLateEventsThatMakeNoSense() {
        for (String[] wrong : new String[][] {
            {"eddy.dedupe.field=a..b", "a path has names with dots between them, such as meta.number"},
            {"eddy.late.policy=drop", "step, dead-letter"},
            {"eddy.reorder.ms=-1", "eddy.reorder.ms"},
            {"eddy.sequence.ttl.ms=soon", "eddy.sequence.ttl.ms"}
        }) {
            CommandRun run = CommandRun.of("tail", "-D", "bootstrap.servers=x:1", "-D", wrong[0]);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains(wrong[1]).hasLineCount(1);
        }
    }

    @Test
    void shouldLetAnOverrideWinOverTheFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("my.properties"), "bootstrap.servers=127.0.0.1:1\neddy.broker.timeout.ms=60000\n");

        CommandRun run = CommandRun.of("tail", "-c", file.toString(), "-D", "eddy.broker.timeout.ms=500");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("eddy: no Kafka broker answers at 127.0.0.1:1 within 0.5 s;")
                .hasLineCount(1);
    }

    @Test
    void shouldSayThatAnAddressCannotBeResolved() {
        CommandRun run = CommandRun.of("tail", "-D", "bootstrap.servers=nowhere.invalid:1");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("eddy: cannot set up a Kafka client for nowhere.invalid:1: No resolvable bootstrap urls")
                .hasLineCount(1);
    }
}
