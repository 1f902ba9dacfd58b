package dev.eddy.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What all contenders did in all runs. A ratio is taken within a round, because the machine changes between rounds. */
final class Table {
    private static final String ROW = "%-26s %-28s %-20s %s%n";

    private final Map<String, List<Run>> runs = new LinkedHashMap<>();

    void add(String contender, Run run) {
        runs.computeIfAbsent(contender, name -> new ArrayList<>()).add(run);
    }

    /** Median processor time a contender takes for an event, microseconds. */
    double cpuMicros(String contender) {
        return Figures.median(cpu(contender));
    }

    private double[] cpu(String contender) {
        return runs.get(contender).stream().mapToDouble(Run::cpuMicros).toArray();
    }

    private double[] speeds(String contender) {
        return runs.get(contender).stream().mapToDouble(Run::perSecond).toArray();
    }

    /** Prints medians, with the range in brackets. */
    void print(PrintStream out, String baseline) {
        out.printf(ROW, "", "thousand events/s", "of " + baseline, "CPU µs/event, without the broker");
        for (String contender : runs.keySet()) {
            double[] speeds = speeds(contender);
            double[] base = speeds(baseline);
            double[] thousands = IntStream.range(0, speeds.length)
                    .mapToDouble(i -> speeds[i] / 1e3)
                    .toArray();
            double[] ratios = IntStream.range(0, speeds.length)
                    .mapToDouble(i -> speeds[i] / base[i])
                    .toArray();
            out.printf(
                    Locale.ROOT,
                    ROW,
                    contender,
                    Figures.text("%.0f", thousands),
                    Figures.text("%.2f", ratios),
                    Figures.text("%.1f", cpu(contender)));
        }
    }
}
