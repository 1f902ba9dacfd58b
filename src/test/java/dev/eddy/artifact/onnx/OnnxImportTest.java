package dev.eddy.artifact.onnx;

import static dev.eddy.artifact.onnx.OnnxBuilder.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.OnnxBuilder.Message;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Different ways to write the same network become the same model; what stands in the graph becomes features and head. */
class OnnxImportTest {
    private static final long ANY = -1;

    private static OnnxBuilder rnn(long... x) {
        return new OnnxBuilder(17)
                .input("x", x)
                .weight("W", 1, 3, 2)
                .weight("R", 1, 3, 3)
                .ints("zero", 0)
                .ints("one", 1)
                .ints("last", -1)
                .floats("two", new float[] {2})
                .floats("three", new float[] {3});
    }

    private static ModelFile read(OnnxBuilder graph) {
        return OnnxImport.read(graph.build(), "m", null, Map.of());
    }

    private static ModelFile plain() {
        return read(rnn(ANY, ANY, 2).node("RNN", "x W R", "Y hn").output("Y"));
    }

    @Test
    void shouldGiveTheSameModelForEveryWayToWriteIt() {
        ModelFile wanted = plain();
        OnnxBuilder layout = rnn(ANY, ANY, 2)
                .node("RNN", "x W R", "Y hn", attribute("layout", 1))
                .output("Y");
        OnnxBuilder onlyLast = rnn(ANY, ANY, 2).node("RNN", "x W R", "- hn").output("hn");
        OnnxBuilder lastStep = rnn(ANY, ANY, 2)
                .node("RNN", "x W R", "Y hn")
                .node("Gather", "Y last", "y", attribute("axis", 0))
                .output("y");
        OnnxBuilder passed = rnn(1, 1, 2)
                .node("Identity", "W", "W1")
                .node("Dropout", "x", "x1")
                .node("Cast", "x1", "x2", attribute("to", 1))
                .node("RNN", "x2 W1 R", "Y hn")
                .node("Squeeze", "Y", "y")
                .output("y");
        assertThat(List.of(read(layout), read(onlyLast), read(lastStep), read(passed)))
                .allSatisfy(model -> assertThat(model.fingerprint()).isEqualTo(wanted.fingerprint()));
    }

    @Test
    void shouldMergeTimeWithABatchOfOne() {
        OnnxBuilder merged = rnn(ANY, ANY, 2)
                .input("h0", 1, 1, 3)
                .ints("flat", -1, 3)
                .node("RNN", "x W R - - h0", "Y hn")
                .node("Reshape", "Y flat", "y")
                .output("y");
        assertThat(read(merged).fingerprint()).isEqualTo(plain().fingerprint());
    }

    @Test
    void shouldReadNormalisationInTheGraphAsMeanAndStd() {
        ModelFile model = read(rnn(ANY, ANY, 2)
                .node("Sub", "x three", "centred")
                .node("Div", "centred two", "scaled")
                .node("RNN", "scaled W R", "Y hn")
                .node("Mul", "Y two", "wide")
                .node("Add", "wide three", "y")
                .output("y"));
        assertThat(model.spec().features().get(0)).isInstanceOfSatisfying(Feature.Vector.class, vector -> {
            assertThat(vector.mean()).containsExactly(3, 3);
            assertThat(vector.std()).containsExactly(2, 2);
        });
        assertThat(model.spec().head().mean()).containsExactly(3, 3, 3);
        assertThat(model.spec().head().std()).containsExactly(2, 2, 2);
    }

    @Test
    void shouldReadLayersBehindTheCellAndTagWithASoftmax() {
        ModelFile model = read(rnn(ANY, 2)
                .weight("M", 4, 3)
                .weight("N", 4, 2)
                .weight("b", 4)
                .node("Unsqueeze", "x zero", "x1")
                .node("RNN", "x1 W R", "Y hn")
                .node("Squeeze", "hn zero", "h")
                .node("Gemm", "h M b", "g", attribute("transB", 1), attribute("beta", 0.5f))
                .node("Relu", "g", "r")
                .node("Gemm", "r N", "n", attribute("alpha", 2f))
                .node("Softmax", "n", "y", attribute("axis", -1))
                .output("y"));
        assertThat(model.spec().layers())
                .extracting(LayerSpec::cell)
                .containsExactly(LayerSpec.CellKind.RNN, LayerSpec.CellKind.DENSE);
        assertThat(model.spec().head().kind()).isEqualTo(HeadSpec.Kind.SOFTMAX);
        assertThat(model.spec().task()).isEqualTo(new Task.Tag());
        assertThat(model.tensors().get("head.weight").shape()).containsExactly(2, 4);
    }

    @Test
    void shouldKeepTheNamesOfSeveralInputs() {
        ModelFile model = read(new OnnxBuilder(17)
                .ids("word", ANY, ANY)
                .input("speed", ANY, ANY, 2)
                .weight("table", 7, 3)
                .weight("W", 1, 3, 5)
                .weight("R", 1, 3, 3)
                .node("Gather", "table word", "e")
                .node("Concat", "e speed", "x", attribute("axis", -1))
                .node("RNN", "x W R", "Y hn")
                .output("Y"));
        assertThat(model.spec().features()).extracting(Feature::field).containsExactly("word", "speed");
    }

    @Test
    void shouldHandOnTheCellStateWhereThatIsTheAnswer() {
        ModelFile model = read(new OnnxBuilder(17)
                .input("x", ANY, 1, 2)
                .weight("W", 1, 12, 2)
                .weight("R", 1, 12, 3)
                .node("LSTM", "x W R", "- - cn")
                .output("cn"));
        assertThat(model.spec().layers().get(0).output()).isEqualTo(LayerSpec.Output.CELL);
    }

    @Test
    void shouldReadWeightsOutOfASecondFile(@TempDir Path folder) throws IOException {
        Tensor weight = plain().tensors().get("layers.0.weight_ih");
        ByteBuffer data = ByteBuffer.allocate(4 + weight.data().remaining()).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                folder.resolve("w.data"),
                data.position(4).put(weight.data().duplicate()).array());
        Message tensor = new Message()
                .number(1, 1)
                .number(1, 3)
                .number(1, 2)
                .number(2, 1)
                .text(8, "W")
                .number(14, 1);
        for (String[] entry : new String[][] {{"location", "w.data"}, {"offset", "4"}, {"length", "24"}}) {
            tensor.message(13, new Message().text(1, entry[0]).text(2, entry[1]));
        }
        byte[] file = new OnnxBuilder(17)
                .initializer(tensor)
                .weight("R", 1, 3, 3)
                .input("x", ANY, ANY, 2)
                .node("RNN", "x W R", "Y hn")
                .output("Y")
                .build();
        assertThat(OnnxImport.read(file, "m", folder, Map.of()).tensors()).isEqualTo(plain().tensors());
    }
}
