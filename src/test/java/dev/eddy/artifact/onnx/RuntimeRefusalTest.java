package dev.eddy.artifact.onnx;

import static dev.eddy.artifact.onnx.OnnxBuilder.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.models.ModelImport;
import dev.eddy.app.models.ModelImport.Engine;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.OnnxBuilder.Message;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import dev.eddy.testing.RuntimeCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that Eddy does not recognise: which ones run on ONNX Runtime, and which are refused because they would stream wrongly. */
class RuntimeRefusalTest {
    @TempDir
    private Path folder;

    private ModelImport.Imported read(OnnxBuilder graph, String spec, Engine engine) throws IOException {
        Path file = Files.write(folder.resolve("m.onnx"), graph.build());
        return new ModelImport(file, spec, null, null, Map.of(), engine).imported();
    }

    private void refused(OnnxBuilder graph, String spec, Engine engine, String... parts) {
        assertThatThrownBy(() -> read(graph, spec, engine))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    private void refused(OnnxBuilder graph, String... parts) {
        refused(graph, null, Engine.AUTO, parts);
    }

    /** h' = sin(x W + h R), y = h' M. */
    private static OnnxBuilder cell(String h, String hn) {
        return cell(new OnnxBuilder(17).input("x", 1, 2).input(h, 1, 3), h, hn)
                .shaped("y", 1, 2)
                .shaped(hn, 1, 3);
    }

    private static OnnxBuilder cell(OnnxBuilder start, String h, String hn) {
        return start.weight("W", 2, 3)
                .weight("R", 3, 3)
                .weight("M", 3, 2)
                .node("MatMul", "x W", "wx")
                .node("MatMul", h + " R", "rh")
                .node("Add", "wx rh", "sum")
                .node("Sin", "sum", hn)
                .node("MatMul", hn + " M", "y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h0 hn",
                "h h_out",
                "past_h present_h",
                "state_in state_out",
                "prevState nextState",
                "hx hy",
                "h h_n",
                "hidden_0 hidden_n"
            })
    void shouldPairStatesByTellingNames(String names) throws IOException {
        String[] pair = names.split(" ", -1);
        ModelImport.Imported imported = read(cell(pair[0], pair[1]), null, Engine.AUTO);
        assertThat(imported.reason()).contains("Sin");
        assertThat(imported.model().spec().engine().states())
                .singleElement()
                .satisfies(state ->
                        assertThat(List.of(state.input(), state.output())).containsExactly(pair[0], pair[1]));
        assertThat(imported.model().spec().engine().output()).isEqualTo("y");
        assertThat(imported.model().spec().probes()).hasSize(1);
    }

    @Test
    void shouldRunOnEddyWhatItRecognisesUnlessAskedOtherwise() throws IOException {
        OnnxBuilder elman = new OnnxBuilder(17)
                .input("x", 1, 2)
                .input("h0", 1, 3)
                .weight("W", 2, 3)
                .weight("R", 3, 3)
                .node("MatMul", "x W", "wx")
                .node("MatMul", "h0 R", "rh")
                .node("Add", "wx rh", "sum")
                .node("Tanh", "sum", "hn")
                .shaped("hn", 1, 3);
        assertThat(read(elman, null, Engine.AUTO).reason()).isNull();
        ModelImport.Imported asked = read(elman, null, Engine.ONNXRUNTIME);
        assertThat(asked.reason()).isEqualTo("it was asked for");
        assertThat(asked.model().spec().engine().output()).isEqualTo("hn");
        assertThat(TestModels.live(asked.model()).network().stateSize()).isEqualTo(3);
    }

    @Test
    void shouldRefuseAsEverWhereEddyAloneIsAskedFor() {
        refused(cell("h0", "hn"), null, Engine.NATIVE, "Sin node");
    }

    @Test
    void shouldAskWhereNamesDoNotTell() throws IOException {
        refused(cell("a", "b"), "not clear which outputs", "a [1, 3]", "b [1, 3]", "\"states\": [{\"input\"");
        String spec = "{\"engine\": {\"states\": [{\"input\": \"a\", \"output\": \"b\"}]}}";
        assertThat(read(cell("a", "b"), spec, Engine.AUTO)
                        .model()
                        .spec()
                        .engine()
                        .states())
                .hasSize(1);
        OnnxBuilder two = cell("h", "h_out").node("Neg", "h_out", "h_new").shaped("h_new", 1, 3);
        refused(two, "not clear whether", "h_out", "h_new");
    }

    @Test
    void shouldRefuseWrongNamesOfTheSpec() {
        OnnxBuilder graph = cell("a", "b");
        refused(graph, engine("a", "c"), Engine.AUTO, "the output 'c'", "y [1, 2], b [1, 3]");
        refused(graph, engine("c", "b"), Engine.AUTO, "the input 'c'");
        refused(graph, engine("a", "y"), Engine.AUTO, "a state must come back as it went in");
        refused(graph, "{\"engine\": {\"states\": [{\"input\": \"a\"}]}}", Engine.AUTO, "'input' and an 'output'");
        refused(graph, "{\"engine\": {\"graph\": \"onnx\"}}", Engine.AUTO, "unknown property 'graph'");
        refused(graph, "{\"engine\": {\"kind\": \"other\"}}", Engine.AUTO, "other");
        refused(cell("h0", "hn"), "{\"engine\": {\"output\": \"z\"}}", Engine.AUTO, "the output 'z'");
    }

    private static String engine(String input, String output) {
        return "{\"engine\": {\"states\": [{\"input\": \"" + input + "\", \"output\": \"" + output + "\"}]}}";
    }

    @Test
    void shouldRefuseAStateThatIsNotReturned() {
        OnnxBuilder graph = cell(new OnnxBuilder(17).input("x", 1, 2).input("h0", 1, 3), "h0", "hn");
        refused(graph.shaped("y", 1, 2), "'h0'", "by name is a state", "no output");
    }

    @Test
    void shouldRefuseAStateThatIsIgnored() {
        OnnxBuilder graph = cell("h0", "hn").input("c0", 1, 4);
        graph.floats("zeros", new float[4], 4).node("Mul", "c0 zeros", "cn").shaped("cn", 1, 4);
        refused(graph, "ignores the state 'c0'");
    }

    @Test
    void shouldRefuseAnIgnoredPartOfAState() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", 1, 3)
                .input("h0", 2, 1, 3)
                .ints("zero", 0)
                .ints("one", 1)
                .node("Slice", "h0 zero one zero", "first")
                .node("Add", "x first", "sum")
                .node("Sin", "sum", "y")
                .node("Concat", "y y", "hn", attribute("axis", 0))
                .shaped("y", 1, 1, 3)
                .shaped("hn", 2, 1, 3);
        refused(graph, "ignores the state 'h0', part 1");
    }

