package dev.eddy.artifact.onnx;

import static dev.eddy.artifact.onnx.OnnxBuilder.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cells written out as single operations that are almost, but not quite, an LSTM, GRU or RNN are refused with the difference. */
class OnnxCellRefusalTest {
    private static void refused(OnnxBuilder graph, String... parts) {
        assertThatThrownBy(() -> OnnxImport.read(graph.build(), "m", null, Map.of()))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    private static CellKind kind(OnnxBuilder graph) {
        return OnnxImport.read(graph.build(), "m", null, Map.of())
                .spec()
                .layers()
                .get(0)
                .cell();
    }

    /** The pre-activations i, f, g and o of an LSTM of width 3, or r, z of a GRU and its candidate's parts a and b. */
    private static OnnxBuilder gates(int width, int count, String names) {
        return new OnnxBuilder(17)
                .input("x", 1, width)
                .input("h0", 1, 3)
                .weight("W", width, 3L * count)
                .weight("R", 3, 3L * count)
                .weight("p", 3)
                .floats("one", new float[] {1})
                .node("MatMul", "x W", "wx")
                .node("MatMul", "h0 R", "rh")
                .node("Add", "wx rh", "all")
                .node("Split", "all", names, attribute("axis", 1));
    }

    private static OnnxBuilder lstm(int width) {
        return gates(width, 4, "i f g o")
                .input("c0", 1, 3)
                .node("Sigmoid", "i", "I")
                .node("Sigmoid", "o", "O")
                .node("Tanh", "g", "G");
    }

    private static OnnxBuilder cellState(OnnxBuilder gates, String forget, String input) {
        return gates.node("Mul", forget + " c0", "kept")
                .node("Mul", "G " + input, "new")
                .node("Add", "new kept", "cn");
    }

    private static OnnxBuilder plain(OnnxBuilder gates) {
        return cellState(gates.node("Sigmoid", "f", "F"), "F", "I");
    }

    private static OnnxBuilder hidden(OnnxBuilder cell) {
        return cell.node("Tanh", "cn", "t").node("Mul", "O t", "hn").output("hn", "cn");
    }

    @Test
    void shouldReadTheLstmThatTheOthersDifferFrom() {
        assertThat(kind(hidden(plain(lstm(2))))).isEqualTo(CellKind.LSTM);
    }

    @Test
    void shouldRefuseAGateThatReadsTheCellStateThroughAMatrix() {
        OnnxBuilder full = lstm(2).weight("M", 3, 3)
                .node("MatMul", "c0 M", "Mc")
                .node("Add", "f Mc", "f2")
                .node("Sigmoid", "f2", "F");
        refused(hidden(cellState(full, "F", "I")), "'cn'", "through a matrix");
    }

    @Test
    void shouldRefuseAnOutputGateThatPeepsAtTheOldCellState() {
        OnnxBuilder late = plain(lstm(2))
                .node("Mul", "p c0", "pc")
                .node("Add", "o pc", "o2")
                .node("Sigmoid", "o2", "O2");
        refused(
                late.node("Tanh", "cn", "t").node("Mul", "O2 t", "hn").output("hn", "cn"),
                "'cn'",
                "the output gate to the new one");
    }

    @Test
    void shouldRefuseACandidateThatSeesTheCellState() {
        OnnxBuilder seeing = gates(2, 4, "i f g o")
                .input("c0", 1, 3)
                .node("Sigmoid", "i", "I")
                .node("Sigmoid", "o", "O")
                .node("Mul", "p c0", "pc")
                .node("Add", "g pc", "g2")
                .node("Tanh", "g2", "G");
        refused(hidden(plain(seeing)), "'cn'", "a state that it does not read in such a cell");
    }

    @Test
    void shouldRefuseCoupledGatesWhoseHiddenStateIsNotReturned() {
        OnnxBuilder coupled = lstm(2).node("Sub", "one I", "F");
        refused(
                cellState(coupled, "F", "I").output("cn"),
                "'cn'",
                "coupled input and forget gates export both h and c");
    }

    @Test
    void shouldRefuseALayerNormInsideACell() {
        OnnxBuilder normed = gates(2, 4, "i0 f0 g0 o0").input("c0", 1, 3).floats("gain", new float[] {1, 1, 1}, 3);
        for (String gate : new String[] {"i", "f", "g", "o"}) {
            normed.node("LayerNormalization", gate + "0 gain", gate);
        }
        normed.node("Sigmoid", "i", "I").node("Sigmoid", "o", "O").node("Tanh", "g", "G");
        refused(hidden(plain(normed)), "'cn'", "do not read an input that comes back as the output 'hn'");
    }

    @Test
    void shouldRefuseToTakeAnEventForAProjectedState() {
        OnnxBuilder graph = plain(lstm(2))
                .weight("M", 3, 2)
                .node("Tanh", "cn", "t")
                .node("Mul", "O t", "h")
                .node("MatMul", "h M", "answer")
                .output("answer", "cn");
        refused(graph, "'cn'", "not clearly a state", "h0 and hn");
    }

    @Test
    void shouldRefuseToTakeAnEventForTheStateOfAnRnn() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("event", 1, 3)
                .input("place", 1, 4)
                .weight("W", 3, 3)
                .weight("V", 4, 3)
                .node("MatMul", "event W", "a")
                .node("MatMul", "place V", "b")
                .node("Add", "a b", "ab")
                .node("Tanh", "ab", "forecast")
                .output("forecast");
        refused(graph, "'forecast'", "not clearly a state");
    }

