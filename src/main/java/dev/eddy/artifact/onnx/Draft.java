package dev.eddy.artifact.onnx;

import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.LayerSpec.Direction;
import java.util.List;
import java.util.Map;

/** A network as it was found in a graph: inputs, a stack of layers, heads on the last one. */
record Draft(List<Source> sources, List<Layer> layers, List<Head> heads) {
    /**
     * What events must give.
     *
     * @param input the graph input
     * @param table the embedding where the input is a token, else {@code null}
     * @param mean  normalisation inside the graph, {@code (x - mean) / std}; {@code null} for none
     */
    record Source(String input, int width, Constant table, double[] mean, double[] std) {}

    /**
     * A layer.
     *
     * @param direction which way it reads; {@code null} for forward
     * @param cell  whether an LSTM hands on c instead of h
     * @param options variants of the cell; {@code null} for none
     * @param state the expression whose elements are the new state; -1 for none
     * @param h     what h starts from; {@code null} for zero
     * @param c     what c starts from; {@code null} for zero or none
     */
    record Layer(
            CellKind kind,
            int input,
            int hidden,
            Direction direction,
            Activation activation,
            Boolean resetAfter,
            boolean cell,
            CellOptions options,
            Map<String, float[]> weights,
            int state,
            long[] h,
            long[] c) {
        static Layer dense(int input, int hidden, Activation activation, Map<String, float[]> weights) {
            return new Layer(
                    CellKind.DENSE, input, hidden, null, activation, null, false, null, weights, -1, null, null);
        }

        /** @param weights gain and bias; empty for none */
        static Layer layerNorm(int width, float epsilon, Map<String, float[]> weights) {
            CellOptions options = new CellOptions(null, null, null, null, null, null, epsilon);
            return new Layer(
                    CellKind.LAYER_NORM, width, width, null, null, null, false, options, weights, -1, null, null);
        }

        /** Width of h. */
        int output() {
            return options == null || options.projection() == null ? hidden : options.projection();
        }

        boolean recurrent() {
            return state >= 0;
        }

        boolean readsBackward() {
            return direction != null;
        }
    }

    /** Whether a layer reads backward. */
    boolean readsBackward() {
        return layers.stream().anyMatch(Layer::readsBackward);
    }

    /** The head; {@code weight} and {@code bias} are {@code null} for none, {@code mean} as well. */
    record Head(HeadSpec.Kind kind, int output, float[] weight, float[] bias, double[] mean, double[] std) {}
}
