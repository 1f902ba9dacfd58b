package dev.eddy.artifact.pytorch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.DecoderSpec;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The decoder's part of a state dict: the tensors whose names begin with its module's, {@code decoder.} by default. Its
 * embedding, recurrent layers and linear layers are found as those of the encoder are; what it reads, where it starts and how
 * it ends is said in the spec.
 */
final class DecoderImport {
    private static final String MODULE = "tensors";
    private static final Set<String> BRIDGE = Set.of("weight", "bias", "cellWeight", "cellBias");

    private final ObjectNode said;
    private final SortedMap<String, Tensor> own = new TreeMap<>();
    private final SortedMap<String, Tensor> others = new TreeMap<>();

    private DecoderImport(ObjectNode said) {
        this.said = said;
    }

    /**
     * Parts the tensors of the decoder from those of the encoder. Those the spec names itself, for bridges or as the
     * embedding, are left to it.
     *
     * @throws InvalidModelException if there are none of the decoder
     */
    static DecoderImport of(JsonNode said, SortedMap<String, Tensor> tensors) {
        if (!said.isObject()) {
            throw new InvalidModelException("the spec's 'decoder' is not an object");
        }
        DecoderImport decoder = new DecoderImport(said.deepCopy());
        String module = said.path(MODULE).asText("decoder") + ".";
        decoder.said.remove(MODULE);
        Set<String> named = named(said);
        tensors.forEach((name, tensor) -> {
            if (!named.contains(name) || isEmbeddingOfEncoder(said, name, module)) {
                (name.startsWith(module) ? decoder.own : decoder.others).put(name, tensor);
            }
        });
        if (decoder.own.isEmpty()) {
            throw new InvalidModelException(
                    "the file has no tensors '" + module + "…' for the decoder; name its module in"
                            + " the spec, as {\"decoder\":{\"tensors\":\"dec\", …}}");
        }
        return decoder;
    }

    private static Set<String> named(JsonNode said) {
        Set<String> names = new HashSet<>();
        names.add(said.path("feedback").path("embedding").asText());
        said.path("initial")
                .forEach(initial ->
                        BRIDGE.forEach(part -> names.add(initial.path(part).asText())));
        return names;
    }

    /** An embedding that encoder and decoder share is of the encoder's module. */
    private static boolean isEmbeddingOfEncoder(JsonNode said, String name, String module) {
        return said.path("feedback").path("embedding").asText().equals(name) && !name.startsWith(module);
    }

    /** The tensors that are not the decoder's. */
    SortedMap<String, Tensor> encoderTensors() {
        return others;
    }

    /**
     * The decoder.
     *
     * @param encoder the model it continues
     * @throws InvalidModelException if spec and tensors leave anything open or contradict each other
     */
    DecoderSpec spec(ModelSpec encoder) {
        StateDict dict = new StateDict(own);
        PytorchImport part = new PytorchImport(dict, said);
        List<LayerSpec> layers = new ArrayList<>(part.recurrentLayers());
        LayerSpec first = layers.get(0);
        int output = layers.get(layers.size() - 1).outputSize();
        int context = encoder.layers().get(encoder.layers().size() - 1).outputSize();
        boolean every = said.path("context").asText().equals("every");
        int feedback = first.input() - (every ? context : 0);
        if (feedback < 1) {
            throw new InvalidModelException("the decoder's first layer takes " + first.input()
                    + " inputs, which leaves none" + " for its own output beside a context of " + context);
        }
        boolean token = said.path("feedback").path("kind").asText().equals("token")
                && !said.path("feedback").has("embedding");
        Chain chain = new Chain(dict.matrices(), feedback, read(output, feedback, context), token);
        layers.addAll(chain.dense(said.path("layers")));
        return spec(layers, chain, part.headKind(), token);
    }

    /** Width of what the head reads. */
    private int read(int output, int feedback, int context) {
        if (!said.has("headReads")) {
            return output;
        }
        int width = 0;
        for (JsonNode node : said.path("headReads")) {
            width += switch (SpecJson.convert(node, DecoderSpec.Part.class)) {
                case OUTPUT -> output;
                case FEEDBACK -> feedback;
                case CONTEXT -> context;
            };
        }
        return width;
    }

    private DecoderSpec spec(List<LayerSpec> layers, Chain chain, HeadSpec.Kind kind, boolean token) {
        ObjectNode tree = said.deepCopy();
        tree.set("layers", SpecJson.tree(layers));
        JsonNode head = SpecJson.tree(chain.head(kind));
        tree.set("head", said.has("head") ? PartialSpec.head(head, said.path("head")) : head);
        if (token) {
            ((ObjectNode) tree.path("feedback"))
                    .put("embedding", chain.embedding().weight());
        }
        return SpecJson.convert(tree, DecoderSpec.class);
    }
}
