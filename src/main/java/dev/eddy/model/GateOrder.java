package dev.eddy.model;

/**
 * The one place that says in which order the gates of a cell are stacked in its weight matrices. Model files use PyTorch's
 * order; ONNX files are re-ordered when imported.
 */
public final class GateOrder {
    /** LSTM: input, forget, cell candidate, output. */
    public static final int LSTM_INPUT = 0;

    public static final int LSTM_FORGET = 1;
    public static final int LSTM_CELL = 2;
    public static final int LSTM_OUTPUT = 3;

    /** GRU: reset, update, candidate. */
    public static final int GRU_RESET = 0;

    public static final int GRU_UPDATE = 1;
    public static final int GRU_NEW = 2;

    /** The GRU with an update gate alone: update, candidate. */
    public static final int MINIMAL_UPDATE = 0;

    public static final int MINIMAL_NEW = 1;

    private GateOrder() {}
}
