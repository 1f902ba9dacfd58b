package dev.eddy.artifact.onnx;

import java.util.List;

/** What is known of a tensor of the graph: its axes, and what stands at each of its places. */
sealed interface Value permits Constant, Dims, Series {
    List<Axis> axes();

    /**
     * The value with its elements moved.
     *
     * @param axes   the new axes
     * @param places for each new element, row-major, the place of the old one; {@code null} where they stay
     */
    Value pick(List<Axis> axes, int[] places);

    /** Number of elements at one point of time and batch. */
    default int elements() {
        int count = 1;
        for (Axis axis : axes()) {
            count *= axis.size();
        }
        return count;
    }

    default int rank() {
        return axes().size();
    }
}
