package dev.eddy.network.onnxruntime;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the nodes of a graph before the runtime sees it, and refuses what could reach beyond the file or run without end: data
 * in other files, control flow, functions.
 */
final class GraphReader {
    private static final int MAX_PARTS = 2_000_000;
    private static final int DEFAULT_LOCATION = 0;
    private static final int LONGEST_NAME = 80;

    private final CodedInputStream in;
    private final List<Node> nodes = new ArrayList<>();
    private int parts;
    private boolean graph;

    /**
     * One application of an operator.
     *
     * @param direction of a recurrent one; empty for its own
     */
    record Node(String op, String domain, String direction, List<String> inputs, List<String> outputs) {
        /** How a message names it. */
        String label() {
            return brief(op) + " node '" + brief(outputs.isEmpty() ? "" : outputs.get(0)) + "'";
        }
    }

    private GraphReader(ByteBuffer file) {
        in = CodedInputStream.newInstance(file);
        in.setSizeLimit(Integer.MAX_VALUE);
    }

    /**
     * The nodes of a graph, in the order of the file.
     *
     * @throws InvalidModelException if the bytes are not an ONNX file or hold what is refused
     */
    static List<Node> nodes(ByteBuffer file) {
        GraphReader reader = new GraphReader(file);
        try {
            reader.model();
        } catch (IOException e) {
            throw new InvalidModelException("the model's graph is not readable as ONNX: " + e.getMessage(), e);
        }
        if (!reader.graph) {
            throw new InvalidModelException("the model's graph is not an ONNX file: it holds no graph");
        }
        return reader.nodes;
    }

    /** A name out of the file, short enough for a message. */
    static String brief(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    }

    /** Handles one field of a message; must consume it. */
    private interface Field {
        void read(int number, int tag) throws IOException;
    }

    private void fields(Field handler) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (++parts > MAX_PARTS) {
                throw new InvalidModelException("the model's graph has more than " + MAX_PARTS + " parts");
            }
            handler.read(WireFormat.getTagFieldNumber(tag), tag);
        }
        in.checkLastTagWas(0);
    }

    private void message(int tag, Field handler) throws IOException {
        requireLengthDelimited(tag);
        int end = in.pushLimit(in.readRawVarint32());
        fields(handler);
        in.popLimit(end);
    }

    private String text(int tag) throws IOException {
        requireLengthDelimited(tag);
        return in.readString();
    }

    private static void requireLengthDelimited(int tag) throws IOException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            throw new IOException("a field has the wrong type");
        }
    }

    private void model() throws IOException {
        fields((field, tag) -> {
            switch (field) {
                case 7 -> {
                    graph = true;
                    message(tag, this::graphField);
                }
                case 20 ->
                    throw new InvalidModelException(
                            "the model's graph holds training steps; export it for inference alone");
                case 25 ->
                    throw new InvalidModelException(
                            "the model's graph has functions of its own; write them out with onnx.inliner.inline_local_functions");
                default -> in.skipField(tag);
            }
        });
    }

    private void graphField(int field, int tag) throws IOException {
        switch (field) {
            case 1 -> node(tag);
            case 5 -> tensor(tag);
            case 15 ->
                throw new InvalidModelException("the model's graph has sparse weights; export it with dense ones");
            default -> in.skipField(tag);
        }
    }

    private void node(int tag) throws IOException {
        String[] texts = {"", "", ""}; // operator, domain, direction
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        message(tag, (field, part) -> {
            switch (field) {
                case 1 -> inputs.add(text(part));
                case 2 -> outputs.add(text(part));
                case 4 -> texts[0] = text(part);
                case 5 -> attribute(part, texts);
                case 7 -> texts[1] = text(part);
                default -> in.skipField(part);
            }
        });
        nodes.add(new Node(texts[0], texts[1], texts[2], inputs, outputs));
    }

    private void attribute(int tag, String[] texts) throws IOException {
        String[] name = {""};
        ByteString[] value = {ByteString.EMPTY};
        message(tag, (field, part) -> {
            switch (field) {
                case 1 -> name[0] = text(part);
                case 4 -> {
                    requireLengthDelimited(part);
                    value[0] = in.readBytes();
                }
                case 5, 10 -> tensor(part);
                case 6, 11 ->
                    throw new InvalidModelException("the model's graph has graphs inside its nodes (If, Loop, Scan);"
                            + " export one step without control flow");
                case 22, 23 ->
                    throw new InvalidModelException("the model's graph has sparse weights; export it with dense ones");
                default -> in.skipField(part);
            }
        });
        if (name[0].equals("direction")) {
            texts[2] = value[0].toStringUtf8();
        }
    }

    private void tensor(int tag) throws IOException {
        String[] name = {""};
        boolean[] external = {false};
        message(tag, (field, part) -> {
            switch (field) {
                case 8 -> name[0] = text(part);
                case 13 -> {
                    external[0] = true;
                    in.skipField(part);
                }
                case 14 -> external[0] |= in.readRawVarint64() != DEFAULT_LOCATION;
                default -> in.skipField(part);
            }
        });
        if (external[0]) {
            throw new InvalidModelException(
                    "the weight '" + brief(name[0]) + "' of the model's graph lies in another file;"
                            + " a model file must hold all it needs: make it with 'eddy import'");
        }
    }
}
