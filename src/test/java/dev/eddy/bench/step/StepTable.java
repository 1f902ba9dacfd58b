package dev.eddy.bench.step;

import dev.eddy.bench.Figures;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Nanoseconds of a step by size and column, medians of rounds; a ratio is taken within a round, then its median. */
final class StepTable {
    /**
     * A way to compute the step.
     *
     * @param keys how many are stepped together
     */
    record Column(String title, int keys) {
        static final Column LIMIT = new Column("memory limit", 1);
        static final Column C = new Column("C", 1);
        static final Column C_KEYS = new Column("C", Contender.KEYS);

        static Column of(Contender contender) {
            return new Column(contender.title(), contender.keys());
        }
    }

    private final List<Column> columns;
    private final Map<StepSize, Map<Column, List<Double>>> nanos = new LinkedHashMap<>();

    StepTable(List<Column> columns) {
        this.columns = columns;
    }

    void add(StepSize size, Column column, double time) {
        nanos.computeIfAbsent(size, any -> new LinkedHashMap<>())
                .computeIfAbsent(column, any -> new ArrayList<>())
                .add(time);
    }

    /** Prints it in Markdown. */
    void print(PrintStream out) {
        row(out, "I, H", columns.stream().map(StepTable::heading).toList());
        row(out, "---", columns.stream().map(column -> "---:").toList());
        nanos.forEach((size, row) -> row(
                out,
                size.input() + ", " + size.hidden(),
                columns.stream().map(column -> cell(row, column)).toList()));
    }

    private static String heading(Column column) {
        return column.keys() == 1 ? column.title() : column.title() + ", " + column.keys() + " keys";
    }

    private static void row(PrintStream out, String first, List<String> cells) {
        out.println("| " + first + " | " + String.join(" | ", cells) + " |");
    }

    private static String cell(Map<Column, List<Double>> row, Column column) {
        if (!row.containsKey(column)) {
            return "not here";
        }
        double[] times = times(row, column);
        Column eddy = Column.of(Contender.eddy(column.keys()));
        String text = String.format(Locale.ROOT, "%,.0f", Figures.median(times));
        if (column.equals(eddy) || !row.containsKey(eddy)) {
            return text;
        }
        double[] base = times(row, eddy);
        double[] ratios = new double[times.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = times[i] / base[i];
        }
        return text + String.format(Locale.ROOT, " (%.2f)", Figures.median(ratios));
    }

    private static double[] times(Map<Column, List<Double>> row, Column column) {
        return row.get(column).stream().mapToDouble(Double::doubleValue).toArray();
    }
}