    @ParameterizedTest
    @CsvSource({"Tanh, its forget gate is not a sigmoid", "HardSigmoid, its forget gate is not a sigmoid"})
    void shouldRefuseOtherGates(String op, String reason) {
        refused(hidden(cellState(lstm(2).node(op, "f", "F"), "F", "I")), reason);
    }

    @Test
    void shouldRefuseAnLstmWhoseHiddenStateIsNotReturned() {
        OnnxBuilder graph = plain(lstm(2))
                .weight("M", 3, 2)
                .node("Tanh", "cn", "t")
                .node("Mul", "O t", "hn")
                .node("MatMul", "hn M", "y")
                .output("y", "cn");
        refused(graph, "'cn'", "not clearly a state", "export h and c");
    }

    @Test
    void shouldRefuseToGuessWhichInputIsTheState() {
        assertThat(kind(hidden(plain(lstm(3))))).isEqualTo(CellKind.LSTM);
        OnnxBuilder elman = new OnnxBuilder(17)
                .input("h0", 1, 3)
                .input("x", 1, 3)
                .weight("W", 3, 3)
                .weight("R", 3, 3)
                .node("MatMul", "x W", "wx")
                .node("MatMul", "h0 R", "rh")
                .node("Add", "wx rh", "all")
                .node("Tanh", "all", "hn")
                .output("hn");
        refused(elman, "'hn'", "[h0, x]", "same width");
    }

    private static OnnxBuilder gru(String argument) {
        return gates(2, 4, "a r z b")
                .node("Sigmoid", "r", "R1")
                .node("Sigmoid", "z", "Z")
                .node("Add", "a b", "ab")
                .node("Mul", "R1 ab", "rab")
                .node("Tanh", argument, "n")
                .node("Sub", "h0 n", "d")
                .node("Mul", "d Z", "zd")
                .node("Add", "zd n", "hn")
                .output("hn");
    }

    @Test
    void shouldRefuseAGruWithItsResetGateElsewhere() {
        assertThat(kind(gru("ab"))).isEqualTo(CellKind.MINIMAL_GRU);
        refused(gru("rab"), "'hn'", "reset gate is not applied to all that");
    }

    @Test
    void shouldRefuseALoopOverTime() {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", 1, 4)
                .input("h0", 1, 3)
                .weight("W", 2, 3)
                .weight("R", 3, 3);
        graph.node("Split", "x", "x0 x1", attribute("axis", 1));
        for (int t = 0; t < 2; t++) {
            graph.node("MatMul", "x" + t + " W", "wx" + t)
                    .node("MatMul", "h" + t + " R", "rh" + t)
                    .node("Add", "wx" + t + " rh" + t, "s" + t)
                    .node("Tanh", "s" + t, "h" + (t + 1));
        }
        refused(graph.output("h2"), "same weights several times", "export one step");
    }

    @Test
    void shouldRefuseAHostileProductOfProducts() {
        OnnxBuilder graph = gates(2, 1, "s0").node("Sigmoid", "s0", "m0");
        for (int i = 0; i < 200; i++) {
            graph.node("Mul", "m" + i + " m" + i, "m" + (i + 1));
        }
        refused(graph.output("m200"), "a product of two computed values");
    }
}
