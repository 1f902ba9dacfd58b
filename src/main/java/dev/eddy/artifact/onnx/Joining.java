package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Series.Moment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** When values may be used together, and what they are then. */
final class Joining {
    private Joining() {}

    /** The elements of several values, one value behind the other, as one row. */
    static Value behindEachOther(Call call, List<Value> parts) {
        long elements = parts.stream().mapToLong(Value::elements).sum();
        call.budget().take(elements);
        List<Axis> axes = Axis.plain((int) elements);
        if (parts.stream().anyMatch(Series.class::isInstance)) {
            return series(call, parts, axes);
        } else if (parts.stream().anyMatch(Dims.class::isInstance)) {
            List<Dims.Dim> dims = new ArrayList<>();
            for (Value part : parts) {
                dims.addAll(
                        part instanceof Dims d
                                ? d.dims()
                                : Dims.of((Constant) part).dims());
            }
            return new Dims(axes, dims);
        }
        return constants(parts, axes);
    }

    private static Constant constants(List<Value> parts, List<Axis> axes) {
        boolean single = parts.stream().allMatch(p -> ((Constant) p).numbers() instanceof Numbers.Singles);
        float[] singles = new float[single ? axes.get(0).size() : 0];
        double[] doubles = new double[single ? 0 : axes.get(0).size()];
        int next = 0;
        boolean integral = true;
        for (Value part : parts) {
            Constant constant = (Constant) part;
            integral &= constant.integral();
            for (int i = 0; i < constant.numbers().size(); i++, next++) {
                if (single) {
                    singles[next] = (float) constant.numbers().at(i);
                } else {
                    doubles[next] = constant.numbers().at(i);
                }
            }
        }
        return new Constant(axes, single ? new Numbers.Singles(singles) : new Numbers.Doubles(doubles), integral);
    }

    private static Series series(Call call, List<Value> parts, List<Axis> axes) {
        long[] refs = new long[axes.get(0).size()];
        int next = 0;
        Series all = null;
        for (Value part : parts) {
            Series series = part instanceof Series s ? s : part instanceof Constant c ? call.always(c) : null;
            if (series == null) {
                throw call.refuse("it joins a shape with values");
            }
            System.arraycopy(series.refs(), 0, refs, next, series.refs().length);
            next += series.refs().length;
            all = all == null ? series : new Series(series.axes(), refs, moment(call, all, series));
        }
        return new Series(axes, refs, all.moment());
    }

    /** The moment of what is computed from two values. */
    static Moment moment(Call call, Series a, Series b) {
        if (a.moment() == b.moment() || b.moment() == Moment.ALWAYS) {
            return a.moment();
        } else if (a.moment() == Moment.ALWAYS) {
            return b.moment();
        } else if (a.moment() != Moment.LAST
                && b.moment() != Moment.LAST
                && running(a).equals(running(b))) {
            // A state beside an input with the same axes: a graph of a single step.
            return Moment.EVERY;
        }
        throw call.refuse("it brings together values of different points of time, which cannot be done event by event;"
                + " export a model that gives an output for each step, or a single step");
    }

    private static Set<Symbol> running(Series series) {
        Set<Symbol> symbols = new HashSet<>();
        series.axes().stream()
                .filter(Axis::runs)
                .forEach(axis -> symbols.add(axis.symbol().root()));
        return symbols;
    }
}
