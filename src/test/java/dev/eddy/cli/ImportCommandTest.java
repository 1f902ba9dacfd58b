package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
}
