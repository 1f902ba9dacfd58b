package dev.eddy.artifact.pytorch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.pytorch.StateDict.Layer;
import dev.eddy.artifact.pytorch.StateDict.Matrix;
import dev.eddy.artifact.safetensors.Safetensors;
import dev.eddy.artifact.safetensors.SafetensorsReader;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.LayerSpec.Direction;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import dev.eddy.model.Task;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.List;

/**
 * Imports PyTorch state dicts. Kind and sizes of cells, the number of layers, the embedding and the chain of linear layers are
 * read from the tensors; what those cannot tell (a spec's own words, the activation of an RNN) must be said.
 */
public final class PytorchImport {
    private static final String DECODER = "decoder";
    private static final String ACTIVATION_ADVICE =
            "write it in a spec: {\"layers\":[{\"cell\":\"rnn\",\"activation\":\"tanh\"}]} (or relu)";

    private final StateDict dict;
    private final ObjectNode spec;

    /** @param spec what is said of the layers and the head of these tensors */
    PytorchImport(StateDict dict, ObjectNode spec) {
        this.dict = dict;
        this.spec = spec;
    }

    /**
     * Imports a file's bytes.
     *
     * @param name    name of the model where the spec gives none
     * @param partial what the tensors do not tell
     * @throws InvalidModelException if spec and tensors leave anything open or contradict each other
     */
    public static ModelFile read(byte[] file, String name, PartialSpec partial) {
        Safetensors content = SafetensorsReader.read(file);
        ObjectNode tree = partial.tree();
        if (full(tree) && (!tree.has(DECODER) || full(tree.path(DECODER)))) {
            ObjectNode whole = tree.deepCopy();
            whole.put("name", tree.path("name").asText(name));
            whole.put("version", tree.path("version").asText("1"));
            return new ModelFile(SpecJson.convert(whole, ModelSpec.class), content.tensors());
        }
        DecoderImport decoder = tree.has(DECODER) ? DecoderImport.of(tree.path(DECODER), content.tensors()) : null;
        StateDict dict = new StateDict(decoder == null ? content.tensors() : decoder.encoderTensors());
        ModelSpec found = new PytorchImport(dict, tree).spec(name);
        found = decoder == null ? found : found.withDecoder(decoder.spec(found));
        ObjectNode rest = tree.deepCopy();
        rest.remove(List.of("layers", DECODER));
        return new ModelFile(PartialSpec.read(rest.toString()).over(found), content.tensors());
    }

    /** Whether a spec says all by itself: sizes and tensors of every layer. */
    private static boolean full(JsonNode tree) {
        JsonNode layers = tree.path("layers");
        for (JsonNode layer : layers) {
            boolean tensors = layer.path("tensors").isObject()
                    || layer.path("cell").asText().equals("dropout");
            if (!layer.has("input") || !layer.has("hidden") || !tensors) {
                return false;
            }
        }
        return layers.size() > 0;
    }

    private ModelSpec spec(String name) {
        List<LayerSpec> layers = recurrentLayers();
        Chain chain = new Chain(dict.matrices(), layers, tokenWanted());
        HeadSpec.Kind kind = headKind();
        List<LayerSpec> all = new ArrayList<>(layers);
        all.addAll(chain.dense(spec.path("layers")));
        HeadSpec head = chain.head(kind);
        boolean tags = kind == HeadSpec.Kind.SOFTMAX || kind == HeadSpec.Kind.LOG_SOFTMAX;
        return new ModelSpec(
                name,
                "1",
                List.of(feature(chain.embedding(), layers.get(0).input())),
                all,
                head,
                tags ? new Task.Tag() : Task.VALUES,
                emit(),
                null,
                null);
    }

    /** Weights do not tell when they are asked. */
    private ModelSpec.Emit emit() {
        JsonNode emit = spec.path("emit");
        return emit.isMissingNode() ? null : SpecJson.convert(emit, ModelSpec.Emit.class);
    }

    private static Feature feature(Matrix embedding, int width) {
        return embedding == null
                ? new Feature.Vector("features", width, null, null, null)
                : new Feature.Token("token", embedding.weight(), null, false, null, null);
    }

    /** Whether the spec's features begin with a token; {@code null} where it names none. */
    private Boolean tokenWanted() {
        JsonNode features = spec.path("features");
        if (!features.isArray()) {
            return null;
        }
        for (JsonNode feature : features) {
            if (feature.path("kind").asText().equals("token")) {
                return true;
            }
        }
        return false;
    }

    /** The function of the head, as the spec says. */
    HeadSpec.Kind headKind() {
        JsonNode kind = spec.path("head").path("kind");
        return kind.isMissingNode() ? HeadSpec.Kind.LINEAR : SpecJson.convert(kind, HeadSpec.Kind.class);
    }

