package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
    @TempDir
    Path directory;

    private Path model;
    private Path out;

    @BeforeEach
    void writeModel() throws IOException {
        model = directory.resolve("model.safetensors");
        out = directory.resolve("out.jsonl");
        TestModels.predictor("next", "1", CellKind.GRU, 4, 1).write(model);
    }

    @Test
    void shouldGiveTheSameForCsvAndJsonLines() throws IOException {
        Path csv = Files.writeString(directory.resolve("events.csv"), """
                        key,timestamp,value
                        a,2024-01-01T00:00:00Z,12.5
                        b,2024-01-01T00:00:01Z,3
                        a,2024-01-01T00:00:02Z,1
                        """);
        Path json = Files.writeString(directory.resolve("events.jsonl"), """
                        {"key":"a","timestamp":1704067200000,"value":12.5}
                        {"key":"b","timestamp":1704067201000,"value":3}
                        {"key":"a","timestamp":"2024-01-01T00:00:02Z","value":1}
                        """);
        List<String> ofCsv = score(csv);
        assertThat(ofCsv).hasSize(3);
        assertThat(ofCsv.get(2)).startsWith("{\"key\":\"a\",\"timestamp\":1704067202000,\"step\":2,\"model\":\"next\"");
        assertThat(score(json)).isEqualTo(ofCsv);
    }

    @Test
    void shouldCountRejectedEventsAndGoOn() throws IOException {
        Path events = Files.writeString(directory.resolve("events.jsonl"), """
                        {"key":"a","timestamp":1,"value":1}
                        not json
                        {"key":"a","timestamp":2}
                        {"timestamp":3,"value":1}
                        {"key":"a","timestamp":4,"value":2}
                        """);
        CommandRun run = CommandRun.of("score", "-m", model.toString(), "-i", events.toString(), "-o", out.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("2 predictions", "3 events rejected", "MISSING_FIELD=1", "line 2");
        assertThat(Files.readAllLines(out)).hasSize(2);
        assertThat(Files.readAllLines(out).get(1)).contains("\"step\":2");
    }

    @Test
    void shouldEndASequenceAtATombstone() throws IOException {
        Path events = Files.writeString(directory.resolve("events.jsonl"), """
                        {"key":"a","timestamp":1,"value":1}
                        {"key":"a","timestamp":2,"tombstone":true}
                        {"key":"a","timestamp":3,"value":1}
                        """);
        assertThat(score(events)).hasSize(2).allMatch(line -> line.contains("\"step\":1"));
    }

    @Test
    void shouldEndSequencesWithTheFileOrForWantOfEvents() throws IOException {
        WaitingModels.forward(CellKind.GRU, 2, null, ModelSpec.Emit.EVERY, 1).write(model);
        Path events = Files.writeString(directory.resolve("events.jsonl"), """
                        {"key":"a","timestamp":1,"value":1}
                        {"key":"b","timestamp":2,"value":1}
                        {"key":"c","timestamp":3,"value":1}
                        {"key":"c","timestamp":4,"tombstone":true}
                        {"key":"b","timestamp":200,"value":1}
                        """);
        CommandRun run = CommandRun.of("score", "-m", model.toString(), "-i", events.toString(), "-o", out.toString());
        assertThat(run.err()).contains("1 predictions", "2 of 3 sequences wait", "--end");
        run = CommandRun.of(
                "score", "-m", model.toString(), "-i", events.toString(), "-o", out.toString(), "--idle", "100");
        assertThat(run.err()).contains("3 predictions", "1 of 4 sequences wait");
        run = CommandRun.of("score", "-m", model.toString(), "-i", events.toString(), "-o", out.toString(), "--end");
        assertThat(run.err()).contains("4 predictions").doesNotContain("wait");
        assertThat(Files.readAllLines(out).get(2)).contains("\"key\":\"b\",\"timestamp\":2,", "\"lookAhead\":1}");
        assertThat(CommandRun.of("score", "-m", "m", "-i", "e", "--idle", "-1").exitCode())
                .isEqualTo(2);
    }

    @Test
    void shouldFailInOneLineWithoutAModelOrEvents() throws IOException {
        assertFails("there is no file", "score", "-m", "nowhere.safetensors", "-i", out.toString());
        assertFails("there is no file", "score", "-m", model.toString(), "-i", directory + "/nowhere.csv");
        Path garbage = Files.write(directory.resolve("garbage"), new byte[64]);
        assertFails("not a safetensors file", "score", "-m", garbage.toString(), "-i", out.toString());
    }

    private static void assertFails(String message, String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains(message).hasLineCount(1);
    }

    private List<String> score(Path events) throws IOException {
        CommandRun run = CommandRun.of("score", "-m", model.toString(), "-i", events.toString(), "-o", out.toString());
        assertThat(run.exitCode()).isZero();
        return Files.readAllLines(out);
    }
}
