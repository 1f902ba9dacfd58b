package dev.eddy.bench;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Transition;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Errors around swaps. A way is compared with no swap within each sequence, on the same events, because sequences differ much
 * more than ways do.
 */
final class DipTable {
    /** Events looked at before a swap. */
    static final int BEFORE = 100;

    /** Events looked at from a swap on: more than the longest warm-up, as its end is when the next model answers. */
    static final int AFTER = 250;

    private static final String NO_SWAP = "no swap";
    private static final int WARM_UP = 32;
    private static final int LONG_WARM_UP = 128;
    private static final String ROW = "%-20s %-17s %-25s %-25s %-25s %-25s %s%n";

    /** Events of a column, counted from the swap: from the first on, until before the second. */
    private enum Column {
        BEFORE(-DipTable.BEFORE, 0),
        FIRST(0, 10),
        WARMING(10, 32),
        LATER(32, 100),
        ALL(0, 100),
        LAST(100, AFTER);

        private final int from;
        private final int to;

        Column(int from, int to) {
            this.from = from;
            this.to = to;
        }

        double mean(List<double[]> swaps) {
            double sum = 0;
            for (double[] errors : swaps) {
                for (int i = DipTable.BEFORE + from; i < DipTable.BEFORE + to; i++) {
                    sum += errors[i];
                }
            }
            return sum / (to - from) / swaps.size();
        }
    }

    private final Map<String, List<List<double[]>>> ways = new LinkedHashMap<>();

    /** The ways from one model to another, the baseline first. */
    static Map<String, DipRun> ways(ModelFile before, ModelFile after, boolean carries) {
        Map<String, DipRun> ways = new LinkedHashMap<>();
        ways.put(NO_SWAP, new DipRun(before, after, null));
        ways.put("reset", new DipRun(before, after, Transition.RESET));
        ways.put("warm " + WARM_UP, new DipRun(before, after, Transition.warm(WARM_UP)));
        ways.put("warm " + LONG_WARM_UP, new DipRun(before, after, Transition.warm(LONG_WARM_UP)));
        if (carries) {
            ways.put("carry", new DipRun(before, after, Transition.CARRY));
        } else {
            ways.put("successor all along", new DipRun(after, before, null));
        }
        return ways;
    }

    /** Adds the errors of one sequence around each of its swaps. */
    void add(String way, int sequence, List<double[]> errors) {
        List<List<double[]>> all = ways.computeIfAbsent(way, name -> new ArrayList<>());
        if (all.size() != sequence) {
            throw new IllegalArgumentException("sequence " + sequence + " comes out of turn");
        }
        all.add(errors);
    }

    /** Prints mean errors and, in brackets, how much more that is than without a swap, with its standard error. */
    void print(PrintStream out) {
        out.printf(ROW, "", "100 events before", "events 1-10", "11-32", "33-100", "1-100", "101-" + AFTER);
        for (String way : ways.keySet()) {
            out.printf(
                    ROW,
                    way,
                    cell(way, Column.BEFORE),
                    cell(way, Column.FIRST),
                    cell(way, Column.WARMING),
                    cell(way, Column.LATER),
                    cell(way, Column.ALL),
                    cell(way, Column.LAST));
        }
    }

    private String cell(String way, Column column) {
        double[] means = means(way, column);
        double[] base = means(NO_SWAP, column);
        if (column == Column.BEFORE) {
            return String.format(Locale.ROOT, "%.4f", mean(means));
        } else if (way.equals(NO_SWAP)) {
            return String.format(Locale.ROOT, "%.4f ± %.4f", mean(means), standardError(means));
        }
        double[] more = new double[means.length];
        for (int i = 0; i < more.length; i++) {
            more[i] = means[i] - base[i];
        }
        return String.format(Locale.ROOT, "%.4f (%+.4f ± %.4f)", mean(means), mean(more), standardError(more));
    }

    private double[] means(String way, Column column) {
        return ways.get(way).stream().mapToDouble(column::mean).toArray();
    }

    private static double mean(double[] numbers) {
        double sum = 0;
        for (double number : numbers) {
            sum += number;
        }
        return sum / numbers.length;
    }

    private static double standardError(double[] numbers) {
        double mean = mean(numbers);
        double squares = 0;
        for (double number : numbers) {
            squares += (number - mean) * (number - mean);
        }
        return Math.sqrt(squares / (numbers.length - 1) / numbers.length);
    }
}
