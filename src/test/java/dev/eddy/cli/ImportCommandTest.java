package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.SpecJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code eddy import} and {@code eddy inspect} as a user calls them. */
class ImportCommandTest {
    private static final String GOLDEN = "src/test/resources/golden/";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int eddy(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return command.execute(arguments);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void shouldImportAnOnnxFileAndShowAVerifiedModel() throws IOException {
        assertThat(eddy("import", GOLDEN + "lstm.onnx", "--version", "7", "-o", path("m")))
                .isZero();
        assertThat(eddy("inspect", "--json", path("m"))).isZero();
        String json = out.toString().lines().reduce((a, b) -> b).orElseThrow();
        JsonNode facts = new ObjectMapper().readTree(json);
        assertThat(facts.get("model").asText()).isEqualTo("lstm@7");
        assertThat(facts.get("probes").asText()).isEqualTo("1 OK");
        assertThat(facts.get("stateBytesPerKey").asInt()).isEqualTo(52 + 2 * 2 * 5 * 4 + 4);
        assertThat(facts.get("layers")).hasSize(2);
    }

    @Test
    void shouldImportABidirectionalNetworkOnlyWhereTheSpecLetsAnswersWait() throws IOException {
        String file = GOLDEN + "bidirectional/lstm-2-steps-script.onnx";
        assertThat(eddy("import", file, "-o", path("m"))).isEqualTo(1);
        assertThat(err.toString()).contains("bidirectional", "events that have not come yet", "lookAhead", "maxLength");
        Files.writeString(folder.resolve("spec.json"), "{\"lookAhead\": 6}");
        assertThat(eddy("import", file, "--spec", path("spec.json"), "-o", path("m")))
                .isZero();
        assertThat(eddy("inspect", path("m"))).isZero();
        assertThat(out.toString()).contains("lstm 3 -> 8,", "lstm 8 -> 8,", "reads both ways");
    }

    @Test
    void shouldGiveTheSameFileForTheSameInput() throws IOException {
        assertThat(eddy("import", GOLDEN + "gru.safetensors", "--name", "g", "-o", path("a")))
                .isZero();
        assertThat(eddy("import", GOLDEN + "gru.safetensors", "--name", "g", "-o", path("b")))
                .isZero();
        assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
    }

    @Test
    void shouldNameFieldsByASpec() throws IOException {
        Files.writeString(
                folder.resolve("spec.json"),
                "{\"name\":\"n\",\"features\":[{\"kind\":\"number\",\"field\":\"a.b\",\"mean\":3,\"std\":2},"
                        + "{\"kind\":\"time\",\"of\":[\"hour\"]}]}");
        assertThat(eddy("import", GOLDEN + "rnn.onnx", "--spec", path("spec.json"), "-o", path("m")))
                .isZero();
        assertThat(eddy("inspect", path("m"))).isZero();
        assertThat(out.toString()).contains("n@1", "a.b: number, (x - 3.0) / 2.0", "event time", "1 OK");
    }

    @Test
    void shouldFailInOneLineThatSaysWhatToDo() throws IOException {
        Files.write(folder.resolve("x.pt"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0});
        assertThat(eddy("import", path("x.pt"), "-o", path("m"))).isEqualTo(1);
        assertThat(err.toString()).startsWith("eddy: ").contains("save_file").hasLineCount(1);
        assertThat(folder.resolve("m")).doesNotExist();
    }

    @Test
    void shouldTellAMissingFileFromAWrongCall() {
        assertThat(eddy("inspect", path("nothing"))).isEqualTo(1);
        assertThat(err.toString()).contains("there is no file");
        assertThat(eddy("import", path("nothing"))).isEqualTo(2);
        assertThat(eddy("import", "--help")).isZero();
    }

    @Test
    void shouldRefuseAModelWhoseWeightsWereChanged() throws IOException {
        assertThat(eddy("import", GOLDEN + "lstm.onnx", "-o", path("m"))).isZero();
        byte[] bytes = Files.readAllBytes(folder.resolve("m"));
        bytes[bytes.length - 1] ^= 0x01;
        Files.write(folder.resolve("m"), bytes);
        assertThat(eddy("inspect", path("m"))).isEqualTo(1);
        assertThat(err.toString()).contains("probe 0 differs").hasLineCount(1);
    }

    @Test
    void shouldRoundWeightsAndSayHowMuchThatChanges() throws IOException {
        assertThat(eddy("import", GOLDEN + "lstm.onnx", "-o", path("m"))).isZero();
        assertThat(eddy("import", GOLDEN + "lstm.onnx", "--weights", "bf16", "-o", path("half")))
                .isZero();
        assertThat(out.toString())
                .containsPattern("weights in bf16: .* differ from those in float32 by 0\\.\\d+ at most");
        assertThat(Files.size(folder.resolve("half"))).isLessThan(Files.size(folder.resolve("m")));
        assertThat(eddy("inspect", path("half"))).isZero();
        assertThat(out.toString())
                .containsPattern("weights +\\d+ BF16, \\d+ F32")
                .contains("1 OK");
    }

    @Test
    void shouldRoundOnlyWhatItsProbesAllow() throws IOException {
        assertThat(eddy("import", GOLDEN + "lstm.onnx", "-o", path("m"))).isZero();
        // The model file has a probe of its own now, to the usual tolerance.
        assertThat(eddy("import", path("m"), "--weights", "bf16", "-o", path("half")))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("with weights in bf16 the model differs by", "which allows 0.0001", "'tolerance'")
                .hasLineCount(1);
        assertThat(folder.resolve("half")).doesNotExist();

        ObjectNode spec =
                (ObjectNode) SpecJson.tree(ModelFile.read(folder.resolve("m")).spec());
        ((ObjectNode) spec.get("probes").get(0)).put("tolerance", 0.05);
        Files.writeString(folder.resolve("spec.json"), "{\"probes\": " + spec.get("probes") + "}");
        assertThat(eddy("import", path("m"), "--spec", path("spec.json"), "--weights", "bf16", "-o", path("half")))
                .isZero();
        assertThat(eddy("inspect", path("half"))).isZero();
    }
}
