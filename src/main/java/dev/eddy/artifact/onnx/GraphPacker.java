package dev.eddy.artifact.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.eddy.artifact.onnx.OnnxModel.TensorData;
import dev.eddy.model.InvalidModelException;
import java.util.Map;

/** Makes an ONNX file complete in itself: weights that lie in a second file are taken in. */
final class GraphPacker {
    private static final int GRAPH = 7;
    private static final int INITIALIZER = 5;
    private static final int RAW_DATA = 9;
    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;

    /** The bytes of an element of each ONNX type whose data may lie in another file. */
    private static final Map<Integer, Integer> BYTES = Map.ofEntries(
            Map.entry(TensorDecoder.FLOAT, 4),
            Map.entry(2, 1), // uint8
            Map.entry(3, 1), // int8
            Map.entry(4, 2), // uint16
            Map.entry(5, 2), // int16
            Map.entry(TensorDecoder.INT32, 4),
            Map.entry(TensorDecoder.INT64, 8),
            Map.entry(TensorDecoder.BOOL, 1),
            Map.entry(TensorDecoder.FLOAT16, 2),
            Map.entry(TensorDecoder.DOUBLE, 8),
            Map.entry(12, 4), // uint32
            Map.entry(13, 8), // uint64
            Map.entry(TensorDecoder.BFLOAT16, 2));

    private final ExternalData external;

    private GraphPacker(ExternalData external) {
        this.external = external;
    }

    /**
     * The file with all its weights.
     *
     * @param limit most bytes it may have
     * @throws InvalidModelException if it is larger, or a weight is not where the file says
     */
    static byte[] pack(byte[] file, OnnxModel model, ExternalData external, long limit) {
        if (model.initializers().values().stream().allMatch(tensor -> tensor.external() == null)) {
            requireSize(file.length, limit);
            return file;
        }
        long weights = model.initializers().values().stream()
                .filter(tensor -> tensor.external() != null)
                .mapToLong(GraphPacker::bytes)
                .reduce(0, (a, b) -> Math.min(a + b, Long.MAX_VALUE / 2));
        requireSize(file.length + weights, limit);
        try {
            GraphPacker packer = new GraphPacker(external);
            return replaced(ByteString.copyFrom(file), GRAPH, packer::graph).toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidModelException("not a readable ONNX file: " + e.getMessage(), e);
        }
    }

    private static void requireSize(long bytes, long limit) {
        if (bytes > limit) {
            throw new InvalidModelException(
                    "the graph has " + bytes + " bytes with its weights; up to " + limit + " fit into a model file");
        }
    }

    /** Gives a part of a message another content. */
    private interface Part {
        ByteString replace(ByteString part) throws InvalidProtocolBufferException;
    }

    /** A message whose parts of one number are replaced; all else stays. */
    private static ByteString replaced(ByteString message, int number, Part handler)
            throws InvalidProtocolBufferException {
        UnknownFieldSet fields = UnknownFieldSet.parseFrom(message);
        Field.Builder parts = Field.newBuilder();
        for (ByteString part : fields.getField(number).getLengthDelimitedList()) {
            parts.addLengthDelimited(handler.replace(part));
        }
        return fields.toBuilder().addField(number, parts.build()).build().toByteString();
    }

    private ByteString graph(ByteString graph) throws InvalidProtocolBufferException {
        return replaced(graph, INITIALIZER, this::initializer);
    }

    private ByteString initializer(ByteString tensor) throws InvalidProtocolBufferException {
        TensorData data = OnnxReader.readTensor(tensor.toByteArray());
        if (data.external() == null) {
            return tensor;
        }
        ByteString weights = ByteString.copyFrom(external.read(data.name(), data.external(), bytes(data)));
        return UnknownFieldSet.parseFrom(tensor).toBuilder()
                .clearField(EXTERNAL_DATA)
                .clearField(DATA_LOCATION)
                .addField(
                        RAW_DATA, Field.newBuilder().addLengthDelimited(weights).build())
                .build()
                .toByteString();
    }

    /** What a tensor takes; saturates. */
    private static long bytes(TensorData tensor) {
        Integer element = BYTES.get(tensor.type());
        if (element == null) {
            throw new InvalidModelException("tensor '" + Refusals.brief(tensor.name()) + "' has the ONNX type "
                    + tensor.type() + ", which is not read from a second file; save the model in one file");
        }
        long bytes = element;
        for (long extent : tensor.dims()) {
            bytes = extent < 0 ? Integer.MAX_VALUE * 4L : Math.min(bytes * Math.min(extent, 1L << 32), 1L << 33);
        }
        return bytes;
    }
}
