package dev.eddy.artifact.onnx;

import dev.eddy.model.InvalidModelException;

/** Bounds the memory that interpreting a graph may take, so that a small hostile file cannot ask for much. */
final class Budget {
    private static final long BASE = 1L << 24;
    private static final int TIMES = 8;

    private long left;

    /** @param fileBytes size of the file with all its weights */
    Budget(long fileBytes) {
        left = BASE + TIMES * fileBytes / Float.BYTES;
    }

    /** Takes room for some elements before they are allocated. */
    void take(long elements) {
        left -= elements;
        if (elements < 0 || elements > Integer.MAX_VALUE / 8 || left < 0) {
            throw new InvalidModelException(
                    "the graph computes far larger tensors than the file holds; it is damaged or not"
                            + " an export of a recurrent network");
        }
    }
}
