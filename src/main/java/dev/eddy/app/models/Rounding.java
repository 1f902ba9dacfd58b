package dev.eddy.app.models;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.RoundedWeights;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.Probe;
import dev.eddy.network.LiveModel;
import dev.eddy.network.ProbeCheck;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/**
 * A model whose weights were rounded to bf16.
 *
 * @param model     it, with the probes that were given or else one of its own
 * @param deviation how far its values are at most from those of the float32 network on the events of its probes, relative above
 *                  1; infinite where it gives another list
 */
record Rounding(ModelFile model, double deviation) {
    /**
     * Rounds a model.
     *
     * @param exact the model in float32; its probes, if it has any, are those it was given
     * @throws InvalidModelException if it fails its probes, as it is or when rounded
     */
    static Rounding of(ModelFile exact) {
        List<Probe> given = exact.spec().probes();
        List<Probe> probes = ModelProber.withProbe(exact).spec().probes();
        LiveModel before = live(exact);
        ModelFile rounded = RoundedWeights.toBfloat16(exact);
        LiveModel after = live(rounded);
        double deviation = 0;
        for (int p = 0; p < probes.size(); p++) {
            Probe probe = probes.get(p);
            double[][] values = ProbeCheck.values(after, probe.events());
            deviation = Math.max(deviation, deviation(ProbeCheck.values(before, probe.events()), values));
            double missed = deviation(probe.values(), values);
            if (!given.isEmpty() && missed > probe.allowed()) {
                throw new InvalidModelException(refusal(p, probe, missed));
            }
        }
        return new Rounding(ModelProber.withProbe(rounded), deviation);
    }

    private static String refusal(int p, Probe probe, double missed) {
        if (Double.isInfinite(missed)) {
            return "with weights in bf16 the model gives another list for probe " + p
                    + "; leave them in float32, or give a probe that it reproduces";
        }
        return "with weights in bf16 the model differs by " + text(missed) + " from probe " + p + ", which allows "
                + text(probe.allowed())
                + "; if that is good enough for you give the probe a higher 'tolerance' in the spec,"
                + " else leave the weights in float32";
    }

    /** Without its probes, which are looked at one by one. */
    private static LiveModel live(ModelFile model) {
        return LiveModel.compile(model.id(), model.spec().withProbes(List.of()), model);
    }

    private static double deviation(double[][] expected, double[][] values) {
        if (expected.length != values.length) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        for (int t = 0; t < expected.length; t++) {
            // A token of a decoder may have its id alone.
            for (int i = 0; i < Math.min(expected[t].length, values[t].length); i++) {
                double difference = Math.abs(values[t][i] - expected[t][i]) / Math.max(1, Math.abs(expected[t][i]));
                largest = Math.max(largest, difference);
            }
        }
        return largest;
    }

    /** What became of its values. */
    String sentence() {
        return Double.isInfinite(deviation)
                ? "weights in bf16: on the probes the model gives other lists than in float32"
                : "weights in bf16: on the probes the values differ from those in float32 by " + text(deviation)
                        + " at most, relative above 1";
    }

    /** Two digits, enough to choose a tolerance by; never less than the number itself. */
    private static String text(double deviation) {
        if (deviation == 0) {
            return "0";
        }
        return new BigDecimal(deviation)
                .round(new MathContext(2, RoundingMode.UP))
                .stripTrailingZeros()
                .toString()
                .toLowerCase(Locale.ROOT);
    }
}
