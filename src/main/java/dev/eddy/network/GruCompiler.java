package dev.eddy.network;

import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.GateOrder;
import dev.eddy.model.LayerSpec;

/** Builds GRU cells. */
final class GruCompiler {
    private GruCompiler() {}

    static Cell compile(LayerTensors tensors) {
        CellOptions options = tensors.layer().variant();
        Squash gate = new Squash(options.activation(0, Activation.SIGMOID), options.bound());
        Squash candidate = new Squash(options.activation(1, Activation.TANH), options.bound());
        if (tensors.layer().cell() == LayerSpec.CellKind.MINIMAL_GRU) {
            return new MinimalGruCell(tensors.gates(tensors.layer().hidden()), gate, candidate);
        }
        int hidden = tensors.layer().hidden();
        return tensors.layer().resetsAfterProduct()
                ? new GruCell(
                        tensors.gates(0, GateOrder.GRU_NEW, hidden),
                        tensors.inputGates(GateOrder.GRU_NEW, 3),
                        tensors.recurrentGates(GateOrder.GRU_NEW, 3),
                        gate,
                        candidate)
                : new ResetFirstGruCell(
                        tensors.gates(0, GateOrder.GRU_NEW, hidden),
                        tensors.gates(GateOrder.GRU_NEW, 3, hidden),
                        gate,
                        candidate);
    }
}
