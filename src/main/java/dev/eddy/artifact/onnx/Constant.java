package dev.eddy.artifact.onnx;

import java.util.List;

/** A tensor whose numbers are known. */
record Constant(List<Axis> axes, Numbers numbers, boolean integral) implements Value {
    static Constant ofInts(long... values) {
        double[] numbers = new double[values.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values[i];
        }
        return new Constant(Axis.plain(values.length), new Numbers.Doubles(numbers), true);
    }

    /** A single number without axes. */
    static Constant ofReal(double value) {
        return new Constant(List.of(), new Numbers.Doubles(new double[] {value}), false);
    }

    int[] shape() {
        return Axis.sizes(axes);
    }

    long[] longs() {
        long[] values = new long[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) numbers.at(i);
        }
        return values;
    }

    boolean zero() {
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.at(i) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Constant pick(List<Axis> newAxes, int[] places) {
        return new Constant(newAxes, places == null ? numbers : numbers.pick(places), integral);
    }
}
