package dev.eddy.artifact.onnx;

import static dev.eddy.artifact.onnx.OnnxBuilder.attribute;
import static dev.eddy.artifact.onnx.OnnxBuilder.reals;
import static dev.eddy.artifact.onnx.OnnxBuilder.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.OnnxBuilder.Message;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.Direction;
import dev.eddy.model.ModelSpec;
import dev.eddy.network.Network;
import dev.eddy.testing.Golden;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.TwoWayCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recurrent nodes of direction reverse and bidirectional, as exported and by themselves. */
class OnnxDirectionTest {
    private static final double TOLERANCE = 1e-5;
    private static final long ANY = -1;

    static List<String> cases() throws IOException {
        return TwoWayCases.names(".onnx");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveWhatOnnxRuntimeGivesForTheWholeSequence(String name) throws IOException {
        JsonNode golden = TwoWayCases.golden(name);
        ModelFile model = TwoWayCases.model(name);
        Network network = TwoWayCases.network(model);
        float[][] inputs = TwoWayCases.inputs(golden);
        boolean steps = golden.has("output");
        double error = steps ? TwoWayCases.error(TwoWayCases.whole(network, inputs), golden.get("output")) : 0;
        if (golden.has("summary")) {
            error = Math.max(error, TwoWayCases.error(TwoWayCases.summary(network, inputs), golden.get("summary")));
        }
        System.out.printf(
                "%-28s off by %.1e from %s%n",
                name, error, golden.get("reference").asText());
        assertThat(error).isLessThan(TOLERANCE);
        assertThat(model.spec().emit()).isEqualTo(steps ? ModelSpec.Emit.EVERY : ModelSpec.Emit.END);
        TestModels.live(live(model));
    }

    /** The model as an import with a spec gives it. */
    private static ModelFile live(ModelFile model) {
        return new ModelFile(PartialSpec.read("{\"maxLength\":100}").over(model.spec()), model.tensors());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "test_lstm_reverse",
                "test_lstm_bidirectional",
                "test_gru_reverse",
                "test_gru_bidirectional",
                "test_simple_rnn_reverse",
                "test_simple_rnn_bidirectional"
            })
    void shouldGiveTheOutputsOfTheOnnxNodeTest(String name) throws IOException {
        Path folder = TwoWayCases.FOLDER.resolve("node/" + name);
        OnnxModel graph = OnnxReader.read(Files.readAllBytes(folder.resolve("model.onnx")));
        Map<String, Tensor> weights = new HashMap<>();
        for (int i = 1; i < graph.inputs().size(); i++) {
            weights.put(graph.inputs().get(i).name(), tensor(folder, "input_" + i));
        }
        ModelFile model = OnnxImport.read(folder.resolve("model.onnx"), weights);
        Tensor x = tensor(folder, "input_0"); // (time, batch, features)
        for (int row = 0; row < x.shape()[1]; row++) {
            for (int i = 0; i < graph.outputs().size(); i++) {
                String output = graph.outputs().get(i).name();
                compare(model, output, inputs(x, row), row, tensor(folder, "output_" + i));
            }
        }
    }

    /** Y is (time, directions, batch, hidden), Y_h and Y_c are (directions, batch, hidden). */
    private static void compare(ModelFile model, String output, float[][] inputs, int row, Tensor wanted) {
        boolean steps = output.equals("Y");
        Network network = TwoWayCases.network(output.equals("Y_c") ? handingOnTheCellState(model) : model);
        float[][] got =
                steps ? TwoWayCases.whole(network, inputs) : new float[][] {TwoWayCases.summary(network, inputs)};
        int[] shape = wanted.shape();
        int hidden = shape[shape.length - 1];
        int batch = shape[shape.length - 2];
        int directions = shape[shape.length - 3];
        for (int t = 0; t < got.length; t++) {
            assertThat(got[t]).hasSize(directions * hidden);
            for (int k = 0; k < got[t].length; k++) {
                int place = ((t * directions + k / hidden) * batch + row) * hidden + k % hidden;
                assertThat(Golden.difference(got[t][k], wanted.toFloats()[place]))
                        .isLessThan(TOLERANCE);
            }
        }
    }

