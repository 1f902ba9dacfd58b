package dev.eddy.artifact.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A shape computed in the graph: each element is a fixed extent or the length of an axis over time or batch. */
record Dims(List<Axis> axes, List<Dim> dims) implements Value {
    /** One extent; {@code symbol} is {@code null} for a fixed one. */
    record Dim(long value, Symbol symbol) {}

    static Dims of(Constant constant) {
        return new Dims(
                constant.axes(),
                Arrays.stream(constant.longs()).mapToObj(v -> new Dim(v, null)).toList());
    }

    /** The extents as numbers, or {@code null} if one is dynamic. */
    Constant fixed() {
        double[] values = new double[dims.size()];
        for (int i = 0; i < values.length; i++) {
            Dim dim = dims.get(i);
            if (dim.symbol() != null && dim.symbol().length() == 0) {
                return null;
            }
            values[i] = dim.symbol() == null ? dim.value() : dim.symbol().length();
        }
        return new Constant(axes, new Numbers.Doubles(values), true);
    }

    @Override
    public Dims pick(List<Axis> newAxes, int[] places) {
        if (places == null) {
            return new Dims(newAxes, dims);
        }
        List<Dim> picked = new ArrayList<>();
        for (int place : places) {
            picked.add(dims.get(place));
        }
        return new Dims(newAxes, picked);
    }
}
