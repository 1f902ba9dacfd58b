package dev.eddy.network;

import dev.eddy.kernel.Matrix;
import dev.eddy.kernel.SparseMatrix;
import dev.eddy.model.Activation;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;

/** Builds echo state networks out of dense input and sparse recurrent weights. */
final class ReservoirCompiler {
    private ReservoirCompiler() {}

    static Cell compile(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        Matrix input = tensors.affine(TensorRole.WEIGHT_IH, TensorRole.BIAS_IH, layer.hidden(), layer.input());
        Float leak = layer.variant().leak();
        return new ReservoirCell(
                input,
                recurrent(tensors),
                feedback(tensors),
                CellCompiler.activation(layer, Activation.TANH),
                leak == null ? 1f : leak);
    }

    private static SparseMatrix recurrent(LayerTensors tensors) {
        int hidden = tensors.layer().hidden();
        int elements = tensors.length(TensorRole.VALUES);
        int[] indptr = tensors.integers(TensorRole.INDPTR, hidden + 1);
        int[] indices = tensors.integers(TensorRole.INDICES, elements);
        try {
            return new SparseMatrix(hidden, indptr, indices, tensors.required(TensorRole.VALUES, elements));
        } catch (IllegalArgumentException e) {
            throw new InvalidModelException("the sparse weights of a reservoir do not fit: " + e.getMessage(), e);
        }
    }

    private static ReservoirCell.Feedback feedback(LayerTensors tensors) {
        if (!tensors.has(TensorRole.WEIGHT_FB)) {
            if (tensors.has(TensorRole.WEIGHT_OUT) || tensors.has(TensorRole.BIAS_OUT)) {
                throw new InvalidModelException("a reservoir names a readout, '" + TensorRole.WEIGHT_OUT + "' or '"
                        + TensorRole.BIAS_OUT + "', but no '" + TensorRole.WEIGHT_FB
                        + "' that feeds it back; a readout that is not fed back is the head");
            }
            return null;
        }
        int hidden = tensors.layer().hidden();
        int outputs = tensors.outputs(TensorRole.WEIGHT_OUT);
        Matrix weight = tensors.affine(TensorRole.WEIGHT_FB, null, hidden, outputs);
        return new ReservoirCell.Feedback(
                weight, tensors.affine(TensorRole.WEIGHT_OUT, TensorRole.BIAS_OUT, outputs, hidden));
    }
}
