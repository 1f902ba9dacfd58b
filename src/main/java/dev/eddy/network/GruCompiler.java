package dev.eddy.network;

import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import java.util.Arrays;

/** Builds GRU cells. */
final class GruCompiler {
    private GruCompiler() {}

    static Cell compile(LayerTensors tensors) {
        CellOptions options = tensors.layer().variant();
        Squash gate = new Squash(options.activation(0, Activation.SIGMOID), options.bound());
        Squash candidate = new Squash(options.activation(1, Activation.TANH), options.bound());
        if (tensors.layer().cell() == LayerSpec.CellKind.MINIMAL_GRU) {
            return new MinimalGruCell(
                    tensors.input(), tensors.recurrent(tensors.layer().hidden()), gate, candidate);
        }
        return tensors.layer().resetsAfterProduct()
                ? resetAfter(tensors, gate, candidate)
                : new ResetFirstGruCell(
                        tensors.input(),
                        tensors.recurrentGates(0, GateOrder.GRU_NEW),
                        tensors.recurrentGates(GateOrder.GRU_NEW, 3),
                        gate,
                        candidate);
    }

    private static Cell resetAfter(LayerTensors tensors, Squash gate, Squash candidate) {
        Matrix weight = tensors.inputWeight();
        int rows = weight.rows();
        int fromNew = GateOrder.GRU_NEW * tensors.layer().hidden();
        float[] bias = tensors.bias(TensorRole.BIAS_IH, rows);
        float[] recurrentBias = tensors.bias(TensorRole.BIAS_HH, rows);
        for (int u = 0; u < fromNew; u++) {
            bias[u] += recurrentBias[u];
        }
        Affine recurrentNew = new Affine(
                tensors.recurrentGates(GateOrder.GRU_NEW, 3), Arrays.copyOfRange(recurrentBias, fromNew, rows));
        return new GruCell(
                new Affine(weight, bias), tensors.recurrentGates(0, GateOrder.GRU_NEW), recurrentNew, gate, candidate);
    }
}
