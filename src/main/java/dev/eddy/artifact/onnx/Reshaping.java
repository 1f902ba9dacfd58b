package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Dims.Dim;
import java.util.ArrayList;
import java.util.List;

/**
 * Reshapes a value that depends on the events. It is harmless as long as time and batch stay axes of their own; a reshape
 * that mixes them with features or with each other is refused.
 */
final class Reshaping {
    private final Call call;
    private final List<Axis> source;
    private final List<Dim> target = new ArrayList<>();
    private final List<Axis> result = new ArrayList<>();
    private int next;

    private Reshaping(Call call, Series series, List<Dim> asked) {
        this.call = call;
        for (int i = 0; i < asked.size(); i++) {
            target.add(resolve(series, asked.get(i), i));
        }
        this.source = series.axes().stream()
                .filter(axis -> !axis.unit() && !single(axis))
                .toList();
    }

    static Series apply(Call call, Series series, List<Dim> asked) {
        Reshaping reshaping = new Reshaping(call, series, asked);
        reshaping.fixTracedLength();
        reshaping.infer();
        reshaping.match();
        return series.pick(List.copyOf(reshaping.result), null);
    }

    /** Whether an axis is known to have one point and is not asked for: merging it with others changes nothing. */
    private boolean single(Axis axis) {
        return axis.runs()
                && axis.symbol().length() == 1
                && target.stream()
                        .noneMatch(dim -> dim.symbol() != null && dim.symbol().same(axis.symbol()));
    }

    /** A zero stands for the axis at the same place. */
    private Dim resolve(Series series, Dim dim, int i) {
        if (dim.symbol() != null || dim.value() != 0 || call.number("allowzero", 0) != 0) {
            return dim;
        }
        if (i >= series.rank()) {
            throw mixed();
        }
        return new Dim(series.axes().get(i).size(), series.axes().get(i).symbol());
    }

    /**
     * PyTorch's dynamo exporter writes (5, -1, features) for (time, batch, features), with the length it was traced with: such a
     * graph runs for that length alone, where the reshape changes nothing.
     */
    private void fixTracedLength() {
        int inferred = -1;
        for (int i = 0; i < target.size(); i++) {
            inferred = target.get(i).symbol() == null && target.get(i).value() == -1 ? i : inferred;
        }
        boolean open = inferred >= 0
                && target.size() == source.size()
                && source.get(inferred).runs()
                && target.stream().noneMatch(dim -> dim.symbol() != null || dim.value() == 1);
        for (int i = 0; open && i < target.size(); i++) {
            Axis axis = source.get(i);
            long length = axis.runs() ? axis.symbol().length() : axis.size();
            open = i == inferred || length == target.get(i).value() || (axis.is(Symbol.Role.TIME) && length == 0);
        }
        for (int i = 0; open && i < target.size(); i++) {
            if (i != inferred && source.get(i).runs()) {
                source.get(i).symbol().requireLength(target.get(i).value());
            }
        }
        if (open) {
            target.set(inferred, new Dim(1, source.get(inferred).symbol()));
        }
    }

    /** Replaces -1 by what it must be. */
    private void infer() {
        int at = -1;
        long asked = 1;
        List<Symbol> running = new ArrayList<>();
        long held = 1;
        for (Axis axis : source) {
            if (axis.runs()
                    && target.stream()
                            .noneMatch(d -> d.symbol() != null && d.symbol().same(axis.symbol()))) {
                held *= Math.max(1, axis.symbol().length());
                if (axis.symbol().length() == 0) {
                    running.add(axis.symbol());
                }
            } else {
                held *= axis.size();
            }
        }
        for (int i = 0; i < target.size(); i++) {
            long extent = target.get(i).value();
            if (extent == 0 || extent < -1 || extent > Integer.MAX_VALUE || (extent == -1 && at >= 0)) {
                throw mixed();
            }
            at = extent == -1 ? i : at;
            asked = extent == -1 ? asked : Math.min(asked * extent, Integer.MAX_VALUE);
        }
        if (at < 0) {
            return;
        }
        if (running.size() > 1 || held % asked != 0 || (running.size() == 1 && held != asked)) {
            throw mixed();
        }
        target.set(at, running.isEmpty() ? new Dim(held / asked, null) : new Dim(1, running.get(0)));
    }

    private void match() {
        for (int i = 0; i < target.size(); i++) {
            Dim dim = target.get(i);
            boolean atRunning = next < source.size() && source.get(next).runs();
            if (dim.symbol() != null) {
                if (!atRunning || !source.get(next).symbol().same(dim.symbol())) {
                    throw mixed();
                }
                result.add(source.get(next++));
            } else if (dim.value() == 1) {
                result.add(Axis.UNIT);
            } else if (atRunning) {
                long length = source.get(next).symbol().length();
                if (length != 0 && length != dim.value()) {
                    throw mixed();
                }
                source.get(next).symbol().requireLength(dim.value());
                result.add(source.get(next++));
            } else {
                i = matchFeatures(i);
            }
        }
        if (next != source.size()) {
            throw mixed();
        }
    }

    /** Matches neighbouring feature axes with neighbouring extents of the same product; gives the last extent used. */
    private int matchFeatures(int first) {
        int last = first;
        long held = feature();
        long asked = target.get(first).value();
        result.add(Axis.of((int) asked));
        while (held != asked) {
            if (held < asked) {
                held *= feature();
            } else {
                last++;
                if (last >= target.size() || target.get(last).symbol() != null) {
                    throw mixed();
                }
                asked *= target.get(last).value();
                result.add(Axis.of((int) target.get(last).value()));
            }
        }
        return last;
    }

    private long feature() {
        if (next >= source.size() || source.get(next).runs()) {
            throw mixed();
        }
        return source.get(next++).size();
    }

    private RuntimeException mixed() {
        return call.refuse(
                "it mixes time, batch and features, or fixes a length that may differ; such a model cannot run"
                        + " event by event: export one step, or remove the reshape");
    }
}
