package dev.eddy.artifact.onnx;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.ModelNames;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.OnnxModel.Node;
import dev.eddy.artifact.onnx.OnnxModel.Port;
import dev.eddy.artifact.onnx.OnnxModel.TensorData;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Imports ONNX files of one step for ONNX Runtime: the graph goes into the model file as it is, and the spec says which inputs an
 * event fills, which are states and which outputs return them. Whether the graph runs and streams is seen when the model is
 * compiled.
 */
public final class RuntimeImport {
    private static final String GRAPH = "onnx";
    /** Beside it there must be room for the spec in an array of Java. */
    private static final long MAX_BYTES = Integer.MAX_VALUE - (1 << 20);

    private static final Set<String> SHAPING =
            Set.of("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose");

    private final OnnxModel model;
    private final GraphNames names;

    private RuntimeImport(OnnxModel model, GraphNames names) {
        this.model = model;
        this.names = names;
    }

    /**
     * Imports a file; weights in a second file are found beside it.
     *
     * @throws InvalidModelException if it is not clear how the graph is to be called
     */
    public static ModelFile read(Path file, GraphNames names) throws IOException {
        return read(
                Files.readAllBytes(file),
                ModelNames.stemOf(file),
                file.toAbsolutePath().getParent(),
                names);
    }

    /**
     * Imports a file's bytes.
     *
     * @param name   name of the model
     * @param folder where second files may lie; {@code null} for none
     */
    static ModelFile read(byte[] file, String name, Path folder, GraphNames names) {
        OnnxModel model = OnnxReader.read(file);
        ModelSpec spec = new RuntimeImport(model, names).spec(name);
        byte[] graph = GraphPacker.pack(file, model, new ExternalData(folder), MAX_BYTES);
        return new ModelFile(spec, Map.of(GRAPH, Tensor.ofBytes(graph)));
    }

