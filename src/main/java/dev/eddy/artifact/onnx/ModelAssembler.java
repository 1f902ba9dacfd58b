package dev.eddy.artifact.onnx;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.Activation;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes a model file of a network found in a graph. */
final class ModelAssembler {
    private final Draft draft;
    private final Map<String, Tensor> tensors = new TreeMap<>();

    ModelAssembler(Draft draft) {
        this.draft = draft;
    }

    /**
     * The model file.
     *
     * @param emit when it answers; {@code null} for every event
     */
    ModelFile assemble(String name, String version, ModelSpec.Emit emit) {
        List<Feature> features = features();
        List<LayerSpec> layers = new ArrayList<>();
        for (int i = 0; i < draft.layers().size(); i++) {
            layers.add(layer("layers." + i + ".", draft.layers().get(i)));
        }
        if (draft.heads().size() > 1) {
            List<HeadSpec> heads = new ArrayList<>();
            for (int i = 0; i < draft.heads().size(); i++) {
                heads.add(head("heads." + i + ".", draft.heads().get(i)));
            }
            return new ModelFile(
                    new ModelSpec(
                            name,
                            version,
                            features,
                            layers,
                            null,
                            heads,
                            null,
                            Task.VALUES,
                            emit,
                            null,
                            null,
                            null,
                            null,
                            null),
                    tensors);
        }
        HeadSpec head = head("head.", draft.heads().get(0));
        boolean tags = head.kind() == HeadSpec.Kind.SOFTMAX || head.kind() == HeadSpec.Kind.LOG_SOFTMAX;
        Task task = tags ? new Task.Tag() : Task.VALUES;
        return new ModelFile(new ModelSpec(name, version, features, layers, head, task, emit, null, null), tensors);
    }

    private List<Feature> features() {
        List<Feature> features = new ArrayList<>();
        Map<String, String> fields = new HashMap<>();
        for (Draft.Source source : draft.sources()) {
            String field = field(source);
            String other = fields.put(field, source.input());
            if (other != null && !other.equals(source.input())) {
                throw new InvalidModelException("two graph inputs would both be the field '" + field + "'; rename one");
            }
            features.add(feature(source, field, features.size()));
        }
        return features;
    }

    /** The one input of a graph gets a fixed name; several keep theirs. */
    private String field(Draft.Source source) {
        if (draft.sources().size() == 1) {
            return source.table() == null ? "features" : "token";
        }
        String name = source.input().replaceAll("[^A-Za-z0-9_-]+", "_");
        return name.length() <= 128 ? name : name.substring(0, 128);
    }

    private Feature feature(Draft.Source source, String field, int i) {
        if (source.table() == null) {
            return new Feature.Vector(field, source.width(), source.mean(), source.std(), null);
        }
        String tensor = i == 0 ? "embedding.weight" : "embedding." + i + ".weight";
        tensors.put(
                tensor,
                Tensor.of(source.table().numbers().floats(), source.table().shape()));
        return new Feature.Token(field, tensor, null, false, null, null);
    }

    private LayerSpec layer(String prefix, Draft.Layer layer) {
        int rows = layer.kind().gates() * layer.hidden();
        Map<String, String> names = new HashMap<>();
        layer.weights().forEach((role, values) -> {
            boolean matrix = role.startsWith("weight") && layer.kind() != CellKind.LAYER_NORM;
            int columns = role.equals(TensorRole.WEIGHT_HR) ? layer.hidden() : values.length / rows;
            Tensor tensor =
                    matrix ? Tensor.of(values, values.length / columns, columns) : Tensor.of(values, values.length);
            names.put(role, prefix + role);
            tensors.put(prefix + role, tensor);
        });
        boolean usual = layer.kind() == CellKind.DENSE && layer.activation().equals(Activation.IDENTITY);
        return new LayerSpec(
                layer.kind(),
                layer.input(),
                layer.hidden(),
                layer.direction(),
                usual ? null : layer.activation(),
                layer.resetAfter(),
                layer.cell() ? LayerSpec.Output.CELL : null,
                layer.options(),
                names);
    }

    private HeadSpec head(String prefix, Draft.Head head) {
        if (head.weight() == null) {
            return new HeadSpec(head.kind(), 0, null, null, null, head.mean(), head.std());
        }
        int columns = head.weight().length / head.output();
        tensors.put(prefix + "weight", Tensor.of(head.weight(), head.output(), columns));
        if (head.bias() != null) {
            tensors.put(prefix + "bias", Tensor.of(head.bias(), head.output()));
        }
        String bias = head.bias() == null ? null : prefix + "bias";
        return new HeadSpec(head.kind(), head.output(), prefix + "weight", bias, null, head.mean(), head.std());
    }
}
