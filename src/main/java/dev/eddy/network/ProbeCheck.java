package dev.eddy.network;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.Probe;
import java.util.List;
import java.util.Map;

/** Runs a model's probes: short sequences whose values are known. */
public final class ProbeCheck {
    /** The field of a probe's event that holds its time. */
    private static final String TIMESTAMP = "timestamp";

    private ProbeCheck() {}

    /**
     * Checks every probe of a model.
     *
     * @throws InvalidModelException if the model gives other values than a probe names
     */
    public static void run(LiveModel model) {
        List<Probe> probes = model.spec().probes();
        for (int p = 0; p < probes.size(); p++) {
            check(model, p, probes.get(p));
        }
    }

    /** The values a model gives for a sequence of events that starts at zero state, (events, outputs). */
    public static double[][] values(LiveModel model, List<Map<String, Object>> events) {
        Rollout sequence = new Rollout(model);
        double[][] values = new double[events.size()][];
        for (int t = 0; t < values.length; t++) {
            Map<String, Object> event = events.get(t);
            long time = event.get(TIMESTAMP) instanceof Number number ? number.longValue() : 0;
            values[t] = sequence.step(Fields.of(event), time);
        }
        return values;
    }

    private static void check(LiveModel model, int p, Probe probe) {
        double[][] got;
        try {
            got = values(model, probe.events());
        } catch (BadEventException e) {
            throw new InvalidModelException("probe " + p + " cannot be scored: " + e.getMessage(), e);
        }
        for (int t = 0; t < got.length; t++) {
            double[] expected = probe.values()[t];
            if (expected.length != got[t].length) {
                throw new InvalidModelException("probe " + p + " has " + expected.length + " values at event " + t
                        + ", the model gives " + got[t].length);
            }
            for (int i = 0; i < expected.length; i++) {
                // Negated so that NaN fails.
                if (!(Math.abs(got[t][i] - expected[i]) <= probe.allowed() * Math.max(1, Math.abs(expected[i])))) {
                    throw new InvalidModelException("probe " + p + " differs at event " + t + ", output " + i
                            + ": expected " + expected[i] + ", got " + got[t][i] + ", allowed " + probe.allowed()
                            + " relative above 1; the weights or the spec are not those the probe was made with");
                }
            }
        }
    }
}
