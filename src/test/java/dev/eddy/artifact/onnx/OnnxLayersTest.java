package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports with layers around recurrent ones, and with several outputs, against onnxruntime or PyTorch. */
class OnnxLayersTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/onnx-layers");
    private static final double TOLERANCE = 1e-5;

    private static ModelFile read(String name) throws IOException {
        return OnnxImport.read(FOLDER.resolve(name + ".onnx"), Map.of());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "layer-norm-opset7",
                "layer-norm-opset14",
                "layer-norm-opset17",
                "layer-norm-dynamo",
                "batch-norm",
                "activations",
                "activations-dynamo",
                "heads",
                "heads-dynamo",
                "constant-fill",
                "traced-length"
            })
    void shouldGiveTheOutputsAndFinalStatesOfTheReference(String name) throws IOException {
        JsonNode golden = Golden.read(FOLDER.resolve(name + ".json"));
        double error = Golden.error(read(name), golden);
        System.out.println(name + ": largest error " + error);
        assertThat(error).isLessThan(TOLERANCE);
    }

    @Test
    void shouldFindTheLayerNormBetweenTheLayersOfEveryOpset() throws IOException {
        for (String name : List.of("opset7", "opset14", "opset17", "dynamo")) {
            List<LayerSpec> layers = read("layer-norm-" + name).spec().layers();
            assertThat(layers)
                    .extracting(LayerSpec::cell)
                    .containsExactly(CellKind.LSTM, CellKind.LAYER_NORM, CellKind.GRU, CellKind.LAYER_NORM);
            assertThat(layers.get(1).variant().epsilon()).isEqualTo(1e-5f);
            assertThat(layers.get(3).variant().epsilon()).isEqualTo(1e-3f);
        }
    }

    @Test
    void shouldMakeAHeadOfEachOutputInTheirOrder() throws IOException {
        assertThat(read("heads").spec().heads())
                .extracting(HeadSpec::kind)
                .containsExactly(HeadSpec.Kind.LINEAR, HeadSpec.Kind.SOFTMAX, HeadSpec.Kind.SIGMOID);
    }

    @Test
    void shouldMakeHeadsOfTheChosenOutputsAlone() throws IOException {
        Path file = FOLDER.resolve("heads.onnx");
        assertThat(OnnxImport.read(file, Map.of(), List.of("y2", "y0")).spec().heads())
                .extracting(HeadSpec::kind)
                .containsExactly(HeadSpec.Kind.SIGMOID, HeadSpec.Kind.LINEAR);
        assertThat(OnnxImport.read(file, Map.of(), List.of("y1")).spec().head().kind())
                .isEqualTo(HeadSpec.Kind.SOFTMAX);
        assertThatThrownBy(() -> OnnxImport.read(file, Map.of(), List.of("y3")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("no output 'y3'", "[y0, y1, y2, hn_0, cn_1]");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"lstm-projected-dynamo", "lstm-projected-stateless-dynamo"})
    void shouldRefuseTheProjectedLstmThatTheDynamoExporterCuts(String name) {
        assertThatThrownBy(() -> read(name))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("initial_c", "5 wide", "proj_size", "state dict as safetensors");
    }
}
