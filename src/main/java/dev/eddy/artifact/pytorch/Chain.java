package dev.eddy.artifact.pytorch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.pytorch.StateDict.Matrix;
import dev.eddy.model.Activation;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.SpecJson;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands before and behind the recurrent layers: an embedding, and linear layers that fit one onto the other. */
final class Chain {
    private final Matrix embedding;
    private final List<Matrix> linear;

    /** @param token whether the spec has a token feature; {@code null} where it has no features */
    Chain(List<Matrix> matrices, List<LayerSpec> recurrent, Boolean token) {
        this(
                matrices,
                recurrent.get(0).input(),
                recurrent.get(recurrent.size() - 1).outputSize(),
                token);
    }

    /**
     * What stands around layers of a decoder.
     *
     * @param input  width of the embedding, if there is one
     * @param output width of what the first linear layer reads
     * @param token  whether there is an embedding
     */
    Chain(List<Matrix> matrices, int input, int output, Boolean token) {
        List<Matrix> left = new ArrayList<>(matrices);
        embedding = findEmbedding(left, input, token);
        left.remove(embedding);
        linear = chained(left, output);
    }

    /** The embedding, or {@code null} for none. */
    Matrix embedding() {
        return embedding;
    }

    private static Matrix findEmbedding(List<Matrix> matrices, int width, Boolean token) {
        List<Matrix> fitting = matrices.stream()
                .filter(m -> m.columns() == width && m.bias() == null && m.rows() > 0)
                .toList();
        List<Matrix> named = fitting.stream()
                .filter(m -> m.module().toLowerCase(Locale.ROOT).contains("emb"))
                .toList();
        List<Matrix> candidates = named.isEmpty() && Boolean.TRUE.equals(token) ? fitting : named;
        if (Boolean.FALSE.equals(token) || (candidates.isEmpty() && token == null)) {
            return null;
        } else if (candidates.size() != 1) {
            throw new InvalidModelException(
                    "which tensor is the embedding of the token cannot be told: " + candidates.size() + " have " + width
                            + " columns and no bias; call its module 'embedding' or write a full spec");
        }
        return candidates.get(0);
    }

    /** Linear layers in the order in which their widths fit, which must be the only one. */
    private static List<Matrix> chained(List<Matrix> matrices, int width) {
        List<Matrix> left = new ArrayList<>(matrices);
        List<Matrix> ordered = new ArrayList<>();
        int at = width;
        while (!left.isEmpty()) {
            int wanted = at;
            List<Matrix> next = left.stream()
                    .filter(m -> m.columns() == wanted && m.rows() > 0)
                    .toList();
            if (next.size() != 1) {
                throw new InvalidModelException("the order of the linear layers "
                        + left.stream().map(Matrix::weight).toList() + " cannot be told from their widths: "
                        + next.size() + " of them take " + wanted
                        + " inputs; write a full spec with 'input', 'hidden' and 'tensors' of each layer");
            }
            ordered.add(next.get(0));
            left.remove(next.get(0));
            at = next.get(0).rows();
        }
        return ordered;
    }

    /** All linear layers but the last, with the activations the spec gives them. */
    List<LayerSpec> dense(JsonNode said) {
        List<JsonNode> words = new ArrayList<>();
        said.forEach(node -> {
            if (node.path("cell").asText().equals("dense")) {
                words.add(node);
            }
        });
        int count = Math.max(0, linear.size() - 1);
        if (words.size() != count) {
            throw new InvalidModelException(
                    "there are " + count + " linear layers between the recurrent layers and the head,"
                            + " whose activations the weights do not tell; the spec names " + words.size()
                            + ": write one {\"cell\":\"dense\",\"activation\":\"relu\"} for each (or tanh, sigmoid, identity)");
        }
        List<LayerSpec> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            layers.add(dense(linear.get(i), words.get(i).path("activation")));
        }
        return layers;
    }

    private static LayerSpec dense(Matrix matrix, JsonNode activation) {
        if (activation.isMissingNode()) {
            throw new InvalidModelException(
                    "the activation behind '" + matrix.weight()
                            + "' cannot be told from weights; write \"activation\" in its layer (relu, tanh, sigmoid, identity)");
        }
        Map<String, String> tensors = new HashMap<>(Map.of(TensorRole.WEIGHT, matrix.weight()));
        if (matrix.bias() != null) {
            tensors.put(TensorRole.BIAS, matrix.bias());
        }
        Activation function = SpecJson.convert(activation, Activation.class);
        return new LayerSpec(CellKind.DENSE, matrix.columns(), matrix.rows(), function, null, tensors);
    }

    /** The last linear layer as head; none where there is no linear layer. */
    HeadSpec head(HeadSpec.Kind kind) {
        if (linear.isEmpty()) {
            return new HeadSpec(kind, 0, null, null, null, null, null);
        }
        Matrix last = linear.get(linear.size() - 1);
        return new HeadSpec(kind, last.rows(), last.weight(), last.bias(), null, null, null);
    }
}
