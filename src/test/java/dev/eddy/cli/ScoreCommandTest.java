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

    @Test
    void shouldPutEventsInOrderAndDropDuplicates() throws IOException {
        Path shuffled = Files.writeString(directory.resolve("shuffled.jsonl"), """
                        {"key":"a","timestamp":1000,"value":1,"n":1}
                        {"key":"a","timestamp":1020,"value":3,"n":3}
                        {"key":"a","timestamp":1010,"value":2,"n":2}
                        {"key":"a","timestamp":1020,"value":3,"n":3}
                        broken
                        {"key":"a","timestamp":2000,"value":4,"n":6}
                        {"key":"a","timestamp":1030,"value":5,"n":5}
                        """);
        Path sorted = Files.writeString(directory.resolve("sorted.jsonl"), """
                        {"key":"a","timestamp":1000,"value":1}
                        {"key":"a","timestamp":1010,"value":2}
                        {"key":"a","timestamp":1020,"value":3}
                        {"key":"a","timestamp":1030,"value":5}
                        """);
        CommandRun run = CommandRun.of(
                "score",
                "-m",
                model.toString(),
                "-i",
                shuffled.toString(),
                "-o",
                out.toString(),
                "--reorder",
                "100",
                "--dedupe",
                "n");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err())
                .contains(
                        "5 predictions",
                        "1 events rejected {NULL_KEY=1}; the first is line 5: the line is not valid JSON",
                        "1 late events put in their place, 1 taken as they came because they were later than --reorder",
                        "1 duplicates dropped");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines.subList(0, 4)).isEqualTo(score(sorted));
        assertThat(lines.get(4)).contains("\"timestamp\":2000,\"step\":5");
    }

    @Test
    void shouldRefuseBoundsAndFieldsThatAreNone() {
        for (String[] wrong : new String[][] {
            {"--reorder", "-1", "--reorder must not be negative"},
            {"--idle", "-1", "--idle must not be negative"},
            {"--dedupe", "a..b", "--dedupe 'a..b' is no field: names with dots between them are one"}
        }) {
            CommandRun run = CommandRun.of("score", "-m", model.toString(), "-i", "x", wrong[0], wrong[1]);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains(wrong[2]);
        }
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
