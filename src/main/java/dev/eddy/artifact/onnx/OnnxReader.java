package dev.eddy.artifact.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.eddy.artifact.onnx.OnnxModel.Attribute;
import dev.eddy.artifact.onnx.OnnxModel.Node;
import dev.eddy.artifact.onnx.OnnxModel.Port;
import dev.eddy.artifact.onnx.OnnxModel.TensorData;
import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decodes the protobuf of an ONNX file: the messages of onnx.proto it needs, by field number, skipping all others. */
final class OnnxReader {
    private final ProtoInput in;
    private final TensorReader tensors;
    private long opset;
    private boolean sparse;
    private boolean graph;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, TensorData> initializers = new LinkedHashMap<>();
    private final List<Port> inputs = new ArrayList<>();
    private final List<Port> outputs = new ArrayList<>();

    private OnnxReader(byte[] file) {
        in = new ProtoInput(CodedInputStream.newInstance(file));
        tensors = new TensorReader(in);
    }

    /**
     * Reads a file's bytes; raw tensor data are views of them.
     *
     * @throws InvalidModelException if the bytes are not an ONNX file
     */
    static OnnxModel read(byte[] file) {
        OnnxReader reader = new OnnxReader(file);
        try {
            reader.in.fields(file.length, reader::modelField);
        } catch (IOException e) {
            throw new InvalidModelException("not a readable ONNX file: " + e.getMessage(), e);
        }
        if (!reader.graph) {
            throw new InvalidModelException("not an ONNX file: it holds no graph");
        }
        return new OnnxModel(
                reader.opset, reader.nodes, reader.initializers, reader.inputs, reader.outputs, reader.sparse);
    }

    /** Reads a serialised TensorProto, as in ONNX test data. */
    static TensorData readTensor(byte[] file) {
        OnnxReader reader = new OnnxReader(file);
        try {
            return reader.tensors.read(file.length);
        } catch (IOException e) {
            throw new InvalidModelException("not a readable ONNX tensor: " + e.getMessage(), e);
        }
    }

    private void modelField(int field, int wireType) throws IOException {
        if (field == 7 && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            if (graph) {
                throw new InvalidModelException("not a valid ONNX file: it holds two graphs");
            }
            graph = true;
            in.message(this::graphField);
        } else if (field == 8 && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            operatorSet();
        } else {
            in.skip();
        }
    }

    private void operatorSet() throws IOException {
        String[] domain = {""};
        long[] version = {0};
        in.message((field, wireType) -> {
            switch (field) {
                case 1 -> domain[0] = in.text(wireType);
                case 2 -> version[0] = in.number(wireType);
                default -> in.skip();
            }
        });
        if (domain[0].isEmpty() || domain[0].equals("ai.onnx")) {
            opset = version[0];
        }
    }

    private void graphField(int field, int wireType) throws IOException {
        switch (field) {
            case 1 -> nodes.add(node(wireType));
            case 5 -> {
                TensorData tensor = tensors.read(wireType, in);
                if (initializers.put(tensor.name(), tensor) != null) {
                    throw new InvalidModelException(
                            "the graph has two initializers named '" + Refusals.brief(tensor.name()) + "'");
                }
            }
            case 11 -> inputs.add(port(wireType));
            case 12 -> outputs.add(port(wireType));
            case 15 -> {
                sparse = true;
                in.skip();
            }
            default -> in.skip();
        }
    }

    private Node node(int wireType) throws IOException {
        List<String> nodeInputs = new ArrayList<>();
        List<String> nodeOutputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        String[] texts = {"", "", ""}; // name, operator, domain
        in.message(wireType, (field, type) -> {
            switch (field) {
                case 1 -> nodeInputs.add(in.text(type));
                case 2 -> nodeOutputs.add(in.text(type));
                case 3 -> texts[0] = in.text(type);
                case 4 -> texts[1] = in.text(type);
                case 5 -> {
                    Attribute attribute = attribute(type);
                    attributes.put(attribute.name(), attribute);
                }
                case 7 -> texts[2] = in.text(type);
                default -> in.skip();
            }
        });
        return new Node(texts[1], texts[2], texts[0], nodeInputs, nodeOutputs, attributes);
    }

    private Attribute attribute(int wireType) throws IOException {
        String[] texts = {"", ""}; // name, value
        long[] numbers = {0, 0}; // type, value
        float[] real = {0};
        TensorData[] tensor = {null};
        ProtoInput.Floats floats = new ProtoInput.Floats();
        ProtoInput.Longs ints = new ProtoInput.Longs();
        List<String> strings = new ArrayList<>();
        in.message(wireType, (field, type) -> {
            switch (field) {
                case 1 -> texts[0] = in.text(type);
                case 2 -> real[0] = in.real(type);
                case 3 -> numbers[1] = in.number(type);
                case 4 -> texts[1] = in.text(type);
                case 5 -> tensor[0] = tensors.read(type, in);
                case 7 -> in.reals(type, floats);
                case 8 -> in.numbers(type, ints);
                case 9 -> strings.add(in.text(type));
                case 20 -> numbers[0] = in.number(type);
                default -> in.skip();
            }
        });
        return new Attribute(
                texts[0],
                (int) numbers[0],
                real[0],
                numbers[1],
                texts[1],
                tensor[0],
                floats.toArray(),
                ints.toArray(),
                strings);
    }

    private Port port(int wireType) throws IOException {
        String[] name = {""};
        long[] elementType = {0};
        ProtoInput.Longs dims = new ProtoInput.Longs();
        boolean[] shaped = {false};
        ProtoInput.Field shape = (field, type) -> {
            if (field == 1) {
                dims.add(extent(type));
            } else {
                in.skip();
            }
        };
        ProtoInput.Field tensorType = (field, type) -> {
            switch (field) {
                case 1 -> elementType[0] = in.number(type);
                case 2 -> {
                    shaped[0] = true;
                    in.message(type, shape);
                }
                default -> in.skip();
            }
        };
        ProtoInput.Field typeProto = (field, type) -> {
            if (field == 1) {
                in.message(type, tensorType);
            } else {
                in.skip();
            }
        };
        in.message(wireType, (field, type) -> {
            switch (field) {
                case 1 -> name[0] = in.text(type);
                case 2 -> in.message(type, typeProto);
                default -> in.skip();
            }
        });
        return new Port(name[0], (int) elementType[0], shaped[0] ? dims.toArray() : null);
    }

    /** A fixed extent, or -1 for a dynamic one. */
    private long extent(int wireType) throws IOException {
        long[] value = {-1};
        in.message(wireType, (field, type) -> {
            if (field == 1) {
                value[0] = in.number(type);
            } else {
                in.skip();
            }
        });
        return value[0] < 1 ? -1 : value[0];
    }
}