    private static ModelFile handingOnTheCellState(ModelFile model) {
        LayerSpec layer = model.spec().layers().get(0);
        LayerSpec cell = new LayerSpec(
                layer.cell(),
                layer.input(),
                layer.hidden(),
                layer.direction(),
                layer.activation(),
                layer.resetAfter(),
                LayerSpec.Output.CELL,
                layer.options(),
                layer.tensors());
        ModelSpec spec = model.spec();
        return new ModelFile(
                new ModelSpec("m", "1", spec.features(), List.of(cell), null, null, null, null, null), model.tensors());
    }

    private static float[][] inputs(Tensor x, int row) {
        float[][] inputs = new float[x.shape()[0]][];
        for (int t = 0; t < inputs.length; t++) {
            int at = (t * x.shape()[1] + row) * x.shape()[2];
            inputs[t] = Arrays.copyOfRange(x.toFloats(), at, at + x.shape()[2]);
        }
        return inputs;
    }

    private static Tensor tensor(Path folder, String name) throws IOException {
        return OnnxImport.readTensor(Files.readAllBytes(folder.resolve("test_data_set_0/" + name + ".pb")));
    }

    /** An LSTM of width 3 over x that reads both ways; its outputs are Y, hn and cn. */
    private static OnnxBuilder lstm(Message... attributes) {
        Message[] all = Arrays.copyOf(attributes, attributes.length + 1);
        all[attributes.length] = attribute("direction", "bidirectional");
        return weights().node("LSTM", "x W R B", "Y hn cn", all);
    }

    private static OnnxBuilder weights() {
        return new OnnxBuilder(17)
                .input("x", ANY, ANY, 2)
                .weight("W", 2, 12, 2)
                .weight("R", 2, 12, 3)
                .weight("B", 2, 24)
                .ints("zero", 0)
                .ints("one", 1)
                .ints("two", 2)
                .ints("three", 3)
                .ints("six", 6)
                .ints("last", -1)
                .ints("flat", 0, 0, -1);
    }

    private static OnnxBuilder flat(OnnxBuilder graph) {
        return graph.node("Transpose", "Y", "t", perm(0, 2, 1, 3)).node("Reshape", "t flat", "y");
    }

    private static Message perm(long... order) {
        Message message = new Message().text(1, "perm").number(20, 7);
        for (long axis : order) {
            message.number(8, axis);
        }
        return message;
    }

    private static ModelFile read(OnnxBuilder graph) {
        return OnnxImport.read(graph.build(), "m", null, Map.of());
    }

