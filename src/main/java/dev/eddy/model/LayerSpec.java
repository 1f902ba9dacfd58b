package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;
import java.util.TreeMap;

/**
 * One layer of the stack.
 *
 * @param cell       kind of cell
 * @param input      width of the layer's input
 * @param hidden     width of the layer's output
 * @param activation activation of an {@code rnn} or {@code dense} layer; {@code null} for the cell's own
 * @param resetAfter GRU only: whether the reset gate acts after the recurrent product (PyTorch, ONNX
 *                   {@code linear_before_reset=1}) or before it (Cho et al. 2014); {@code null} means after
 * @param output     LSTM only: what it hands on, {@code hidden} or {@code cell}; {@code null} means its hidden state h
 * @param tensors    role of a tensor in the cell ({@code weight_ih}, {@code weight_hh}, {@code bias_ih},
 *                   {@code bias_hh}; {@code weight}, {@code bias} of a dense layer) to its name in the file; roles left
 *                   out have no tensor
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"cell", "input", "hidden", "activation", "resetAfter", "output", "tensors"})
public record LayerSpec(
        CellKind cell,
        int input,
        int hidden,
        Activation activation,
        Boolean resetAfter,
        Output output,
        Map<String, String> tensors) {

    /** The tensor roles of recurrent cells, as PyTorch names them. */
    public static final String WEIGHT_IH = "weight_ih";

    public static final String WEIGHT_HH = "weight_hh";
    public static final String BIAS_IH = "bias_ih";
    public static final String BIAS_HH = "bias_hh";
    /** The tensor roles of a dense layer. */
    public static final String WEIGHT = "weight";

    public static final String BIAS = "bias";

    /** A layer that hands on its hidden state. */
    public LayerSpec(
            CellKind cell,
            int input,
            int hidden,
            Activation activation,
            Boolean resetAfter,
            Map<String, String> tensors) {
        this(cell, input, hidden, activation, resetAfter, null, tensors);
    }

    public LayerSpec {
        if (cell == null) {
            throw new InvalidModelException("a layer has no 'cell'; use one of " + CellKind.names());
        }
        if (input < 1 || hidden < 1) {
            throw new InvalidModelException("a " + cell.spelling() + " layer has input " + input + " and hidden "
                    + hidden + "; both must be at least 1");
        }
        if (resetAfter != null && cell != CellKind.GRU) {
            throw new InvalidModelException("'resetAfter' belongs to a gru, not to a layer of kind " + cell.spelling());
        }
        if (output != null && cell != CellKind.LSTM) {
            throw new InvalidModelException("'output' belongs to an lstm, not to a layer of kind " + cell.spelling());
        }
        if (activation != null && cell != CellKind.RNN && cell != CellKind.DENSE) {
            throw new InvalidModelException(
                    "'activation' belongs to an rnn or dense layer, not to one of kind " + cell.spelling());
        }
        tensors = tensors == null ? Map.of() : java.util.Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
    }

    /** Whether the reset gate of a GRU acts after the recurrent product. */
    public boolean resetsAfterProduct() {
        return resetAfter == null || resetAfter;
    }

    /** Kinds of layers. */
    public enum CellKind {
        @JsonProperty("lstm")
        LSTM(4),
        @JsonProperty("gru")
        GRU(3),
        @JsonProperty("rnn")
        RNN(1),
        @JsonProperty("dense")
        DENSE(1);

        private final int gates;

        CellKind(int gates) {
            this.gates = gates;
        }

        /** Rows of a weight matrix per hidden unit. */
        public int gates() {
            return gates;
        }

        /** How a spec spells it. */
        public String spelling() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static String names() {
            return "lstm, gru, rnn, dense";
        }
    }

    /** What an LSTM hands on to the next layer. */
    public enum Output {
        /** The hidden state h. */
        @JsonProperty("hidden")
        HIDDEN,
        /** The cell state c. */
        @JsonProperty("cell")
        CELL
    }

    /** Element-wise functions. */
    public enum Activation {
        @JsonProperty("tanh")
        TANH,
        @JsonProperty("relu")
        RELU,
        @JsonProperty("sigmoid")
        SIGMOID,
        @JsonProperty("identity")
        IDENTITY
    }
}
