package dev.eddy.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.onnx.OnnxImport;
import dev.eddy.artifact.pytorch.PytorchImport;
import dev.eddy.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small networks of random weights, made by src/test/python/make_golden.py. */
class GoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final double TOLERANCE = 1e-6;

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void shouldGiveThePyTorchOutputsAndStatesFromAnOnnxFile(String name) throws IOException {
        ModelFile model = OnnxImport.read(FOLDER.resolve(name + ".onnx"), Map.of());
        assertThat(Golden.error(model, Golden.read(FOLDER.resolve(name + ".json"))))
                .isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void shouldGiveThePyTorchOutputsAndStatesFromAStateDict(String name) throws IOException {
        byte[] weights = Files.readAllBytes(FOLDER.resolve(name + ".safetensors"));
        String spec = name.equals("rnn") ? "{\"layers\":[{\"cell\":\"rnn\",\"activation\":\"tanh\"}]}" : "{}";
        ModelFile model = PytorchImport.read(weights, name, PartialSpec.read(spec));
        assertThat(Golden.error(model, Golden.read(FOLDER.resolve(name + ".json"))))
                .isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gru-reset-first"})
    void shouldGiveTheOnnxRuntimeOutputsOfAGruThatResetsFirst(String name) throws IOException {
        ModelFile model = OnnxImport.read(FOLDER.resolve(name + ".onnx"), Map.of());
        assertThat(Golden.error(model, Golden.read(FOLDER.resolve(name + ".json"))))
                .isLessThan(TOLERANCE);
    }
}
