package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import dev.eddy.testing.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cells that a graph computes operation by operation, against onnxruntime: outputs and states from random start states. */
class OnnxCellTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/written-cells");
    private static final double TOLERANCE = 1e-5;

    private static ModelFile read(String name) throws IOException {
        return OnnxImport.read(FOLDER.resolve(name + ".onnx"), Map.of());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "lstm-cell",
                "lstm-cell-dynamo",
                "gru-cell",
                "gru-cell-dynamo",
                "rnn-cell",
                "rnn-cell-dynamo",
                "rnn-relu-cell",
                "mixed-embedded",
                "stacked-lstm",
                "stacked-gru-dynamo",
                "gru-torch",
                "gru-turned",
                "gru-difference",
                "gru-minus",
                "gru-swapped",
                "gru-swapped-difference",
                "gru-before",
                "gru-before-joined",
                "lstm-joined",
                "lstm-gates",
                "rnn-joined",
                "same-width",
                "lstm-coupled-input",
                "lstm-coupled-forget",
                "lstm-peepholes",
                "lstm-peepholes-dynamo",
                "lstm-without-tanh",
                "lstm-projected",
                "lstm-projected-twice",
                "gru-minimal",
                "gru-minimal-turned",
                "gru-minimal-reset",
                "gru-before-torch",
                "gru-before-difference",
                "gru-before-minus",
                "gru-before-swapped-difference"
            })
    void shouldGiveTheOutputsAndFinalStatesOfOnnxruntime(String name) throws IOException {
        JsonNode golden = Golden.read(FOLDER.resolve(name + ".json"));
        assertThat(golden.get("input").size()).isGreaterThanOrEqualTo(20);
        double error = Golden.error(read(name), golden);
        System.out.println(name + ": largest error " + error);
        assertThat(error).isLessThan(TOLERANCE);
    }

    @Test
    void shouldKnowWhereTheResetGateActs() throws IOException {
        assertThat(read("gru-torch").spec().layers().get(0).resetAfter()).isTrue();
        assertThat(read("gru-before-joined").spec().layers().get(0).resetAfter())
                .isFalse();
    }

    @Test
    void shouldReadVariantsAsOptionsOfTheCell() throws IOException {
        assertThat(options("lstm-coupled-forget").coupled()).isTrue();
        assertThat(read("lstm-coupled-input").spec().layers().get(0).tensors())
                .containsKey(TensorRole.PEEPHOLE_I)
                .doesNotContainKey(TensorRole.PEEPHOLE_F);
        assertThat(options("lstm-without-tanh").activations()).endsWith(Activation.IDENTITY);
        assertThat(options("lstm-projected").projection()).isEqualTo(2);
        assertThat(read("gru-minimal").spec().layers().get(0).cell()).isEqualTo(LayerSpec.CellKind.MINIMAL_GRU);
        assertThat(read("gru-minimal-reset").spec().layers().get(0).cell()).isEqualTo(LayerSpec.CellKind.GRU);
    }

    private static CellOptions options(String name) throws IOException {
        return read(name).spec().layers().get(0).variant();
    }

    @Test
    void shouldMakeOneLayerOfEachCell() throws IOException {
        assertThat(read("mixed-embedded").spec().layers())
                .extracting(LayerSpec::cell)
                .startsWith(LayerSpec.CellKind.LSTM, LayerSpec.CellKind.GRU);
    }
}
