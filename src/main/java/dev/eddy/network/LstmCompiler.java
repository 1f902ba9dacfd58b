package dev.eddy.network;

import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;

/** Builds LSTM cells: the usual one, or the general one where the spec says anything else. */
final class LstmCompiler {
    private LstmCompiler() {}

    static Cell compile(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        boolean givesCell = layer.output() == LayerSpec.Output.CELL;
        if (usual(tensors)) {
            return new LstmCell(tensors.gates(layer.hidden()), givesCell);
        }
        Matrix projection = projection(tensors);
        int width = projection == null ? layer.hidden() : projection.rows();
        return new VariantLstmCell(tensors.gates(width), parts(tensors, projection, givesCell));
    }

    private static boolean usual(LayerTensors tensors) {
        return tensors.layer().variant().equals(CellOptions.NONE)
                && !tensors.has(TensorRole.WEIGHT_HR)
                && !tensors.has(TensorRole.PEEPHOLE_I)
                && !tensors.has(TensorRole.PEEPHOLE_F)
                && !tensors.has(TensorRole.PEEPHOLE_O);
    }

    private static Matrix projection(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        Integer width = layer.variant().projection();
        if (width == null && tensors.has(TensorRole.WEIGHT_HR)) {
            throw new InvalidModelException("an lstm layer has the tensor '" + TensorRole.WEIGHT_HR
                    + "' but no option 'projection', which says its number of rows");
        }
        if (width != null && width > layer.hidden()) {
            throw new InvalidModelException("an lstm layer of " + layer.hidden() + " units has the projection " + width
                    + "; a projection makes h narrower");
        }
        return width == null ? null : tensors.affine(TensorRole.WEIGHT_HR, null, width, layer.hidden());
    }

    private static VariantLstmCell.Parts parts(LayerTensors tensors, Matrix projection, boolean givesCell) {
        CellOptions options = tensors.layer().variant();
        int hidden = tensors.layer().hidden();
        boolean coupled = Boolean.TRUE.equals(options.coupled());
        if (coupled && tensors.has(TensorRole.PEEPHOLE_F)) {
            throw new InvalidModelException(
                    "an lstm layer with coupled gates computes its forget gate as 1 - i; leave the" + " tensor '"
                            + TensorRole.PEEPHOLE_F + "' out");
        }
        return new VariantLstmCell.Parts(
                tensors.optional(TensorRole.PEEPHOLE_I, hidden),
                tensors.optional(TensorRole.PEEPHOLE_F, hidden),
                tensors.optional(TensorRole.PEEPHOLE_O, hidden),
                coupled,
                new Squash(options.activation(0, Activation.SIGMOID), options.bound()),
                new Squash(options.activation(1, Activation.TANH), options.bound()),
                options.activation(2, Activation.TANH),
                projection,
                givesCell);
    }
}
