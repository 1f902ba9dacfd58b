package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
    @TempDir
    Path directory;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = directory.resolve("model.safetensors");
        TestModels.predictor("next", "1", CellKind.GRU, 4, 1).write(model);
    }

    @Test
    void shouldSayHowFarAForecastFromAFileMayBeOff() throws IOException {
        CommandRun run = forecast("""
                key,timestamp,value
                a,1000,1
                a,2000,2
                a,3000,9
                """);
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(4).allMatch(line -> line.contains("\"deviation\":["));
        assertThat(lines.get(0)).startsWith("{\"position\":1,\"timestamp\":4000,\"values\":[");
        assertThat(deviation(lines.get(0))).isPositive();
        assertThat(deviation(lines.get(3))).isEqualTo(2 * deviation(lines.get(0)));
    }

    @Test
    void shouldNotSayItOfOneResidual() throws IOException {
        CommandRun run = forecast("""
                key,timestamp,value
                a,1000,1
                a,2000,2
                """);
        assertThat(run.out().lines()).hasSize(4).allMatch(line -> line.endsWith("\"deviation\":[null]}"));
    }

    @Test
    void shouldNeedEventsToForecastFrom() {
        CommandRun run = CommandRun.of("generate", "-m", model.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("the sequence has 0 events", "-i", "--key")
                .hasLineCount(1);
    }

    private CommandRun forecast(String csv) throws IOException {
        Path events = Files.writeString(directory.resolve("events.csv"), csv);
        CommandRun run = CommandRun.of("generate", "-m", model.toString(), "-i", events.toString(), "--steps", "4");
        assertThat(run.err()).isEmpty();
        return run;
    }

    private static double deviation(String line) {
        return Double.parseDouble(line.substring(line.indexOf("\"deviation\":[") + 13, line.length() - 2));
    }
}
