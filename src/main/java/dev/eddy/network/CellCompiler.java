package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import dev.eddy.model.Weights;
import java.util.Arrays;

/** Builds the cell a layer describes: checks its tensors, folds biases, packs matrices. */
final class CellCompiler {
    /** What LayerNorm adds to the variance, as in PyTorch. */
    private static final float USUAL_EPSILON = 1e-5f;

    private CellCompiler() {}

    /**
     * Compiles one layer, or the part of it whose tensors stand under the roles of its kind.
     *
     * @throws InvalidModelException if its spec and the weights do not fit together
     */
    static Cell compile(LayerSpec layer, Weights weights, Kernel kernel) {
        return compile(new LayerTensors(layer, "", weights, kernel));
    }

    /** Compiles the backward part of a layer that reads both ways. */
    static Cell compileReverse(LayerSpec layer, Weights weights, Kernel kernel) {
        return compile(new LayerTensors(layer, LayerSpec.REVERSE, weights, kernel));
    }

    private static Cell compile(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        return switch (layer.cell()) {
            case LSTM -> LstmCompiler.compile(tensors);
            case GRU, MINIMAL_GRU -> GruCompiler.compile(tensors);
            case RNN -> elman(tensors);
            case JORDAN -> jordan(tensors);
            case CLOCKWORK -> ClockworkCompiler.compile(tensors);
            case RESERVOIR -> ReservoirCompiler.compile(tensors);
            case DENSE -> dense(tensors);
            case LAYER_NORM -> layerNorm(tensors);
            case DROPOUT -> new DropoutCell(layer.hidden());
        };
    }

    /** The activation of a layer that has one. */
    static Activation activation(LayerSpec layer, Activation usual) {
        return layer.activation() == null ? usual : layer.activation();
    }

    private static Cell elman(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        Squash squash =
                new Squash(activation(layer, Activation.TANH), layer.variant().bound());
        return new ElmanCell(tensors.gates(layer.hidden()), squash);
    }

    private static Cell jordan(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        CellOptions options = layer.variant();
        return new JordanCell(
                tensors.gates(layer.outputSize()),
                tensors.affine(TensorRole.WEIGHT_OUT, TensorRole.BIAS_OUT, layer.outputSize(), layer.hidden()),
                options.activation(0, Activation.TANH),
                options.activation(1, Activation.IDENTITY));
    }

    private static Cell dense(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        return new DenseCell(
                tensors.affine(TensorRole.WEIGHT, TensorRole.BIAS, layer.hidden(), layer.input()),
                activation(layer, Activation.IDENTITY));
    }

    private static Cell layerNorm(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        float[] weight = tensors.optional(TensorRole.WEIGHT, layer.hidden());
        if (weight == null) {
            weight = new float[layer.hidden()];
            Arrays.fill(weight, 1f);
        }
        Float epsilon = layer.variant().epsilon();
        return new LayerNormCell(
                weight, tensors.bias(TensorRole.BIAS, layer.hidden()), epsilon == null ? USUAL_EPSILON : epsilon);
    }
}
