package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One layer of the stack.
 *
 * @param cell       kind of cell
 * @param input      width of the layer's input
 * @param hidden     number of its units, of each direction
 * @param direction  recurrent layers: which way it reads a sequence; {@code null} for forward. Both ways: the output is the
 *                   forward part's, then the backward part's, and the tensors of the backward part have the roles of the
 *                   forward part with {@value #REVERSE} behind
 * @param activation activation of a cell that has one; {@code null} for the cell's own
 * @param resetAfter GRU only: whether the reset gate acts after the recurrent product (PyTorch, ONNX
 *                   {@code linear_before_reset=1}) or before it (Cho et al. 2014); {@code null} means after
 * @param output     LSTM only: what it hands on, {@code hidden} or {@code cell}; {@code null} means its hidden state h
 * @param options    variants of the cell; {@code null} for none
 * @param tensors    {@link TensorRole role} of a tensor in the cell to its name in the file; roles left out have no tensor
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"cell", "input", "hidden", "direction", "activation", "resetAfter", "output", "options", "tensors"})
public record LayerSpec(
        CellKind cell,
        int input,
        int hidden,
        Direction direction,
        Activation activation,
        Boolean resetAfter,
        Output output,
        CellOptions options,
        Map<String, String> tensors) {
    /** What the roles of a layer that reads both ways end with where they are of its backward part. */
    public static final String REVERSE = "_reverse";

    /** A layer that reads forward. */
    public LayerSpec(
            CellKind cell,
            int input,
            int hidden,
            Activation activation,
            Boolean resetAfter,
            Output output,
            CellOptions options,
            Map<String, String> tensors) {
        this(cell, input, hidden, null, activation, resetAfter, output, options, tensors);
    }

    /** A layer that reads forward and hands on its hidden state. */
    public LayerSpec(
            CellKind cell,
            int input,
            int hidden,
            Activation activation,
            Boolean resetAfter,
            Map<String, String> tensors) {
        this(cell, input, hidden, null, activation, resetAfter, null, null, tensors);
    }

    public LayerSpec {
        if (cell == null) {
            throw new InvalidModelException("a layer has no 'cell'; use one of " + CellKind.names());
        }
        if (input < 1 || hidden < 1) {
            throw new InvalidModelException("a " + cell.spelling() + " layer has input " + input + " and hidden "
                    + hidden + "; both must be at least 1");
        }
        direction = direction == Direction.FORWARD ? null : direction;
        options = CellOptions.NONE.equals(options) ? null : options;
        tensors = tensors == null ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
        requireOption(cell, "direction", direction);
        requireOption(cell, "activation", activation);
        requireOption(cell, "resetAfter", resetAfter);
        requireOption(cell, "output", output);
        if (options != null) {
            options.given().forEach(option -> requireOption(cell, option, option));
        }
        boolean both = direction == Direction.BOTH;
        tensors.keySet()
                .forEach(role -> requireRole(cell, both && role.endsWith(REVERSE) ? withoutReverse(role) : role));
        requireOwnSizes(cell, input, hidden, options);
    }

    private static void requireOption(CellKind cell, String option, Object given) {
        if (given != null && !words(cell.options).contains(option)) {
            throw new InvalidModelException("'" + option + "' does not belong to a layer of kind " + cell.spelling()
                    + (cell.options.isEmpty() ? ", which has no options" : "; it has " + words(cell.options)));
        }
    }

    private static void requireRole(CellKind cell, String role) {
        if (!words(cell.roles).contains(role)) {
            throw new InvalidModelException("a " + cell.spelling() + " layer has no tensor '" + role + "'"
                    + (cell.roles.isEmpty() ? " nor any other" : "; its tensors are " + words(cell.roles)));
        }
    }

    private static String withoutReverse(String role) {
        return role.substring(0, role.length() - REVERSE.length());
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    private static void requireOwnSizes(CellKind cell, int input, int hidden, CellOptions options) {
        if ((cell == CellKind.LAYER_NORM || cell == CellKind.DROPOUT) && input != hidden) {
            throw new InvalidModelException("a " + cell.spelling() + " layer has input " + input + " and hidden "
                    + hidden + "; both must be the same");
        }
        int activations = options == null || options.activations() == null
                ? cell.activations
                : options.activations().size();
        if (activations != cell.activations) {
            throw new InvalidModelException(
                    "a " + cell.spelling() + " layer has " + activations + " activations, not " + cell.activations);
        }
    }

    /** Its variant options; none where the spec has none. */
    public CellOptions variant() {
        return options == null ? CellOptions.NONE : options;
    }

    /** Width of what it hands on, of both directions together. */
    public int outputSize() {
        int one = variant().projection() == null || output == Output.CELL
                ? hidden
                : variant().projection();
        return direction == Direction.BOTH ? 2 * one : one;
    }

    /** Whether a part of it reads from the last event to the first. */
    public boolean readsBackward() {
        return direction != null;
    }

    /** Whether the reset gate of a GRU acts after the recurrent product. */
    public boolean resetsAfterProduct() {
        return resetAfter == null || resetAfter;
    }

    /** Kinds of layers. */
    public enum CellKind {
        @JsonProperty("lstm")
        LSTM(
                "lstm",
                4,
                3,
                "direction output activations clip coupled projection",
                "weight_ih weight_hh bias_ih bias_hh weight_hr peephole_i peephole_f peephole_o"),
        @JsonProperty("gru")
        GRU("gru", 3, 2, "direction resetAfter activations clip", "weight_ih weight_hh bias_ih bias_hh"),
        /** A GRU with an update gate alone. */
        @JsonProperty("minimalGru")
        MINIMAL_GRU("minimalGru", 2, 2, "direction activations clip", "weight_ih weight_hh bias_ih bias_hh"),
        /** Elman's network. */
        @JsonProperty("rnn")
        RNN("rnn", 1, 0, "direction activation clip", "weight_ih weight_hh bias_ih bias_hh"),
        @JsonProperty("jordan")
        JORDAN("jordan", 1, 2, "activations projection", "weight_ih weight_hh bias_ih bias_hh weight_out bias_out"),
        @JsonProperty("clockwork")
        CLOCKWORK("clockwork", 1, 0, "activation periods", "weight_ih weight_hh bias_ih bias_hh"),
        /** Echo state network. */
        @JsonProperty("reservoir")
        RESERVOIR(
                "reservoir",
                1,
                0,
                "activation leak",
                "weight_ih bias_ih indptr indices values weight_fb weight_out bias_out"),
        @JsonProperty("dense")
        DENSE("dense", 1, 0, "activation", "weight bias"),
        @JsonProperty("layerNorm")
        LAYER_NORM("layerNorm", 1, 0, "epsilon", "weight bias"),
        /** Passes everything on: a network that scores drops nothing. */
        @JsonProperty("dropout")
        DROPOUT("dropout", 1, 0, "", "");

        private final String spelling;
        private final int gates;
        private final int activations;
        private final String options; // words
        private final String roles; // words

        CellKind(String spelling, int gates, int activations, String options, String roles) {
            this.spelling = spelling;
            this.gates = gates;
            this.activations = activations;
            this.options = options;
            this.roles = roles;
        }

        /** Rows of a weight matrix per hidden unit. */
        public int gates() {
            return gates;
        }

        /** How a spec spells it. */
        public String spelling() {
            return spelling;
        }

        private static List<String> names() {
            return java.util.Arrays.stream(values()).map(CellKind::spelling).toList();
        }
    }

    /** Which way a recurrent layer reads a sequence. */
    public enum Direction {
        /** From the first event to the last. */
        @JsonProperty("forward")
        FORWARD("forward"),
        /** From the last event to the first. */
        @JsonProperty("backward")
        BACKWARD("backward"),
        /** Both ways, with two sets of weights. */
        @JsonProperty("both")
        BOTH("both");

        private final String spelling;

        Direction(String spelling) {
            this.spelling = spelling;
        }

        /** How a spec spells it. */
        public String spelling() {
            return spelling;
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
}
