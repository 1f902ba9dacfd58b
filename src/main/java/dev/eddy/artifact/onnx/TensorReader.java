package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.OnnxModel.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Decodes a TensorProto. */
final class TensorReader {
    private final ProtoInput in;

    TensorReader(ProtoInput in) {
        this.in = in;
    }

    TensorData read(int length) throws IOException {
        Parts parts = new Parts();
        in.fields(length, (field, type) -> field(parts, field, type));
        return parts.tensor();
    }

    TensorData read(int wireType, ProtoInput source) throws IOException {
        Parts parts = new Parts();
        source.message(wireType, (field, type) -> field(parts, field, type));
        return parts.tensor();
    }

    private void field(Parts parts, int field, int wireType) throws IOException {
        switch (field) {
            case 1 -> in.numbers(wireType, parts.dims);
            case 2 -> parts.type = (int) in.number(wireType);
            case 4 -> in.reals(wireType, parts.floats);
            case 5, 7 -> in.numbers(wireType, parts.ints);
            case 8 -> parts.name = in.text(wireType);
            case 9 -> parts.raw = in.bytes(wireType);
            case 10 -> in.doubles(wireType, parts.doubles);
            case 13 -> externalEntry(parts, wireType);
            case 14 -> parts.location = in.number(wireType);
            default -> in.skip();
        }
    }

    private void externalEntry(Parts parts, int wireType) throws IOException {
        String[] entry = {"", ""};
        in.message(wireType, (field, type) -> {
            switch (field) {
                case 1 -> entry[0] = in.text(type);
                case 2 -> entry[1] = in.text(type);
                default -> in.skip();
            }
        });
        parts.external.put(entry[0], entry[1]);
    }

    private static final class Parts {
        private String name = "";
        private int type;
        private long location;
        private ByteBuffer raw;
        private final ProtoInput.Longs dims = new ProtoInput.Longs();
        private final ProtoInput.Floats floats = new ProtoInput.Floats();
        private final ProtoInput.Longs ints = new ProtoInput.Longs();
        private final ProtoInput.Longs doubles = new ProtoInput.Longs();
        private final Map<String, String> external = new HashMap<>();

        TensorData tensor() {
            return new TensorData(
                    name,
                    type,
                    dims.toArray(),
                    raw,
                    floats.toArray(),
                    ints.toArray(),
                    Arrays.stream(doubles.toArray())
                            .mapToDouble(Double::longBitsToDouble)
                            .toArray(),
                    location == 1 ? external : null);
        }
    }
}
