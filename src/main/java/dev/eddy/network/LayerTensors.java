package dev.eddy.network;

import dev.eddy.kernel.Matrix;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import dev.eddy.model.Weights;
import java.util.Arrays;

/**
 * The tensors of one layer, or of one direction of it, by role, checked for presence, shape and finiteness.
 *
 * @param suffix what is behind the roles of this direction; may be empty
 */
record LayerTensors(LayerSpec layer, String suffix, Weights weights) {
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

    Matrix matrix(String role, int rows, int columns) {
        return Matrix.ofRows(required(role, rows, columns), rows, columns);
    }

    /** A linear map with its own bias. */
    Affine affine(String weight, String bias, int rows, int columns) {
        Matrix matrix = matrix(weight, rows, columns);
        return new Affine(matrix, bias(bias, rows));
    }

    /** W and b_ih + b_hh of all gates. */
    Affine input() {
        Matrix weight = inputWeight();
        float[] bias = bias(TensorRole.BIAS_IH, weight.rows());
        float[] recurrentBias = bias(TensorRole.BIAS_HH, weight.rows());
        for (int j = 0; j < bias.length; j++) {
            bias[j] += recurrentBias[j];
        }
        return new Affine(weight, bias);
    }

    /** W of all gates. */
    Matrix inputWeight() {
        return matrix(TensorRole.WEIGHT_IH, rows(), layer.input());
    }

    /** U of all gates, on what is fed back. */
    Matrix recurrent(int columns) {
        return matrix(TensorRole.WEIGHT_HH, rows(), columns);
    }

    /** U of the gates in [from, to). */
    Matrix recurrentGates(int from, int to) {
        int hidden = layer.hidden();
        float[] all = required(TensorRole.WEIGHT_HH, rows(), hidden);
        float[] some = Arrays.copyOfRange(all, from * hidden * hidden, to * hidden * hidden);
        return Matrix.ofRows(some, (to - from) * hidden, hidden);
    }

    private int rows() {
        long rows = (long) layer.cell().gates() * layer.hidden();
        return (int) Math.min(rows, Integer.MAX_VALUE);
    }
}
