package dev.eddy.model;

/** What a tensor is to its layer. Roles are keys of a layer's {@code tensors} in the spec; shapes stand beside them. */
public final class TensorRole {
    /** Recurrent cells, as PyTorch names them; reservoir: the input weights. */
    public static final String WEIGHT_IH = "weight_ih"; // (gates*hidden, input)

    public static final String WEIGHT_HH = "weight_hh"; // (gates*hidden, width of what is fed back)
    public static final String BIAS_IH = "bias_ih"; // (gates*hidden)
    public static final String BIAS_HH = "bias_hh"; // (gates*hidden)

    /** LSTM: the projection of h. */
    public static final String WEIGHT_HR = "weight_hr"; // (projection, hidden)
    /** LSTM: what the gates see of the cell state. */
    public static final String PEEPHOLE_I = "peephole_i"; // (hidden)

    public static final String PEEPHOLE_F = "peephole_f"; // (hidden)
    public static final String PEEPHOLE_O = "peephole_o"; // (hidden)

    /** Jordan: the output; reservoir: the readout that is fed back. */
    public static final String WEIGHT_OUT = "weight_out"; // (outputs, hidden)

    public static final String BIAS_OUT = "bias_out"; // (outputs)
    /** Reservoir: from the readout back to the units. */
    public static final String WEIGHT_FB = "weight_fb"; // (hidden, outputs)
    /** Reservoir: the recurrent weights row by row, as compressed sparse rows; the first two are integers. */
    public static final String INDPTR = "indptr"; // (hidden + 1)

    public static final String INDICES = "indices"; // (weights)
    public static final String VALUES = "values"; // (weights)

    /** Dense layers and LayerNorm. */
    public static final String WEIGHT = "weight"; // (hidden, input); LayerNorm: (hidden)

    public static final String BIAS = "bias"; // (hidden)

    private TensorRole() {}
}
