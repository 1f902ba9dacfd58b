package dev.eddy.network;

import dev.eddy.model.Activation;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds clockwork cells: cuts the weights into blocks of one period. */
final class ClockworkCompiler {
    private ClockworkCompiler() {}

    static Cell compile(LayerTensors tensors) {
        LayerSpec layer = tensors.layer();
        List<Integer> periods = periods(layer);
        int hidden = layer.hidden();
        int units = hidden / periods.size();
        float[] input = tensors.required(TensorRole.WEIGHT_IH, hidden, layer.input());
        float[] recurrent = tensors.required(TensorRole.WEIGHT_HH, hidden, hidden);
        float[] bias = tensors.biasSum();
        List<ClockworkCell.Block> blocks = new ArrayList<>();
        for (int i = 0; i < periods.size(); i++) {
            int from = i * units;
            int to = from + units;
            requireNothingFromFaster(layer, recurrent, from, to);
            float[] rows = Arrays.copyOfRange(input, from * layer.input(), to * layer.input());
            blocks.add(new ClockworkCell.Block(
                    periods.get(i),
                    tensors.kernel()
                            .pack(
                                    Arrays.copyOfRange(bias, from, to),
                                    rows,
                                    layer.input(),
                                    slower(recurrent, hidden, from, to),
                                    hidden - from)));
        }
        return new ClockworkCell(
                blocks,
                CellCompiler.activation(layer, Activation.TANH),
                layer.variant().cycle());
    }

    private static List<Integer> periods(LayerSpec layer) {
        List<Integer> periods = layer.variant().periods();
        if (periods == null) {
            throw new InvalidModelException(
                    "a clockwork layer has no option 'periods'; write one number for each block of units");
        } else if (layer.hidden() % periods.size() != 0) {
            throw new InvalidModelException("a clockwork layer has " + layer.hidden() + " units for " + periods.size()
                    + " periods; all blocks must have the same number of units");
        }
        return periods;
    }

    private static void requireNothingFromFaster(LayerSpec layer, float[] recurrent, int from, int to) {
        for (int j = from; j < to; j++) {
            for (int k = 0; k < from; k++) {
                if (recurrent[j * layer.hidden() + k] != 0) {
                    throw new InvalidModelException("tensor '"
                            + layer.tensors().get(TensorRole.WEIGHT_HH)
                            + "' of a clockwork layer has a weight from unit "
                            + k + " to the slower unit " + j + "; only slower units feed faster ones: it must be 0");
                }
            }
        }
    }

    /** The rows in [from, to) of the columns from {@code from} on, row after row. */
    private static float[] slower(float[] recurrent, int hidden, int from, int to) {
        int columns = hidden - from;
        float[] part = new float[(to - from) * columns];
        for (int j = from; j < to; j++) {
            System.arraycopy(recurrent, j * hidden + from, part, (j - from) * columns, columns);
        }
        return part;
    }
}