    @Test
    void shouldRefuseAGraphWithoutStatesUnlessAskedFor() throws IOException {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", 1, 2)
                .weight("W", 2, 3)
                .node("MatMul", "x W", "wx")
                .node("Sin", "wx", "y")
                .shaped("y", 1, 3);
        refused(graph, null, Engine.ONNXRUNTIME, "no state that goes in and comes out", "\"states\": []");
        ModelFile model =
                read(graph, "{\"engine\": {\"states\": []}}", Engine.AUTO).model();
        assertThat(TestModels.live(model).network().isRecurrent()).isFalse();
        refused(
                graph,
                "{\"engine\": {\"states\": []}, \"emit\": \"end\"}",
                Engine.AUTO,
                "nothing to say of a sequence");
    }

    @Test
    void shouldRefuseSeveralEventsInACall() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", 1, 4, 3)
                .input("h0", 1, 1, 3)
                .node("ReduceMean", "x", "mean", attribute("keepdims", 1))
                .node("Add", "mean h0", "sum")
                .node("Sin", "sum", "hn")
                .shaped("hn", 1, 1, 3);
        refused(graph, null, Engine.ONNXRUNTIME, "[1, 4, 3]", "a call takes 4 at once", "one event");
        refused(
                cell(new OnnxBuilder(17).input("x", 1, -1).input("h0", 1, 3), "h0", "hn")
                        .shaped("hn", 1, 3),
                null,
                Engine.ONNXRUNTIME,
                "no fixed number of elements in its last axis");
    }

    @Test
    void shouldRefuseAGraphThatLooksAlongTime() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", 1, -1, 3)
                .input("h0", 1, 1, 3)
                .node(
                        "ReduceMean",
                        "x",
                        "mean",
                        new Message().text(1, "axes").number(20, 7).number(8, 1),
                        attribute("keepdims", 1))
                .node("Add", "mean h0", "sum")
                .node("Sin", "sum", "hn")
                .shaped("hn", 1, 1, 3);
        refused(graph, null, Engine.ONNXRUNTIME, "cannot stream", "3 events in one call", "[x]");
    }

    private static OnnxBuilder gru(String direction, String initial, long directions) {
        return new OnnxBuilder(17)
                .input("x", 1, 1, 3)
                .input("h0", directions, 1, 4)
                .weight("W", directions, 12, 3)
                .weight("R", directions, 12, 4)
                .node(
                        "GRU",
                        "x W R - - " + initial,
                        "Y Yh",
                        attribute("hidden_size", 4),
                        attribute("direction", direction))
                .node("Sin", "Yh", "s")
                .node("Add", "s h0", "hn")
                .shaped("hn", directions, 1, 4);
    }

    @Test
    void shouldRefuseReverseDirectionsAndStatesThatBeginAnew() {
        refused(
                gru("bidirectional", "h0", 2),
                null,
                Engine.ONNXRUNTIME,
                "GRU node 'Y'",
                "its direction is bidirectional");
        refused(gru("reverse", "h0", 1), null, Engine.ONNXRUNTIME, "its direction is reverse");
        refused(gru("forward", "-", 1), null, Engine.ONNXRUNTIME, "initial_h", "start anew at every event");
    }

    private static OnnxBuilder lstm(String hn, String cn) {
        return new OnnxBuilder(17)
                .input("x", 1, 1, 3)
                .input("h0", 1, 1, 4)
                .input("c0", 1, 1, 4)
                .weight("W", 1, 16, 3)
                .weight("R", 1, 16, 4)
                .node("LSTM", "x W R - - h0 c0", "Y Yh Yc", attribute("hidden_size", 4))
                .node("Sin", "Y", "y")
                .node("Identity", hn, "hn")
                .node("Identity", cn, "cn")
                .shaped("y", 1, 1, 1, 4)
                .shaped("hn", 1, 1, 4)
                .shaped("cn", 1, 1, 4);
    }

    @Test
    void shouldRefuseCrossedStates() throws IOException {
        assertThat(read(lstm("Yh", "Yc"), null, Engine.AUTO)
                        .model()
                        .spec()
                        .engine()
                        .states())
                .hasSize(2);
        refused(lstm("Yc", "Yh"), null, Engine.ONNXRUNTIME, "LSTM node 'Y'", "returns its new h", "crossed");
    }

    @Test
    void shouldRefuseWhatEddyKnowsToStreamWronglyOnEveryEngine() {
        OnnxBuilder elman = new OnnxBuilder(17)
                .input("x", 1, 2)
                .input("h0", 1, 3)
                .input("unused", 1, 3)
                .weight("W", 2, 3)
                .weight("R", 3, 3)
                .node("MatMul", "x W", "wx")
                .node("MatMul", "h0 R", "rh")
                .node("Add", "wx rh", "sum")
                .node("Tanh", "sum", "hn")
                .shaped("hn", 1, 3);
        refused(elman, null, Engine.ONNXRUNTIME, "declares the input 'unused'");
    }

    @Test
    void shouldRefuseRandomNumbersAndControlFlow() {
        refused(
                cell("h0", "hn").node("RandomNormalLike", "y", "noise").shaped("noise", 1, 2),
                "{\"engine\": {\"output\": \"noise\"}}",
                Engine.AUTO,
                "random numbers");
        Message inner = new Message().text(1, "body").message(6, new Message()).number(20, 5);
        refused(cell("h0", "hn").node("Loop", "h0", "z", inner), "graphs inside its nodes");
    }

    @Test
    void shouldRefuseOtherTypes() {
        int half = TensorDecoder.FLOAT16;
        OnnxBuilder input = cell(new OnnxBuilder(17).port(11, "x", half, 1, 2).input("h0", 1, 3), "h0", "hn");
        refused(input.shaped("y", 1, 2).shaped("hn", 1, 3), "'x'", "ONNX type 10", "use float");
        OnnxBuilder state =
                cell(new OnnxBuilder(17).input("x", 1, 2).port(11, "h0", TensorDecoder.DOUBLE, 1, 3), "h0", "hn");
        refused(
                state.shaped("y", 1, 2).port(12, "hn", TensorDecoder.DOUBLE, 1, 3),
                "'h0'",
                "ONNX type 11",
                "states must be float");
        OnnxBuilder answer = cell("h0", "hn")
                .node("Cast", "hn", "z", attribute("to", TensorDecoder.DOUBLE))
                .port(12, "z", TensorDecoder.DOUBLE, 1, 3);
        refused(
                answer,
                "{\"engine\": {\"output\": \"z\"}}",
                Engine.AUTO,
                "'z'",
                "DOUBLE",
                "export the graph with float32");
    }

    @Test
    void shouldRefuseUnclearAnswers() {
        OnnxBuilder graph = cell("h0", "hn").node("Neg", "y", "z").shaped("z", 1, 2);
        refused(graph, "which output of the graph is its answer", "y [1, 2], z [1, 2]", "\"output\"");
    }

    @Test
    void shouldRefuseWhatTheRuntimeDoesNotKnow() {
        refused(
                cell("h0", "hn").node("my.company", "Magic", "y", "z").shaped("z", 1, 2),
                "{\"engine\": {\"output\": \"z\"}}",
                Engine.AUTO,
                "ONNX Runtime does not take the model's graph");
    }

    @Test
    void shouldRefuseBoundInputs() {
        Path file = RuntimeCases.FOLDER.resolve("traces.onnx");
        assertThatThrownBy(() -> new ModelImport(file, null, null, null, Map.of("a", file), Engine.ONNXRUNTIME).run())
                .isInstanceOf(InvalidModelException.class);
    }

    @Test
    void shouldRefuseAnotherEngineForAnythingButOnnx() {
        Path file = Path.of("src/test/resources/golden/gru.safetensors");
        assertThatThrownBy(() -> new ModelImport(file, null, null, null, Map.of(), Engine.ONNXRUNTIME).run())
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("another engine runs ONNX graphs alone");
    }

    /** A model file with a graph as nobody's import would make it. */
    private static ModelFile hostile(byte[] graph) {
        EngineSpec engine = new EngineSpec(
                EngineSpec.Kind.ONNX_RUNTIME,
                "onnx",
                List.of(new EngineSpec.Input("x", null, new int[] {1, 2}, null)),
                List.of(new EngineSpec.State("h0", "hn", new int[] {1, 3})),
                "y",
                false);
        ModelSpec spec = new ModelSpec(
                "m",
                "1",
                List.of(new Feature.Vector("features", 2, null, null, null)),
                null,
                engine,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        return new ModelFile(spec, Map.of("onnx", Tensor.ofBytes(graph)));
    }

    private static void rejected(byte[] graph, String... parts) {
        assertThatThrownBy(() -> TestModels.live(hostile(graph)))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    @Test
    void shouldNeverReadOtherFilesForAModel() {
        assertThat(TestModels.live(hostile(cell("h0", "hn").build())).network().stateSize())
                .isEqualTo(3 + 2);
        for (String location : List.of("/etc/passwd", "../secret", "*/_ORT_MEM_ADDR_/*")) {
            Message entry = new Message().text(1, "location").text(2, location);
            Message tensor = new Message()
                    .number(1, 3)
                    .number(2, TensorDecoder.FLOAT)
                    .text(8, "B")
                    .message(13, entry)
                    .number(14, 1);
            rejected(cell("h0", "hn").initializer(tensor).build(), "weight 'B'", "another file");
        }
    }

    @Test
    void shouldRejectGraphsThatAreNoneOrOther() {
        rejected(new byte[] {1, 2, 3}, "not readable as ONNX");
        rejected(new byte[0], "holds no graph");
        rejected("\0\0\0\0ORTM and more".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "graph");
        rejected(cell("other", "hn").build(), "names the inputs [h0, x]", "[other, x]");
        rejected(cell("h0", "other").build(), "names the output 'hn'");
        byte[] functions = ByteBuffer.allocate(cell("h0", "hn").build().length + 3)
                .put(cell("h0", "hn").build())
                .put(new byte[] {(byte) 0xca, 0x01, 0x00})
                .array();
        rejected(functions, "functions of its own");
        byte[] wide = cell(new OnnxBuilder(17).input("x", 1, 2).input("h0", 1, 4), "h0", "hn")
                .shaped("y", 1, 2)
                .shaped("hn", 1, 4)
                .build();
        assertThatThrownBy(() -> TestModels.live(hostile(wide))).isInstanceOf(InvalidModelException.class);
    }

    @Test
    void shouldRejectEnormousTensorsAndGoOn() {
        OnnxBuilder graph = cell("h0", "hn")
                .ints("shape", 1L << 20, 1L << 20)
                .node("ConstantOfShape", "shape", "big")
                .node("ReduceSum", "big", "total")
                .node("Add", "y total", "z")
                .shaped("z", 1, 2);
        rejected(graph.build(), "ONNX Runtime");
    }

    @Test
    void shouldRejectEveryMutantOrRunIt() {
        java.util.Random random = new java.util.Random(11);
        byte[] file = cell("h0", "hn").build();
        long end = System.nanoTime() + 3_000_000_000L;
        for (int i = 0; i < 1000 && System.nanoTime() < end; i++) {
            byte[] mutant = file.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                TestModels.live(hostile(mutant));
            } catch (InvalidModelException e) {
                assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(4000);
            }
        }
    }
}
