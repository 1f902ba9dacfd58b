package dev.eddy.artifact;

import dev.eddy.model.DecoderSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A model in half the bytes: the matrices that a step multiplies by are rounded; biases, embeddings and the like are not. */
public final class RoundedWeights {
    private RoundedWeights() {}

    /**
     * The model with its matrices in bf16, rounded to nearest, ties to even. It is another model: its answers are those of the
     * network with the rounded weights, and its probes stay those of the model it is made of.
     *
     * @throws InvalidModelException if a weight is not finite, or another engine keeps the weights
     */
    public static ModelFile toBfloat16(ModelFile model) {
        ModelSpec spec = model.spec();
        if (spec.engine() != null) {
            throw new InvalidModelException("the weights of a graph that another engine runs are that engine's; convert"
                    + " them before the export");
        }
        Map<String, Tensor> tensors = new TreeMap<>(model.tensors());
        for (String name : factors(spec)) {
            Tensor tensor = tensors.get(name);
            if (tensor != null && tensor.shape().length == 2) {
                tensors.put(name, Bfloat16.round(name, tensor));
            }
        }
        return new ModelFile(spec, tensors);
    }

    /** The tensors that are multiplied by, some of them vectors; a matrix that is an embedding too is not among them. */
    private static Set<String> factors(ModelSpec spec) {
        Set<String> names = new HashSet<>();
        spec.layers().forEach(layer -> add(names, layer));
        spec.allHeads().forEach(head -> add(names, head));
        DecoderSpec decoder = spec.decoder();
        if (decoder != null) {
            decoder.layers().forEach(layer -> add(names, layer));
            decoder.initial().forEach(initial -> {
                names.add(initial.weight());
                names.add(initial.cellWeight());
            });
            add(names, decoder.head());
            if (decoder.feedback() instanceof DecoderSpec.Tokens tokens) {
                names.remove(tokens.embedding());
            }
        }
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Token token) {
                names.remove(token.embedding());
            }
        }
        names.remove(null);
        return names;
    }

    private static void add(Set<String> names, LayerSpec layer) {
        names.addAll(layer.tensors().values());
    }

    private static void add(Set<String> names, HeadSpec head) {
        names.add(head.weight());
    }
}
