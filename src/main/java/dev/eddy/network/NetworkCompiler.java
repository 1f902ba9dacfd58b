package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Kernels;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Feature;
import dev.eddy.model.GateOrder;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.Activation;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds the network a spec describes from its weights: checks every shape, folds biases, packs matrices. */
public final class NetworkCompiler {
    private final ModelSpec spec;
    private final Weights weights;
    private final Kernel kernel;

    private NetworkCompiler(ModelSpec spec, Weights weights, Kernel kernel) {
        this.spec = spec;
        this.weights = weights;
        this.kernel = kernel;
    }

    /**
     * Compiles a network.
     *
     * @throws InvalidModelException if spec and weights do not fit together
     */
    public static Network compile(ModelSpec spec, Weights weights) {
        return compile(spec, weights, Kernels.best());
    }

    /** Compiles a network on a given kernel. */
    static Network compile(ModelSpec spec, Weights weights, Kernel kernel) {
        return new NetworkCompiler(spec, weights, kernel).network();
    }

    private Network network() {
        InputStage input = inputStage();
        List<Cell> cells = new ArrayList<>();
        int width = input.size();
        for (int i = 0; i < spec.layers().size(); i++) {
            LayerSpec layer = spec.layers().get(i);
            if (layer.input() != width) {
                throw new InvalidModelException(
                        "layer " + i + " (" + layer.cell().spelling() + ") takes "
                                + layer.input() + " inputs but is given " + width
                                + (i == 0 ? " by the features" : " by the layer below"));
            }
            cells.add(cell(layer));
            width = layer.hidden();
        }
        return new Network(kernel, input, cells, head(width));
    }

    private InputStage inputStage() {
        List<InputStage.Embedding> embeddings = new ArrayList<>();
        int at = 0;
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Token token) {
                embeddings.add(embedding(token, at));
            }
            at += feature.width();
        }
        return new InputStage(at, embeddings);
    }

    private InputStage.Embedding embedding(Feature.Token token, int at) {
        if (token.embedding() == null) {
            throw new InvalidModelException("token '" + token.field() + "' names no 'embedding' tensor");
        }
        int[] shape = weights.shape(token.embedding());
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > Feature.Token.MAX_IDS) {
            throw new InvalidModelException("embedding '" + token.embedding() + "' has the shape "
                    + Arrays.toString(shape) + ", not (ids, width)");
        }
        if (token.vocabulary().size() > shape[0]) {
            throw new InvalidModelException("token '" + token.field() + "' has a vocabulary of "
                    + token.vocabulary().size() + " but its embedding has " + shape[0] + " rows");
        }
        float[] table = weights.floats(token.embedding(), shape);
        return new InputStage.Embedding(at, token.field(), shape[0], shape[1], table);
    }

    private Cell cell(LayerSpec layer) {
        return switch (layer.cell()) {
            case LSTM -> new LstmCell(input(layer, 4), recurrent(layer), layer.output() == LayerSpec.Output.CELL);
            case GRU -> layer.resetsAfterProduct() ? gru(layer) : resetFirstGru(layer);
            case RNN -> new ElmanCell(input(layer, 1), recurrent(layer), activation(layer, Activation.TANH));
            case DENSE -> new DenseCell(dense(layer), activation(layer, Activation.IDENTITY));
        };
    }

    private Cell gru(LayerSpec layer) {
        int hidden = layer.hidden();
        float[] inputBias = bias(layer, LayerSpec.BIAS_IH, 3 * hidden);
        float[] recurrentBias = bias(layer, LayerSpec.BIAS_HH, 3 * hidden);
        float[] gates = inputBias.clone();
        for (int u = 0; u < GateOrder.GRU_NEW * hidden; u++) {
            gates[u] += recurrentBias[u];
        }
        float[] candidate = Arrays.copyOfRange(recurrentBias, GateOrder.GRU_NEW * hidden, 3 * hidden);
        return new GruCell(
                new Affine(inputWeight(layer), gates),
                recurrentRows(layer, 0, 2),
                new Affine(recurrentRows(layer, GateOrder.GRU_NEW, 3), candidate));
    }

    private Cell resetFirstGru(LayerSpec layer) {
        return new ResetFirstGruCell(
                input(layer, 3), recurrentRows(layer, 0, 2), recurrentRows(layer, GateOrder.GRU_NEW, 3));
    }

    /** W and b_ih + b_hh. */
    private Affine input(LayerSpec layer, int gates) {
        float[] bias = bias(layer, LayerSpec.BIAS_IH, gates * layer.hidden());
        float[] recurrentBias = bias(layer, LayerSpec.BIAS_HH, gates * layer.hidden());
        for (int j = 0; j < bias.length; j++) {
            bias[j] += recurrentBias[j];
        }
        return new Affine(inputWeight(layer), bias);
    }

    private Affine dense(LayerSpec layer) {
        float[] weight = required(layer, LayerSpec.WEIGHT, layer.hidden(), layer.input());
        return new Affine(
                Matrix.ofRows(weight, layer.hidden(), layer.input()), bias(layer, LayerSpec.BIAS, layer.hidden()));
    }

    private Matrix inputWeight(LayerSpec layer) {
        int rows = layer.cell().gates() * layer.hidden();
        return Matrix.ofRows(required(layer, LayerSpec.WEIGHT_IH, rows, layer.input()), rows, layer.input());
    }

    private Matrix recurrent(LayerSpec layer) {
        return recurrentRows(layer, 0, layer.cell().gates());
    }

    /** The rows of U that belong to the gates in [from, to). */
    private Matrix recurrentRows(LayerSpec layer, int from, int to) {
        int hidden = layer.hidden();
        float[] all = required(layer, LayerSpec.WEIGHT_HH, layer.cell().gates() * hidden, hidden);
        float[] rows = Arrays.copyOfRange(all, from * hidden * hidden, to * hidden * hidden);
        return Matrix.ofRows(rows, (to - from) * hidden, hidden);
    }

    private float[] required(LayerSpec layer, String role, int... shape) {
        String name = layer.tensors().get(role);
        if (name == null) {
            throw new InvalidModelException(
                    "a " + layer.cell().spelling() + " layer names no tensor for '" + role + "'");
        }
        return weights.floats(name, shape);
    }

    private float[] bias(LayerSpec layer, String role, int length) {
        String name = layer.tensors().get(role);
        return name == null ? new float[length] : weights.floats(name, length);
    }

    private static Activation activation(LayerSpec layer, Activation usual) {
        return layer.activation() == null ? usual : layer.activation();
    }

    private Head head(int width) {
        HeadSpec head = spec.head();
        if (head.weight() == null) {
            return new Head(null, head.kind(), width);
        }
        float[] weight = weights.floats(head.weight(), head.output(), width);
        float[] bias = head.bias() == null ? new float[head.output()] : weights.floats(head.bias(), head.output());
        return new Head(new Affine(Matrix.ofRows(weight, head.output(), width), bias), head.kind(), head.output());
    }
}
