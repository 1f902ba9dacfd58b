package dev.eddy.artifact.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One axis of a value.
 *
 * @param size   its extent; 1 for an axis over time or batch, of which one point is looked at
 * @param symbol the axis over time or batch, or {@code null}
 */
record Axis(int size, Symbol symbol) {
    /** An axis of extent 1. */
    static final Axis UNIT = new Axis(1, null);

    static Axis of(Symbol symbol) {
        return new Axis(1, symbol);
    }

    static Axis of(int size) {
        return size == 1 ? UNIT : new Axis(size, null);
    }

    /** Axes of fixed extents. */
    static List<Axis> plain(int... sizes) {
        List<Axis> axes = new ArrayList<>();
        for (int size : sizes) {
            axes.add(of(size));
        }
        return Collections.unmodifiableList(axes);
    }

    static int[] sizes(List<Axis> axes) {
        return axes.stream().mapToInt(Axis::size).toArray();
    }

    /** Whether it runs over time or batch. */
    boolean runs() {
        return symbol != null;
    }

    /** Whether its extent is always 1. */
    boolean unit() {
        return symbol == null && size == 1;
    }

    /** Whether two axes are the same one. */
    boolean same(Axis other) {
        return runs() ? other.runs() && symbol.same(other.symbol) : !other.runs() && size == other.size;
    }

    boolean is(Symbol.Role role) {
        return runs() && symbol.role() == role;
    }
}
