package dev.eddy.artifact.onnx;

import static dev.eddy.artifact.onnx.OnnxBuilder.attribute;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.onnx.OnnxBuilder.Message;
import dev.eddy.model.InvalidModelException;
import dev.eddy.network.LiveModel;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Graphs that would give other numbers event by event are refused, with the node and the reason. */
class OnnxRefusalTest {
    private static final long ANY = -1;

    /** An LSTM of width 3 over x with states h0 and c0; its outputs are Y, hn and cn. */
    private static OnnxBuilder lstm(Message... attributes) {
        return states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .node("LSTM", "x W R B - h0 c0", "Y hn cn", attributes)
                .ints("one", 1);
    }

    private static OnnxBuilder states(OnnxBuilder builder) {
        return builder.input("h0", 1, ANY, 3)
                .input("c0", 1, ANY, 3)
                .weight("W", 1, 12, 2)
                .weight("R", 1, 12, 3)
                .weight("B", 1, 24);
    }

    private static void refused(OnnxBuilder graph, String... parts) {
        assertThatThrownBy(() -> OnnxImport.read(graph.build(), "m", null, Map.of()))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> org.assertj.core.api.Assertions.assertThat(e.getMessage())
                        .contains(parts)
                        .doesNotContain("\n"));
    }

    @Test
    void shouldRefuseCellsThatMakeNoSense() {
        refused(lstm(attribute("clip", -3f)).output("Y"), "the_LSTM", "clip is -3.0", "above 0");
        refused(lstm(attribute("hidden_size", 4)).output("Y"), "the_LSTM", "hidden_size 4");
        OnnxBuilder peepholes = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .weight("P", 1, 6)
                .node("LSTM", "x W R B - h0 c0 P", "Y hn cn")
                .output("Y");
        refused(peepholes, "the_LSTM", "P has the shape [1, 6], not [1, 9]");
    }

    @Test
    void shouldRefuseSequenceLengthsThatAreInputs() {
        OnnxBuilder graph = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .ids("lengths", ANY)
                .node("LSTM", "x W R B lengths h0 c0", "Y hn cn")
                .output("Y");
        refused(graph, "the_LSTM", "sequence lengths", "lengths");
    }

    @Test
    void shouldRefuseAStartStateThatIsFixedButNotZero() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", ANY, 1, 2)
                .weight("W", 1, 3, 2)
                .weight("R", 1, 3, 3)
                .weight("h", 1, 1, 3)
                .node("RNN", "x W R - - h", "Y hn")
                .output("Y");
        refused(graph, "the_RNN", "not zero");
    }

    @Test
    void shouldRefuseWeightsThatAreInputsUntilTheyAreBound() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", ANY, 1, 2)
                .input("W", 1, 3, 2)
                .weight("R", 1, 3, 3)
                .node("RNN", "x W R", "Y hn")
                .output("Y");
        refused(graph, "the_RNN", "--bind W=FILE.pb");
    }

    @Test
    void shouldRefuseAnInputThatTheGraphIgnores() {
        OnnxBuilder graph = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .node("LSTM", "x W R B - c0 c0", "Y hn cn")
                .output("Y", "hn", "cn");
        refused(graph, "c0", "two states");
        refused(lstm().input("extra", 1, 1, 2).output("Y"), "'extra'", "does not depend on it");
    }

    @Test
    void shouldRefuseCrossedStates() {
        OnnxBuilder graph = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .weight("W2", 1, 12, 3)
                .weight("R2", 1, 12, 3)
                .input("h1", 1, ANY, 3)
                .input("c1", 1, ANY, 3)
                .ints("one", 1)
                .node("LSTM", "x W R B - h0 c0", "Y hn cn")
                .node("Squeeze", "Y one", "y")
                .node("LSTM", "y W2 R2 - - h1 c1", "Y2 hn1 cn1")
                .node("Concat", "hn1 hn", "both", attribute("axis", 0))
                .output("Y2", "both");
        refused(graph, "'both'", "crossed");
        OnnxBuilder swapped = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .node("LSTM", "x W R B - c0 h0", "Y hn cn")
                .output("Y", "hn", "cn");
        refused(swapped, "'cn'", "crossed");
    }

    @Test
    void shouldRefuseAStateOutputThatIsNotTheFinalState() {
        OnnxBuilder graph = lstm().floats("half", new float[] {0.5f})
                .node("Mul", "hn half", "less")
                .output("Y", "less", "cn");
        refused(graph, "several outputs", "less");
        OnnxBuilder unchanged = lstm().node("Identity", "h0", "same").output("Y", "same", "cn");
        refused(unchanged, "same");
    }

    @Test
    void shouldRefuseStatesOfWhichSomeAreReset() {
        OnnxBuilder graph = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .node("LSTM", "x W R B - h0", "Y hn cn")
                .output("Y", "hn");
        refused(graph, "at zero with every call");
    }

    @Test
    void shouldRefuseAReshapeThatMixesTimeAndFeatures() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", 5, 1, 2)
                .weight("W", 1, 3, 2)
                .weight("R", 1, 3, 3)
                .ints("flat", 1, 15)
                .weight("M", 15, 2)
                .node("RNN", "x W R", "Y hn")
                .node("Reshape", "Y flat", "f")
                .node("MatMul", "f M", "y")
                .output("y");
        refused(graph, "the_Reshape", "mixes time");
    }

    @Test
    void shouldRefuseToTakeAnyStepButTheLast() {
        OnnxBuilder first = lstm().ints("zero", 0)
                .node("Gather", "Y zero", "y", attribute("axis", 0))
                .output("y");
        refused(first, "the_Gather", "only the last step");
        OnnxBuilder batch = lstm().ints("last", -1)
                .node("Gather", "Y last", "y", attribute("axis", 2))
                .output("y");
        refused(batch, "the_Gather", "not known to be time");
    }

    @Test
    void shouldRefuseALayerThatReadsOnlyTheLastStepOfAnother() {
        OnnxBuilder graph = lstm().weight("W2", 1, 3, 3)
                .weight("R2", 1, 3, 3)
                .node("RNN", "hn W2 R2", "Y2 hn2")
                .output("Y2");
        refused(graph, "the_RNN", "last step of another layer");
    }

    @Test
    void shouldRefuseOperatorsItDoesNotKnow() {
        refused(lstm().node("Erf", "Y", "y").output("y"), "the_Erf", "no layer here has this function");
        refused(lstm().node("SplitToSequence", "Y", "y").output("y"), "the_SplitToSequence", "export one step");
        refused(lstm().node("Size", "Y", "y").output("y"), "the_Size", "no counterpart");
        refused(lstm().node("com.microsoft", "Gelu", "Y", "y").output("y"), "the_Gelu", "com.microsoft");
        refused(lstm().node("Mul", "Y Y", "y").output("y"), "a product of two computed values");
        refused(
                lstm().node("Softmax", "Y", "y", attribute("axis", 0)).output("y"),
                "the_Softmax",
                "over time or batch");
    }

    @Test
    void shouldRefuseFunctionsOfWhichALayerHasNone() {
        for (String name : new String[] {"Gelu", "HardSwish", "Mish", "Log"}) {
            refused(lstm().node(name, "Y", "y").output("y"), "the_" + name, "no layer here has this function");
        }
        OnnxBuilder slopes = lstm().floats("slopes", new float[] {0.1f, 0.2f, 0.3f}, 3);
        refused(slopes.node("PRelu", "Y slopes", "y").output("y"), "the_PRelu", "a slope for each feature");
        OnnxBuilder wide = lstm().floats("least", new float[] {-100}).floats("most", new float[] {100});
        refused(wide.node("Clip", "Y least most", "y").output("y"), "the_Clip", "between -100.0 and 100.0");
        refused(lstm().node("Sqrt", "Y", "y").output("y"), "other than in a LayerNorm");
        refused(lstm().node("Tanh", "Y", "t").node("Div", "Y t", "y").output("y"), "the_Div", "divides by a computed");
    }

    @Test
    void shouldRefuseLayersThatAreTrainedWhileTheyRun() {
        OnnxBuilder drop = lstm().floats("ratio", new float[] {0.5f}).ints("on", 1);
        refused(drop.node("Dropout", "Y ratio on", "y").output("y"), "the_Dropout", "model.eval()");
        OnnxBuilder norm = lstm().weight("a", 3).weight("b", 3).weight("c", 3).floats("d", new float[] {1, 1, 1}, 3);
        refused(
                norm.node("BatchNormalization", "Y a b c d", "y", attribute("training_mode", 1))
                        .output("y"),
                "the_BatchNormalization",
                "model.eval()");
    }

    @Test
    void shouldRefuseALayerNormOverOtherThanTheFeaturesOfAStep() {
        OnnxBuilder graph = lstm().weight("gain", 3);
        refused(
                graph.node("LayerNormalization", "Y gain", "y", attribute("axis", 0))
                        .output("y"),
                "the_LayerNormalization",
                "other than the features of one step");
        refused(lstm().ints("axes", 0).node("ReduceMean", "Y axes", "y").output("y"), "the_ReduceMean", "other than");
    }

    @Test
    void shouldRefuseWeightsWithMissingGatesOrThatAreNotFinite() {
        OnnxBuilder three = states(new OnnxBuilder(17).input("x", ANY, ANY, 2))
                .weight("W3", 1, 9, 2)
                .node("LSTM", "x W3 R B - h0 c0", "Y hn cn")
                .output("Y");
        refused(three, "its W has the shape [1, 9, 2], not [1, 12, 2]");
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] weights = new float[9];
            weights[4] = bad;
            byte[] file = new OnnxBuilder(17)
                    .input("x", ANY, ANY, 3)
                    .floats("W", weights, 1, 3, 3)
                    .weight("R", 1, 3, 3)
                    .node("RNN", "x W R", "Y hn")
                    .output("Y")
                    .build();
            ModelFile model = OnnxImport.read(file, "m", null, Map.of());
            assertThatThrownBy(() -> LiveModel.compile(model.id(), model.spec(), model))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("holds " + bad + "; weights must be finite");
        }
    }

    @Test
    void shouldRefuseNodesWhoseInputsAreMissing() {
        refused(lstm().node("Gather", "Y -", "y").output("y"), "the_Gather", "input 1 is missing");
        refused(lstm().node("Where", "- Y Y", "y").output("y"), "the_Where", "input 0 is missing");
    }

    @Test
    void shouldRefuseResidualConnections() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", ANY, ANY, 3)
                .weight("W", 1, 3, 3)
                .weight("R", 1, 3, 3)
                .ints("one", 1)
                .node("RNN", "x W R", "Y hn")
                .node("Squeeze", "Y one", "y")
                .node("Add", "x y", "z")
                .output("z");
        refused(graph, "sum of two layers");
    }

    @Test
    void shouldRefuseOldAndForeignFiles() {
        refused(new OnnxBuilder(3).input("x", ANY, 2).node("Tanh", "x", "y").output("y"), "opset 3");
        refused(new OnnxBuilder(17).input("x", ANY, ANY).node("Tanh", "x", "y").output("y"), "'x'", "no fixed number");
        refused(
                new OnnxBuilder(17)
                        .input("x", ANY, 2)
                        .node("Tanh", "nothing", "y")
                        .output("y"),
                "nothing");
        assertThatThrownBy(() -> OnnxImport.read(new byte[0], "m", null, Map.of()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("no graph");
    }

    @Test
    void shouldRefuseToAllocateWhatTheFileDoesNotHold() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", ANY, 2)
                .ints("shape", 1L << 30, 1L << 30, 1L << 30)
                .node("ConstantOfShape", "shape", "huge")
                .node("Add", "x huge", "y")
                .output("y");
        refused(graph, "far larger");
    }

    @Test
    void shouldRefuseATensorWhoseDataAreMissing() {
        Message tensor = OnnxBuilder.tensor("W", TensorDecoder.FLOAT, java.nio.ByteBuffer.allocate(8), 1, 3, 2);
        refused(
                new OnnxBuilder(17)
                        .initializer(tensor)
                        .input("x", ANY, 2)
                        .node("Add", "x W", "y")
                        .output("y"),
                "'W'",
                "needs 24 bytes but has 8");
    }

    @Test
    void shouldRefuseExternalDataOutsideTheFolder() {
        Message entry = new Message().text(1, "location").text(2, "../../etc/passwd");
        Message tensor = new Message()
                .number(1, 6)
                .number(2, 1)
                .text(8, "W")
                .message(13, entry)
                .number(14, 1);
        byte[] file = new OnnxBuilder(17)
                .initializer(tensor)
                .input("x", ANY, 2)
                .node("Add", "x W", "y")
                .output("y")
                .build();
        assertThatThrownBy(() -> OnnxImport.read(file, "m", java.nio.file.Path.of("/tmp"), Map.of()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("not in the folder of the model");
        assertThatThrownBy(() -> OnnxImport.read(lstm().output("absent").build(), "m", null, Map.of()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("absent");
    }
}
