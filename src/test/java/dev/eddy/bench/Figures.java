package dev.eddy.bench;

import java.util.Arrays;
import java.util.Locale;

/** A few measurements of one thing as a text. */
public final class Figures {
    private Figures() {}

    /** The middle one, or the mean of the two in the middle. */
    public static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Median and range: {@code 12.3 (11.9–14.0)}. */
    public static String text(String format, double[] numbers) {
        return String.format(
                Locale.ROOT,
                format + " (" + format + "–" + format + ")",
                median(numbers),
                Arrays.stream(numbers).min().orElseThrow(),
                Arrays.stream(numbers).max().orElseThrow());
    }
}
