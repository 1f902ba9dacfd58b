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
    /** Events looked at on each side of a swap. */
    static final int AROUND = 100;

    private static final String NO_SWAP = "no swap";
    private static final int WARM_UP = 32;
    private static final String ROW = "%-24s %-22s %-24s %-24s %-24s %s%n";

    /** Events of a column, counted from the swap: from the first on, until before the second. */
    private enum Column {
        BEFORE(-AROUND, 0),
        FIRST(0, 10),
        WARMING(10, WARM_UP),
        LATER(WARM_UP, AROUND),
        ALL(0, AROUND);

        private final int from;
        private final int to;

        Column(int from, int to) {
            this.from = from;
            this.to = to;
        }

        double mean(List<double[]> swaps) {
            double sum = 0;
            for (double[] errors : swaps) {
                for (int i = AROUND + from; i < AROUND + to; i++) {
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
        out.printf(ROW, "", "100 events before", "events 1-10", "11-32", "33-100", "all 100 after");
        for (String way : ways.keySet()) {
            out.printf(
                    ROW,
                    way,
                    cell(way, Column.BEFORE),
                    cell(way, Column.FIRST),
                    cell(way, Column.WARMING),
                    cell(way, Column.LATER),
                    cell(way, Column.ALL));
        }
    }

    private String cell(String way, Column column) {
        double[] means = means(way, column);
        double[] base = means(NO_SWAP, column);
        if (way.equals(NO_SWAP)) {
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