    private ModelSpec spec(String name) {
        List<Port> inputs = model.inputs().stream()
                .filter(port -> !model.initializers().containsKey(port.name()))
                .toList();
        Map<Port, Port> pairs = StatePairs.of(inputs, model.outputs(), names.states());
        List<EngineSpec.State> states = new ArrayList<>();
        pairs.forEach((input, output) ->
                states.add(new EngineSpec.State(input.name(), output.name(), shape(input, "state"))));
        List<EngineSpec.Input> events = inputs.stream()
                .filter(port -> !pairs.containsKey(port))
                .map(this::input)
                .toList();
        if (events.isEmpty()) {
            throw new InvalidModelException(
                    "the graph takes nothing of an event: all its inputs are states, " + StatePairs.named(inputs));
        }
        String answer = answer(pairs);
        HeadSpec.Kind kind = headOf(answer);
        boolean tags = kind == HeadSpec.Kind.SOFTMAX || kind == HeadSpec.Kind.LOG_SOFTMAX;
        EngineSpec engine = new EngineSpec(
                EngineSpec.Kind.ONNX_RUNTIME, GRAPH, events, states, answer, kind != HeadSpec.Kind.LINEAR);
        return new ModelSpec(
                name,
                "1",
                features(events),
                null,
                engine,
                new HeadSpec(kind, 0, null, null, null, null, null),
                null,
                null,
                tags ? new Task.Tag() : Task.VALUES,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private EngineSpec.Input input(Port port) {
        EngineSpec.Type type = switch (port.type()) {
            case TensorDecoder.FLOAT -> EngineSpec.Type.FLOAT;
            case TensorDecoder.INT64 -> EngineSpec.Type.INT64;
            case TensorDecoder.INT32 -> EngineSpec.Type.INT32;
            default ->
                throw refuse(port, "has the ONNX type " + port.type() + "; use float, or int64 for ids of tokens");
        };
        int[] shape = shape(port, "input");
        return new EngineSpec.Input(port.name(), type, shape, type.integral() ? ids(port.name()) : null);
    }

    /** The extents for one event of one sequence: what is open is time or batch, and 1. */
    private static int[] shape(Port port, String what) {
        if (port.dims() == null || port.dims().length > 8) {
            throw refuse(port, "has no usable shape; export it with one");
        }
        if (what.equals("state") && port.type() != TensorDecoder.FLOAT) {
            throw refuse(port, "is a state of ONNX type " + port.type() + "; states must be float (32 bits)");
        }
        int[] shape = new int[port.dims().length];
        for (int i = 0; i < shape.length; i++) {
            long extent = port.dims()[i];
            boolean last = i == shape.length - 1;
            if (extent > Integer.MAX_VALUE || (extent < 0 && last && !port.integral())) {
                throw refuse(port, "has no fixed number of elements in its last axis; only time and batch can be open");
            } else if (what.equals("input") && extent > 1 && (!last || port.integral())) {
                throw refuse(
                        port,
                        "has the shape " + StatePairs.shape(port) + ", so a call takes " + extent
                                + " at once; export it for one event: every axis but the features' must be open or 1");
            }
            shape[i] = (int) Math.max(1, extent);
        }
        return shape;
    }

    private String answer(Map<Port, Port> pairs) {
        List<Port> others = model.outputs().stream()
                .filter(output -> !pairs.containsValue(output))
                .toList();
        if (names.output() != null) {
            if (model.outputs().stream().noneMatch(port -> port.name().equals(names.output()))) {
                throw new InvalidModelException("the spec's engine names the output '" + names.output()
                        + "', the graph has " + StatePairs.named(model.outputs()));
            }
            return names.output();
        } else if (others.size() == 1) {
            return others.get(0).name();
        } else if (others.isEmpty() && pairs.size() == 1) {
            return pairs.values().iterator().next().name();
        }
        throw new InvalidModelException(
                "it is not clear which output of the graph is its answer, "
                        + StatePairs.named(others.isEmpty() ? model.outputs() : others)
                        + "; name it in the spec, \"engine\": {\"output\": …}, and its states as well if it returns more of them");
    }

    /** The function a graph ends with, if it is one of a head. */
    private HeadSpec.Kind headOf(String output) {
        String at = output;
        for (int i = model.nodes().size() - 1; i >= 0; i--) {
            Node node = model.nodes().get(i);
            if (node.outputs().contains(at)) {
                if (SHAPING.contains(node.op())
                        && !node.op().equals("Cast")
                        && !node.inputs().isEmpty()) {
                    at = node.inputs().get(0);
                } else {
                    return switch (node.op()) {
                        case "Softmax" -> HeadSpec.Kind.SOFTMAX;
                        case "LogSoftmax" -> HeadSpec.Kind.LOG_SOFTMAX;
                        case "Sigmoid" -> HeadSpec.Kind.SIGMOID;
                        default -> HeadSpec.Kind.LINEAR;
                    };
                }
            }
        }
        return HeadSpec.Kind.LINEAR;
    }

    /** How many ids an input of tokens has: the rows of the tables it looks up; {@code null} where it looks up none. */
    private Integer ids(String input) {
        Set<String> same = new HashSet<>(Set.of(input));
        Integer ids = null;
        for (Node node : model.nodes()) {
            boolean reads =
                    !node.inputs().isEmpty() && same.contains(node.inputs().get(0));
            if (SHAPING.contains(node.op()) && reads) {
                same.addAll(node.outputs());
            } else if (node.op().equals("Gather")
                    && node.inputs().size() == 2
                    && same.contains(node.inputs().get(1))) {
                TensorData table = model.initializers().get(node.inputs().get(0));
                boolean rows = table != null
                        && table.dims().length > 0
                        && table.dims()[0] >= 1
                        && table.dims()[0] <= Feature.Token.MAX_IDS
                        && (!node.attributes().containsKey("axis")
                                || node.attributes().get("axis").i() == 0);
                if (rows) {
                    ids = Math.min(ids == null ? Integer.MAX_VALUE : ids, (int) table.dims()[0]);
                }
            }
        }
        return ids;
    }

    /** One input gets a fixed name, several keep theirs. */
    private static List<Feature> features(List<EngineSpec.Input> inputs) {
        List<Feature> features = new ArrayList<>();
        Set<String> fields = new HashSet<>();
        for (EngineSpec.Input input : inputs) {
            boolean token = input.type().integral();
            String field = inputs.size() > 1 ? field(input.name()) : token ? "token" : "features";
            if (!fields.add(field)) {
                throw new InvalidModelException("two graph inputs would both be the field '" + field + "'; rename one");
            }
            features.add(
                    token
                            ? new Feature.Token(field, null, null, false, null, null)
                            : new Feature.Vector(field, input.elements(), null, null, null));
        }
        return features;
    }

    private static String field(String input) {
        String name = input.replaceAll("[^A-Za-z0-9_-]+", "_");
        return name.substring(0, Math.min(128, name.length()));
    }

    private static InvalidModelException refuse(Port port, String why) {
        return new InvalidModelException("the graph input '" + Refusals.brief(port.name()) + "' of shape "
                + Arrays.toString(port.dims()).replace("-1", "?") + " " + why);
    }
}
