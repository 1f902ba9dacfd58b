package dev.eddy.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What all contenders did in all runs. A ratio is taken within a round, because the machine changes between rounds. */
final class Table {
    private static final String ROW = "%-46s %-24s %-36s %s%n";

    private final Map<String, List<Run>> runs = new LinkedHashMap<>();

    void add(String contender, Run run) {
        runs.computeIfAbsent(contender, name -> new ArrayList<>()).add(run);
    }

    private double[] cpu(String contender) {
        return runs.get(contender).stream().mapToDouble(Run::cpuMicros).toArray();
    }

    private double[] speeds(String contender) {
        return runs.get(contender).stream().mapToDouble(Run::perSecond).toArray();
    }

    /** How many times faster than a baseline, round by round. */
    double[] ratios(String contender, String baseline) {
        double[] speeds = speeds(contender);
        double[] base = speeds(baseline);
        return IntStream.range(0, speeds.length)
                .mapToDouble(i -> speeds[i] / base[i])
                .toArray();
    }

    /** Prints medians, with the range in brackets; the first contender is the baseline. */
    void print(PrintStream out) {
        String baseline = runs.keySet().iterator().next();
        out.printf(ROW, "", "thousand events/s", "of " + baseline, "CPU µs/event, without the broker");
        for (String contender : runs.keySet()) {
            double[] thousands =
                    Arrays.stream(speeds(contender)).map(speed -> speed / 1e3).toArray();
            out.printf(
                    Locale.ROOT,
                    ROW,
                    contender,
                    Figures.text("%.1f", thousands),
                    Figures.text("%.2f", ratios(contender, baseline)),
                    Figures.text("%.1f", cpu(contender)));
        }
    }
}
