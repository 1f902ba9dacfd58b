package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Material;
import dev.eddy.testing.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recurrent tests of the onnx project, and hand-made ones with random weights: weights bound, each batch row a sequence. */
class OnnxNodeTest {
    private static final Set<String> EVENTS = Set.of("X");
    private static final List<String> STATES = List.of("initial_h", "initial_c");

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "recurrent/test_lstm_defaults",
                "recurrent/test_lstm_with_initial_bias",
                "recurrent/test_gru_defaults",
                "recurrent/test_gru_with_initial_bias",
                "recurrent/test_simple_rnn_defaults",
                "recurrent/test_simple_rnn_with_initial_bias",
                "hand-made/gru_lbr0_bias_init",
                "hand-made/lstm_only_y_c",
                "hand-made/rnn_relu_init"
            })
    void shouldGiveTheOutputsOfTheOnnxNodeTest(String name) throws IOException {
        Path folder = Material.path("onnx-node-tests/" + name);
        OnnxModel graph = OnnxReader.read(Files.readAllBytes(folder.resolve("model.onnx")));
        Map<String, Tensor> data = new HashMap<>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            data.put(graph.inputs().get(i).name(), tensor(folder, "input_" + i));
        }
        Map<String, Tensor> weights = new HashMap<>(data);
        weights.keySet().removeAll(EVENTS);
        weights.keySet().removeAll(STATES);
        ModelFile model = OnnxImport.read(folder.resolve("model.onnx"), weights);
        for (int i = 0; i < graph.outputs().size(); i++) {
            check(model, data, graph.outputs().get(i).name(), tensor(folder, "output_" + i));
        }
    }

    private static void check(ModelFile model, Map<String, Tensor> data, String output, Tensor wanted) {
        int[] shape = data.get("X").shape(); // (time, batch, features)
        int hidden = wanted.shape()[wanted.shape().length - 1];
        for (int row = 0; row < shape[1]; row++) {
            Sequence sequence = new Sequence(model);
            for (int part = 0; part < 2; part++) {
                if (data.containsKey(STATES.get(part))) {
                    sequence.set(0, part, row(data.get(STATES.get(part)), row, hidden));
                }
            }
            for (int t = 0; t < shape[0]; t++) {
                List<Object> features = new ArrayList<>();
                for (float value : row(data.get("X"), t * shape[1] + row, shape[2])) {
                    features.add(value);
                }
                double[] got = sequence.step(Map.of("features", features));
                if (output.equals("Y")) {
                    compare(got, row(wanted, t * shape[1] + row, hidden));
                }
            }
            if (!output.equals("Y")) {
                double[] got = new double[hidden];
                for (int unit = 0; unit < hidden; unit++) {
                    got[unit] = sequence.get(0, output.equals("Y_c") ? 1 : 0, hidden, unit);
                }
                compare(got, row(wanted, row, hidden));
            }
        }
    }

    private static void compare(double[] got, float[] wanted) {
        assertThat(got).hasSize(wanted.length);
        for (int i = 0; i < got.length; i++) {
            assertThat(Golden.difference(got[i], wanted[i])).isLessThan(1e-5);
        }
    }

    private static float[] row(Tensor tensor, int row, int width) {
        return java.util.Arrays.copyOfRange(tensor.toFloats(), row * width, (row + 1) * width);
    }

    private static Tensor tensor(Path folder, String name) throws IOException {
        return OnnxImport.readTensor(Files.readAllBytes(folder.resolve("test_data_set_0/" + name + ".pb")));
    }
}
