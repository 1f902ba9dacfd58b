package dev.eddy.artifact.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes small ONNX files for tests, field by field of onnx.proto. */
public final class OnnxBuilder {
    private final Message graph = new Message();
    private final Set<String> nodeNames = new HashSet<>();
    private final long opset;

    public OnnxBuilder(long opset) {
        this.opset = opset;
    }

    /** A protobuf message in the making. */
    public static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

        interface Write {
            void to(CodedOutputStream out) throws IOException;
        }

        Message put(Write write) {
            try {
                write.to(out);
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Message text(int field, String value) {
            return put(o -> o.writeString(field, value));
        }

        Message number(int field, long value) {
            return put(o -> o.writeInt64(field, value));
        }

        Message message(int field, Message value) {
            return put(o -> o.writeByteArray(field, value.toBytes()));
        }

        byte[] toBytes() {
            put(CodedOutputStream::flush);
            return bytes.toByteArray();
        }
    }

    public OnnxBuilder input(String name, long... dims) {
        graph.message(11, port(name, TensorDecoder.FLOAT, dims));
        return this;
    }

    OnnxBuilder ids(String name, long... dims) {
        graph.message(11, port(name, TensorDecoder.INT64, dims));
        return this;
    }

    OnnxBuilder output(String... names) {
        for (String name : names) {
            graph.message(12, port(name, TensorDecoder.FLOAT));
        }
        return this;
    }

    /** An output whose shape the file tells. */
    public OnnxBuilder shaped(String name, long... dims) {
        graph.message(12, port(name, TensorDecoder.FLOAT, dims));
        return this;
    }

    /** An input or output of any type. */
    OnnxBuilder port(int field, String name, int type, long... dims) {
        graph.message(field, port(name, type, dims));
        return this;
    }

    /** An initializer of pseudo-random weights. */
    OnnxBuilder weight(String name, long... dims) {
        int size = 1;
        for (long dim : dims) {
            size *= (int) dim;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) Math.sin(1 + i * 0.7 + name.hashCode());
        }
        return floats(name, values, dims);
    }

    public OnnxBuilder floats(String name, float[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        graph.message(5, tensor(name, TensorDecoder.FLOAT, raw, dims));
        return this;
    }

    public OnnxBuilder ints(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        graph.message(5, tensor(name, TensorDecoder.INT64, raw, values.length));
        return this;
    }

    OnnxBuilder initializer(Message tensor) {
        graph.message(5, tensor);
        return this;
    }

    static Message tensor(String name, int type, ByteBuffer raw, long... dims) {
        Message tensor = new Message();
        for (long dim : dims) {
            tensor.number(1, dim);
        }
        return tensor.number(2, type).text(8, name).put(o -> o.writeBytes(9, ByteString.copyFrom(raw)));
    }

    /** A node; inputs and outputs are lists of names separated by blanks, {@code -} is an absent one. */
    public OnnxBuilder node(String op, String inputs, String outputs, Message... attributes) {
        return node("", op, inputs, outputs, attributes);
    }

    OnnxBuilder node(String domain, String op, String inputs, String outputs, Message... attributes) {
        Message node = new Message();
        names(inputs).forEach(name -> node.text(1, name));
        names(outputs).forEach(name -> node.text(2, name));
        // ONNX Runtime wants a name of its own for each node.
        String name = "the_" + op;
        for (int i = 2; !nodeNames.add(name); i++) {
            name = "the_" + op + "_" + i;
        }
        node.text(3, name).text(4, op).text(7, domain);
        for (Message attribute : attributes) {
            node.message(5, attribute);
        }
        graph.message(1, node);
        return this;
    }

    public static Message attribute(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    static Message attribute(String name, float value) {
        return new Message().text(1, name).put(o -> o.writeFloat(2, value)).number(20, 1);
    }

    static Message attribute(String name, String value) {
        return new Message().text(1, name).text(4, value).number(20, 3);
    }

    static Message reals(String name, float... values) {
        Message message = new Message().text(1, name).number(20, 6);
        for (float value : values) {
            message.put(o -> o.writeFloat(7, value));
        }
        return message;
    }

    static Message texts(String name, String... values) {
        Message message = new Message().text(1, name).number(20, 8);
        for (String value : values) {
            message.text(9, value);
        }
        return message;
    }

    public byte[] build() {
        Message operators = new Message().text(1, "").number(2, opset);
        return new Message()
                .number(1, 8)
                .message(8, operators)
                .message(7, graph)
                .toBytes();
    }

    private static List<String> names(String text) {
        return List.of(text.split(" ")).stream()
                .map(name -> name.equals("-") ? "" : name)
                .toList();
    }

    private static Message port(String name, int type, long... dims) {
        Message shape = new Message();
        for (long dim : dims) {
            shape.message(1, dim < 0 ? new Message().text(2, "dynamic") : new Message().number(1, dim));
        }
        Message tensorType = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensorType));
    }
}
