package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Kernels;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
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
        NetworkCompiler compiler = new NetworkCompiler(spec, weights, kernel);
        return spec.engine() == null ? compiler.network() : compiler.graphNetwork();
    }

    private Network network() {
        InputStage input = inputStage();
        List<TwoWayNetwork.Layer> layers = new ArrayList<>();
        int width = input.size();
        for (int i = 0; i < spec.layers().size(); i++) {
            LayerSpec layer = spec.layers().get(i);
            if (layer.input() != width) {
                throw new InvalidModelException(
                        "layer " + i + " (" + layer.cell().spelling() + ") takes "
                                + layer.input() + " inputs but is given " + width
                                + (i == 0 ? " by the features" : " by the layer below"));
            }
            layers.add(layer(layer));
            width = layer.outputSize();
        }
        int hidden = width;
        Heads heads = new Heads(
                spec.allHeads().stream().map(head -> head(head, hidden)).toList());
        return spec.readsBackward()
                ? new TwoWayNetwork(kernel, input, layers, heads)
                : new CellNetwork(
                        kernel,
                        input,
                        layers.stream().map(TwoWayNetwork.Layer::forward).toList(),
                        heads);
    }

    private TwoWayNetwork.Layer layer(LayerSpec layer) {
        Cell cell = CellCompiler.compile(layer, weights, kernel);
        if (!layer.readsBackward()) {
            return new TwoWayNetwork.Layer(cell, null);
        }
        return layer.direction() == LayerSpec.Direction.BACKWARD
                ? new TwoWayNetwork.Layer(null, cell)
                : new TwoWayNetwork.Layer(cell, CellCompiler.compileReverse(layer, weights, kernel));
    }

    private Network graphNetwork() {
        List<GraphNetwork.Ids> ids = ids(spec.engine());
        Graph graph = GraphEngine.of(spec.engine().kind())
                .open(spec.engine(), weights.bytes(spec.engine().graph()));
        Heads heads = new Heads(spec.allHeads().stream()
                .map(head -> head(head, graph.outputSize()))
                .toList());
        return new GraphNetwork(kernel, spec.engine(), graph, heads, ids);
    }

    /** The ids among the inputs of a graph; the features must give integers ids and floats numbers. */
    private List<GraphNetwork.Ids> ids(EngineSpec engine) {
        List<GraphNetwork.Ids> ids = new ArrayList<>();
        int at = 0;
        for (Feature feature : spec.features()) {
            boolean token = feature instanceof Feature.Token;
            for (int i = 0; i < feature.width(); i++, at++) {
                EngineSpec.Input input = engine.inputAt(at);
                if (input.type().integral() != token) {
                    throw new InvalidModelException("the graph's input '" + input.name() + "' takes "
                            + (token ? "numbers" : "tokens") + " but is given "
                            + (token ? "the token '" + feature.field() + "'" : "numbers") + " by the features");
                } else if (token && input.ids() != null && vocabulary(feature) > input.ids()) {
                    throw new InvalidModelException("token '" + feature.field() + "' has a vocabulary of "
                            + vocabulary(feature) + " but the graph knows " + input.ids() + " ids");
                } else if (token && input.ids() != null) {
                    ids.add(new GraphNetwork.Ids(at, feature.field(), input.ids()));
                }
            }
        }
        if (at != engine.inputSize()) {
            throw new InvalidModelException(
                    "the graph takes " + engine.inputSize() + " numbers of each event, the features give " + at);
        }
        return ids;
    }

    private static int vocabulary(Feature feature) {
        return ((Feature.Token) feature).vocabulary().size();
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

    private Head head(HeadSpec head, int width) {
        if (head.weight() == null) {
            return new Head(null, head.kind(), width);
        }
        float[] weight = weights.floats(head.weight(), head.output(), width);
        float[] bias = head.bias() == null ? new float[head.output()] : weights.floats(head.bias(), head.output());
        return new Head(kernel.pack(bias, weight, width), head.kind(), head.output());
    }
}
