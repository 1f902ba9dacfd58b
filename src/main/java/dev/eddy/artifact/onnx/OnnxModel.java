package dev.eddy.artifact.onnx;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * The parts of an ONNX file that matter here.
 *
 * @param opset version of the standard operators; 0 where the file names none
 */
record OnnxModel(
        long opset,
        List<Node> nodes,
        Map<String, TensorData> initializers,
        List<Port> inputs,
        List<Port> outputs,
        boolean sparse) {

    /** An input or output of the graph; {@code dims} holds -1 for a dynamic extent and is {@code null} without a shape. */
    record Port(String name, int type, long[] dims) {
        /** Whether its elements are integers. */
        boolean integral() {
            return type == TensorDecoder.INT64 || type == TensorDecoder.INT32;
        }
    }

    /** One application of an operator; an absent optional input has the empty name. */
    record Node(
            String op,
            String domain,
            String name,
            List<String> inputs,
            List<String> outputs,
            Map<String, Attribute> attributes) {
        /** How a message names it. */
        String label() {
            String shown = name.isEmpty()
                    ? outputs.stream()
                            .filter(output -> !output.isEmpty())
                            .findFirst()
                            .orElse("")
                    : name;
            return Refusals.brief(op) + " node '" + Refusals.brief(shown) + "'";
        }
    }

    /** A named constant of a node; a part that the file does not give is zero or empty. */
    record Attribute(
            String name,
            int type,
            float f,
            long i,
            String s,
            TensorData t,
            float[] floats,
            long[] ints,
            List<String> strings) {}

    /** A tensor as it stands in the file, not yet checked; {@code raw} and {@code external} are {@code null} for none. */
    record TensorData(
            String name,
            int type,
            long[] dims,
            ByteBuffer raw,
            float[] floats,
            long[] ints,
            double[] doubles,
            Map<String, String> external) {}
}
