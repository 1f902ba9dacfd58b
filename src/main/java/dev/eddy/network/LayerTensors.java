package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import dev.eddy.model.Weights;
import java.util.Arrays;

/**
 * The tensors of one layer, or of one direction of it, by role, checked for presence, shape and finiteness.
 *
 * @param kernel packs them
 * @param suffix what is behind the roles of this direction; may be empty
 */
record LayerTensors(LayerSpec layer, String suffix, Weights weights, Kernel kernel) {
    boolean has(String role) {
        return layer.tensors().containsKey(role + suffix);
    }

    /** The elements of a tensor that must be there, row-major. */
    float[] required(String role, int... shape) {
        return weights.floats(name(role), shape);
    }

    /** The integers of a tensor that must be there, row-major. */
    int[] integers(String role, int... shape) {
        return weights.integers(name(role), shape);
    }

    /** The number of elements of a tensor of one axis. */
    int length(String role) {
        return outermost(role, 1);
    }

    /** The number of rows of a matrix. */
    int outputs(String role) {
        return outermost(role, 2);
    }

    private int outermost(String role, int axes) {
        int[] shape = weights.shape(name(role));
        if (shape.length != axes || shape[0] < 1) {
            throw new InvalidModelException("tensor '" + name(role) + "' has the shape " + Arrays.toString(shape)
                    + "; as '" + role + "' it must have " + axes + (axes == 1 ? " axis" : " axes") + ", none empty");
        }
        return shape[0];
    }

    private String name(String role) {
        String name = layer.tensors().get(role + suffix);
        if (name == null) {
            throw new InvalidModelException(
                    "a " + layer.cell().spelling() + " layer names no tensor for '" + role + suffix + "'");
        }
        return name;
    }

    /** A vector, or {@code null} where the layer has none. */
    float[] optional(String role, int length) {
        return has(role) ? required(role, length) : null;
    }

    /** A bias; zero where the layer has none. Read the weight before it: that bounds the length. */
    float[] bias(String role, int length) {
        return has(role) ? required(role, length) : new float[length];
    }

    /** A linear map; its bias is zero where {@code bias} is {@code null} or names none. */
    Matrix affine(String weight, String bias, int rows, int columns) {
        float[] elements = required(weight, rows, columns);
        return kernel.pack(bias == null ? new float[rows] : bias(bias, rows), elements, columns);
    }

    /** W, U and b_ih + b_hh of all gates, on x and on what is fed back. */
    Matrix gates(int fedBack) {
        return gates(0, layer.cell().gates(), fedBack);
    }

    /** W, U and b_ih + b_hh of the gates in [from, to). */
    Matrix gates(int from, int to, int fedBack) {
        float[] w = rows(required(TensorRole.WEIGHT_IH, rows(), layer.input()), from, to);
        float[] u = rows(required(TensorRole.WEIGHT_HH, rows(), fedBack), from, to);
        return kernel.pack(rows(biasSum(), from, to), w, layer.input(), u, fedBack);
    }

    /** W and b_ih of the gates in [from, to). */
    Matrix inputGates(int from, int to) {
        float[] w = rows(required(TensorRole.WEIGHT_IH, rows(), layer.input()), from, to);
        return kernel.pack(rows(bias(TensorRole.BIAS_IH, rows()), from, to), w, layer.input());
    }

    /** U and b_hh of the gates in [from, to), on h. */
    Matrix recurrentGates(int from, int to) {
        float[] u = rows(required(TensorRole.WEIGHT_HH, rows(), layer.hidden()), from, to);
        return kernel.pack(rows(bias(TensorRole.BIAS_HH, rows()), from, to), u, layer.hidden());
    }

    /** b_ih + b_hh of all gates. Read a weight before it: that bounds the length. */
    float[] biasSum() {
        float[] bias = bias(TensorRole.BIAS_IH, rows());
        float[] recurrent = bias(TensorRole.BIAS_HH, rows());
        for (int j = 0; j < bias.length; j++) {
            bias[j] += recurrent[j];
        }
        return bias;
    }

    /** The rows of the gates in [from, to). */
    private float[] rows(float[] all, int from, int to) {
        int gate = all.length / layer.cell().gates();
        return Arrays.copyOfRange(all, from * gate, to * gate);
    }

    private int rows() {
        long rows = (long) layer.cell().gates() * layer.hidden();
        return (int) Math.min(rows, Integer.MAX_VALUE);
    }
}