    private static void refused(OnnxBuilder graph, String... parts) {
        assertThatThrownBy(() -> read(graph))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    @Test
    void shouldGiveTheSameModelForEveryWayToWriteIt() {
        ModelFile wanted = read(lstm().output("Y"));
        LayerSpec layer = wanted.spec().layers().get(0);
        assertThat(layer.direction()).isEqualTo(Direction.BOTH);
        assertThat(layer.outputSize()).isEqualTo(6);
        OnnxBuilder merged = flat(lstm()).output("y");
        OnnxBuilder allOutputs = flat(lstm()).output("y", "hn", "cn");
        OnnxBuilder zeros = weights()
                .floats("h", new float[6], 2, 1, 3)
                .node("LSTM", "x W R B - h h", "Y hn cn", attribute("direction", "bidirectional"))
                .output("Y");
        OnnxBuilder batchFirst = lstm(attribute("layout", 1)).output("Y");
        assertThat(List.of(read(merged), read(allOutputs), read(zeros), read(batchFirst)))
                .allSatisfy(model -> assertThat(model.fingerprint()).isEqualTo(wanted.fingerprint()));
    }

    @Test
    void shouldAnswerOnceForASequenceWhereTheFinalStatesAreTheAnswer() {
        ModelFile wanted = read(lstm().output("hn"));
        assertThat(wanted.spec().emit()).isEqualTo(ModelSpec.Emit.END);
        OnnxBuilder ends = flat(lstm())
                .node("Gather", "y last", "l", attribute("axis", 0))
                .node("Gather", "y zero", "f", attribute("axis", 0))
                .node("Slice", "l zero three two", "lf")
                .node("Slice", "f three six two", "fb")
                .node("Concat", "lf fb", "h", attribute("axis", -1))
                .output("h");
        OnnxBuilder sliced = flat(lstm())
                .node("Slice", "y last end zero", "l")
                .ints("end", Long.MAX_VALUE)
                .node("Slice", "y zero one zero", "f")
                .node("Slice", "l zero three two", "lf")
                .node("Slice", "f three six two", "fb")
                .node("Concat", "lf fb", "h", attribute("axis", -1))
                .output("h");
        assertThat(List.of(read(ends), read(sliced)))
                .allSatisfy(model -> assertThat(model.fingerprint()).isEqualTo(wanted.fingerprint()));
        OnnxBuilder cells = lstm().output("cn");
        assertThat(read(cells).spec().layers().get(0).output()).isEqualTo(LayerSpec.Output.CELL);
        assertThat(read(cells).spec().emit()).isEqualTo(ModelSpec.Emit.END);
    }

    @Test
    void shouldKeepTheForwardPartWhereThatAloneIsUsed() {
        ModelFile model =
                read(flat(lstm()).node("Slice", "y zero three two", "f").output("f"));
        assertThat(model.spec().layers()).hasSize(1);
        assertThat(model.spec().readsBackward()).isFalse();
        ModelFile other =
                read(flat(lstm()).node("Slice", "y three six two", "b").output("b"));
        assertThat(other.spec().layers()).hasSize(1);
        assertThat(other.spec().layers().get(0).direction()).isEqualTo(Direction.BACKWARD);
    }

    @Test
    void shouldPickTheOutputsThatAreUsed() {
        ModelFile model = read(flat(lstm())
                .ints("columns", 4, 1)
                .node("Gather", "y columns", "p", attribute("axis", 2))
                .output("p"));
        assertThat(model.spec().layers())
                .extracting(LayerSpec::cell)
                .containsExactly(LayerSpec.CellKind.LSTM, LayerSpec.CellKind.DENSE);
        float[][] inputs = {{1, 2}, {-1, 0.5f}, {0.25f, -2}};
        float[][] all = TwoWayCases.whole(TwoWayCases.network(read(lstm().output("Y"))), inputs);
        float[][] some = TwoWayCases.whole(TwoWayCases.network(model), inputs);
        for (int t = 0; t < inputs.length; t++) {
            assertThat(some[t]).containsExactly(all[t][4], all[t][1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"reverse, 1", "bidirectional, 2"})
    void shouldRefuseToReadLaterEventsUnlessTheSpecSaysHowMany(String direction, int directions) {
        ModelFile model = read(new OnnxBuilder(17)
                .input("x", ANY, ANY, 2)
                .weight("W", directions, 9, 2)
                .weight("R", directions, 9, 3)
                .node("GRU", "x W R", "Y hn", attribute("direction", direction))
                .output("Y"));
        assertThatThrownBy(() -> PartialSpec.read("{}").over(model.spec()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(
                        "layer 0 (gru)", "events that have not come yet", "\"lookAhead\"", "\"maxLength\"");
        assertThat(PartialSpec.read("{\"lookAhead\":4}").over(model.spec()).lookAhead())
                .isEqualTo(4);
        assertThat(PartialSpec.read("{\"maxLength\":40}").over(model.spec()).maxLength())
                .isEqualTo(40);
    }

    @Test
    void shouldRefuseToAnswerAtAnotherTimeThanTheGraph() {
        ModelSpec every = read(lstm().output("Y")).spec();
        ModelSpec end = read(lstm().output("hn")).spec();
        assertThatThrownBy(() ->
                        PartialSpec.read("{\"maxLength\":9,\"emit\":\"end\"}").over(every))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("answer for every event", "h_n");
        assertThatThrownBy(() ->
                        PartialSpec.read("{\"maxLength\":9,\"emit\":\"every\"}").over(end))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("one answer for a sequence", "every step");
    }

    @Test
    void shouldRefuseStatesOfLayersThatReadBackward() {
        OnnxBuilder given = weights()
                .input("h0", 2, ANY, 3)
                .input("c0", 2, ANY, 3)
                .node("LSTM", "x W R B - h0 c0", "Y hn cn", attribute("direction", "bidirectional"))
                .output("Y", "hn", "cn");
        refused(given, "the_LSTM", "initial_h", "reads backward", "must be zero");
        OnnxBuilder fixed = weights()
                .weight("h", 2, 1, 3)
                .node("LSTM", "x W R B - h", "Y hn cn", attribute("direction", "bidirectional"))
                .output("Y");
        refused(fixed, "the_LSTM", "initial_h", "not zero");
    }

    @Test
    void shouldRefuseTheStepAtWhichALayerBegins() {
        refused(
                flat(lstm()).node("Gather", "y last", "l", attribute("axis", 0)).output("l"),
                "has then read one event only",
                "h_n, Y_h");
        refused(
                flat(lstm())
                        .weight("M", 6, 2)
                        .node("Gather", "y last", "l", attribute("axis", 0))
                        .node("MatMul", "l M", "m")
                        .output("m"),
                "has then read one event only");
        refused(
                flat(lstm()).node("Gather", "y zero", "f", attribute("axis", 0)).output("f"),
                "first step of one that reads forward");
        refused(
                flat(lstm())
                        .node("Slice", "y three six two", "b")
                        .node("Gather", "b last", "l", attribute("axis", 0))
                        .output("l"),
                "the_Gather",
                "has then read one event only");
        OnnxBuilder input = flat(lstm())
                .node("Slice", "y three six two", "b")
                .node("Concat", "b x", "both", attribute("axis", -1))
                .node("Gather", "both zero", "f", attribute("axis", 0))
                .output("f");
        refused(input, "first step of one that reads forward");
        refused(
                flat(lstm()).node("Gather", "x zero", "f", attribute("axis", 0)).output("f"),
                "the_Gather",
                "not known to be time");
    }

    @Test
    void shouldRefuseDirectionsThatDoNotFit() {
        refused(
                lstm(texts("activations", "Sigmoid", "Tanh", "Tanh", "Sigmoid", "Tanh", "Relu"))
                        .output("Y"),
                "the_LSTM",
                "different activations");
        refused(
                lstm(
                                texts("activations", "Sigmoid", "Elu", "Tanh", "Sigmoid", "Elu", "Tanh"),
                                reals("activation_alpha", 0.5f, 0.6f))
                        .output("Y"),
                "different activations");
        refused(lstm(texts("activations", "Sigmoid", "Tanh", "Tanh")).output("Y"), "two directions has 6");
        OnnxBuilder one = new OnnxBuilder(17)
                .input("x", ANY, ANY, 2)
                .weight("W", 1, 12, 2)
                .weight("R", 1, 12, 3)
                .node("LSTM", "x W R", "Y", attribute("direction", "bidirectional"))
                .output("Y");
        refused(one, "the_LSTM", "W has the shape [1, 12, 2], not [2, 12, 2]");
        refused(
                weights()
                        .node("LSTM", "x W R B", "Y", attribute("direction", "sideways"))
                        .output("Y"),
                "the_LSTM",
                "no direction 'sideways'");
    }

    @Test
    void shouldRefuseTwoDirectionsOfDifferentCells() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", ANY, 1, 2)
                .weight("W", 1, 3, 2)
                .weight("R", 1, 3, 3)
                .weight("W2", 1, 4, 2)
                .weight("R2", 1, 4, 4)
                .ints("one", 1)
                .node("RNN", "x W R", "Y1")
                .node("RNN", "x W2 R2", "Y2", attribute("direction", "reverse"))
                .node("Squeeze", "Y1 one", "y1")
                .node("Squeeze", "Y2 one", "y2")
                .node("Concat", "y1 y2", "y", attribute("axis", -1))
                .output("y");
        refused(graph, "joins the outputs of several layers");
    }
}
