package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Expressions.Linear;
import dev.eddy.model.InvalidModelException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Tells a graph that repeats its cell for every step of a fixed number of them: it uses the same weights again and again. */
final class Unrolled {
    private static final int SMALLEST = 4;

    private Unrolled() {}

    /**
     * Refuses such a graph.
     *
     * @param written whether cells were found that are written out as single operations
     */
    static void refuse(Expressions expressions, boolean written) {
        if (!written && expressions.all().stream().anyMatch(Cell.class::isInstance)) {
            return;
        }
        Map<Integer, Linear> known = new HashMap<>();
        expressions.all().forEach(expr -> {
            if (expr instanceof Linear linear && telling(linear.weight())) {
                Linear other = known.putIfAbsent(Arrays.hashCode(linear.weight()), linear);
                if (other != null
                        && Arrays.equals(other.weight(), linear.weight())
                        && !Arrays.equals(other.x(), linear.x())) {
                    throw new InvalidModelException(
                            "the graph applies the same weights several times, as a loop over time does; it cannot run event by"
                                    + " event: export one step, with its states as inputs and outputs");
                }
            }
        });
    }

    private static boolean telling(float[] weight) {
        for (int i = 1; weight.length >= SMALLEST && i < weight.length; i++) {
            if (weight[i] != weight[0]) {
                return true;
            }
        }
        return false;
    }
}
