package dev.eddy.catalogue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a challenger becomes champion: once both have been measured on so many events, if its error is below a multiple of the
 * champion's; else it is dropped. Written {@code mae < 0.95 * champion over 100000}.
 *
 * @param metric what is compared
 * @param factor the multiple of the champion's
 * @param over   events on which both are measured
 */
public record PromotionRule(Metric metric, double factor, long over) {
    private static final Pattern RULE = Pattern.compile(
            "\\s*([a-z]+)\\s*<\\s*(?:([0-9]*\\.?[0-9]+)\\s*\\*\\s*)?champion\\s+over\\s+([0-9][0-9,_]*)\\s*");

    /** An error; less is better. */
    public enum Metric {
        /** Mean absolute error of the predicted values. */
        MAE,
        /** Mean squared error of the predicted values. */
        MSE,
        /** Mean negative log-likelihood of what came. */
        NLL,
        /** Share of events whose label was wrong. */
        ERROR;

        /** How a rule spells it. */
        public String spelling() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public PromotionRule {
        if (!(factor > 0) || !Double.isFinite(factor) || over < 1) {
            throw new IllegalArgumentException("factor and number of events of a rule must be above zero");
        }
    }

    /**
     * Reads a rule.
     *
     * @throws IllegalArgumentException if it is none; the message shows one
     */
    public static PromotionRule parse(String text) {
        Matcher matcher = RULE.matcher(text);
        if (matcher.matches()) {
            for (Metric metric : Metric.values()) {
                if (metric.spelling().equals(matcher.group(1))) {
                    double factor = matcher.group(2) == null ? 1 : Double.parseDouble(matcher.group(2));
                    return new PromotionRule(
                            metric, factor, Long.parseLong(matcher.group(3).replaceAll("[,_]", "")));
                }
            }
        }
        throw new IllegalArgumentException("'" + text
                + "' is no rule; write one like 'mae < 0.95 * champion over 100000', with "
                + String.join(
                        ", ",
                        Arrays.stream(Metric.values()).map(Metric::spelling).toList()));
    }

    /** Whether the challenger wins, given both errors. */
    public boolean promotes(double challenger, double champion) {
        return challenger < factor * champion;
    }

    @Override
    public String toString() {
        // In digits: a rule does not read exponents.
        return metric.spelling() + " < " + BigDecimal.valueOf(factor).toPlainString() + " * champion over " + over;
    }
}
