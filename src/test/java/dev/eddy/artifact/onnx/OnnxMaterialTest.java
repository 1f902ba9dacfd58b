package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Material;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports of the shared ONNX files against PyTorch's own outputs and final states. */
class OnnxMaterialTest {
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "nab-lstm/seq",
                "nab-lstm/seq-opset11",
                "nab-lstm/step",
                "nab-lstm/stateless",
                "nab-lstm/step-dynamo",
                "nab-lstm/step-dynamo-external",
                "nab-lstm/seq5-dynamo",
                "pos-gru/seq",
                "pos-gru/step",
                "elman-tanh/seq",
                "elman-tanh/step",
                "elman-tanh/step-dynamo",
                "elman-relu/seq",
                "elman-relu/step",
                "elman-relu/step-dynamo",
                "dynamo-unfolded-lstm/step-dynamo"
            })
    void shouldGiveThePyTorchGoldenOutputsAndFinalStates(String name) throws IOException {
        Path file = Material.path("models/" + name + ".onnx");
        ModelFile model = OnnxImport.read(file, Map.of());
        assertThat(worst(model, Golden.read(file.resolveSibling("golden.json")).get("cases"), name))
                .isLessThan(TOLERANCE);
    }

    @Test
    void shouldGiveThePyTorchGoldenOutputsWithNormalisationInTheGraph() throws IOException {
        Path folder = Material.path("models/nab-lstm");
        ModelFile model = OnnxImport.read(folder.resolve("step-normalised.onnx"), Map.of());
        JsonNode cases = Golden.read(folder.resolve("golden.json")).get("normalised_cases");
        assertThat(cases).isNotEmpty();
        assertThat(worst(model, cases, "step-normalised")).isLessThan(TOLERANCE);
    }

    private static double worst(ModelFile model, JsonNode cases, String name) {
        double worst = 0;
        for (JsonNode golden : cases) {
            worst = Math.max(worst, Golden.error(model, golden));
        }
        System.out.println(name + ": largest error " + worst);
        return worst;
    }
}