    /** The recurrent layers, as the tensors tell them. */
    List<LayerSpec> recurrentLayers() {
        List<LayerSpec> layers = new ArrayList<>();
        List<JsonNode> said = new ArrayList<>();
        spec.path("layers").forEach(node -> {
            if (!List.of("dense", "dropout").contains(node.path("cell").asText())) {
                said.add(node);
            }
        });
        for (String module : modules(said)) {
            for (Layer layer : dict.layers(module)) {
                layers.add(layer(module, layer, said, layers.size()));
            }
        }
        if (said.size() > 1
                && said.stream().noneMatch(node -> node.path("tensors").isTextual())
                && said.size() != layers.size()) {
            throw new InvalidModelException(
                    "the spec has " + said.size() + " recurrent layers, the file " + layers.size());
        }
        return layers;
    }

    /** The recurrent modules in their order. */
    private List<String> modules(List<JsonNode> said) {
        List<String> named = said.stream()
                .filter(node -> node.path("tensors").isTextual())
                .map(node -> prefix(node.path("tensors").asText()))
                .distinct()
                .toList();
        List<String> all = List.copyOf(dict.recurrentModules());
        if (all.isEmpty()) {
            throw new InvalidModelException(
                    "the file has no tensors of an LSTM, GRU or RNN (no *weight_ih_l0); is it a state"
                            + " dict of a recurrent network?");
        }
        if (!named.isEmpty() && named.size() == all.size() && all.containsAll(named)) {
            return named;
        } else if (named.isEmpty() && all.size() == 1) {
            return all;
        }
        throw new InvalidModelException(
                "the file has the recurrent modules " + all + "; write their order in the spec, as"
                        + " {\"layers\":[{\"cell\":\"lstm\",\"tensors\":\"" + strip(all.get(0)) + "\"}, …]}");
    }

    private static String prefix(String module) {
        return module.isEmpty() || module.endsWith(".") ? module : module + ".";
    }

    private static String strip(String module) {
        return module.endsWith(".") ? module.substring(0, module.length() - 1) : module;
    }

    private static LayerSpec layer(String module, Layer layer, List<JsonNode> said, int index) {
        JsonNode words = said.stream()
                .filter(node -> prefix(node.path("tensors").asText()).equals(module))
                .findFirst()
                .orElse(
                        said.isEmpty()
                                ? SpecJson.tree(java.util.Map.of())
                                : said.get(Math.min(index, said.size() - 1)));
        CellKind kind = layer.kind();
        require("cell", words.path("cell"), kind.spelling());
        require("hidden", words.path("hidden"), String.valueOf(layer.hidden()));
        if (said.size() > 1 || index == 0) {
            require("input", words.path("input"), String.valueOf(layer.input()));
        }
        JsonNode activation = words.path("activation");
        if (kind == CellKind.RNN && activation.isMissingNode()) {
            throw new InvalidModelException(
                    "the weights of an RNN do not tell whether it uses tanh or relu; " + ACTIVATION_ADVICE);
        }
        return new LayerSpec(
                kind,
                layer.input(),
                layer.hidden(),
                direction(words.path("direction"), layer),
                activation.isMissingNode() ? null : SpecJson.convert(activation, Activation.class),
                words.path("resetAfter").isBoolean() ? words.path("resetAfter").booleanValue() : null,
                null,
                options(words.path("options"), layer),
                layer.byRole());
    }

    /** Both directions show in the tensors; a single one reads forward unless the spec says otherwise. */
    private static Direction direction(JsonNode said, Layer layer) {
        Direction direction = said.isMissingNode() ? null : SpecJson.convert(said, Direction.class);
        if (layer.bidirectional()) {
            require("direction", said, Direction.BOTH.spelling());
            return Direction.BOTH;
        } else if (direction == Direction.BOTH) {
            throw new InvalidModelException("the spec says direction both but the layer of '"
                    + layer.byRole().get(TensorRole.WEIGHT_IH) + "' has no tensors that end with " + LayerSpec.REVERSE);
        }
        return direction;
    }

    /** The options the spec names, with the projection that the tensors tell. */
    private static CellOptions options(JsonNode said, Layer layer) {
        CellOptions options = said.isMissingNode() ? CellOptions.NONE : SpecJson.convert(said, CellOptions.class);
        if (layer.projection() == null) {
            return options;
        }
        require("projection", said.path("projection"), String.valueOf(layer.projection()));
        return options.withProjection(layer.projection());
    }

    private static void require(String what, JsonNode said, String found) {
        if (!said.isMissingNode() && !said.asText().equals(found)) {
            throw new InvalidModelException(
                    "the spec says " + what + " " + said.asText() + " but the tensors are of " + what + " " + found);
        }
    }
}
