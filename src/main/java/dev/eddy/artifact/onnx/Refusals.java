package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.OnnxModel.Node;
import dev.eddy.model.InvalidModelException;

/** The sentences with which a graph is refused. */
final class Refusals {
    private static final int LONGEST_NAME = 80;

    private Refusals() {}

    /** A refusal that names the node. */
    static InvalidModelException at(Node node, String why) {
        return new InvalidModelException(node.label() + ": " + why);
    }

    /** A name out of the file, short enough for a message. */
    static String brief(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    }
}
