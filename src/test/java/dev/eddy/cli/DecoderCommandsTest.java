package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.SpecJson;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Seq2SeqCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoder-decoders as a user meets them. */
class DecoderCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private String imported(String name) throws IOException {
        Path spec = Files.writeString(
                folder.resolve(name + ".json"), Seq2SeqCases.spec(name).toString());
        String model = folder.resolve(name).toString();
        CommandRun run =
                CommandRun.of("import", Seq2SeqCases.weights(name).toString(), "--spec", spec.toString(), "-o", model);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return model;
    }

    @Test
    void shouldImportInspectAndGenerateTokens() throws IOException {
        String model = imported("reverse");
        CommandRun inspected = CommandRun.of("inspect", model);
        assertThat(inspected.out()).contains("a list for each sequence", "until '<EOS>' or 10", "gru 8 -> 32", "1 OK");
        CommandRun run = CommandRun.of("generate", "-m", model, "d", "a", "f");
        assertThat(run.exitCode()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("{\"position\":1,\"id\":8,\"token\":\"f\",\"logProbability\":-");
        assertThat(JSON.readTree(lines.get(2)).get("token").textValue()).isEqualTo("d");

        Path events = Files.writeString(folder.resolve("events.jsonl"), """
                {"key":"a","letter":"d"}
                {"key":"a","letter":"a"}
                {"key":"a","letter":"f"}
                """);
        assertThat(CommandRun.of("generate", "-m", model, "-i", events.toString())
                        .out())
                .isEqualTo(run.out());
    }

    @Test
    void shouldGenerateTheNextNumbersOfAFile() throws IOException {
        String model = imported("sines");
        JsonNode golden = Seq2SeqCases.cases("sines").get(0);
        StringBuilder csv = new StringBuilder("key,timestamp,value\n");
        golden.get("input")
                .forEach(value ->
                        csv.append("a,2024-01-01T00:00:00Z,").append(value).append('\n'));
        Path events = Files.writeString(folder.resolve("events.csv"), csv);
        CommandRun run = CommandRun.of("generate", "-m", model, "-i", events.toString());
        assertThat(run.exitCode()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(8);
        for (int t = 0; t < 8; t++) {
            double value = JSON.readTree(lines.get(t)).get("values").get(0).doubleValue();
            assertThat(Golden.difference(
                            value, golden.get("outputs").get(t).get(0).doubleValue()))
                    .isLessThan(1e-5);
        }
        CommandRun inspected = CommandRun.of("inspect", model);
        assertThat(inspected.out()).contains("reads its own vectors from the last event on, gives 8");
    }

    @Test
    void shouldSayWhatADecoderNeedsToGenerate() throws IOException {
        CommandRun nothing = CommandRun.of("generate", "-m", imported("sines"));
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err()).contains("give its events with -i");
        CommandRun tokens = CommandRun.of("generate", "-m", imported("vectors"), "a");
        assertThat(tokens.exitCode()).isEqualTo(2);
        assertThat(tokens.err()).contains("does not read tokens alone");
    }

    @Test
    void shouldImportTheSameModelByAFullSpec() throws IOException {
        ModelFile partial = ModelFile.read(Path.of(imported("gru-every")));
        ObjectNode full = (ObjectNode) JSON.readTree(SpecJson.write(partial.spec()));
        Path spec = Files.writeString(folder.resolve("full.json"), full.toString());
        Path model = folder.resolve("full");
        CommandRun run = CommandRun.of(
                "import",
                Seq2SeqCases.weights("gru-every").toString(),
                "--spec",
                spec.toString(),
                "-o",
                model.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(ModelFile.read(model).fingerprint()).isEqualTo(partial.fingerprint());
    }

    @Test
    void shouldRefuseADecoderOverAnOnnxFile() throws IOException {
        Path spec = Files.writeString(
                folder.resolve("spec.json"), Seq2SeqCases.spec("vectors").toString());
        CommandRun run = CommandRun.of(
                "import",
                "src/test/resources/golden/gru.onnx",
                "--spec",
                spec.toString(),
                "-o",
                folder.resolve("m").toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("'decoder'", "PyTorch weights").hasLineCount(1);
    }
}
