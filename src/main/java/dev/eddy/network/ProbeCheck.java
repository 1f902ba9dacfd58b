package dev.eddy.network;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Decoded;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Probe;
import java.util.Arrays;
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

    /**
     * The values a model gives for a sequence of events that starts at zero state, (events, outputs); those of a decoder after
     * the last of them, (outputs, numbers), a token as its id and log-probability. Where a layer reads backward, each event's are
     * those in the light of all events of the sequence; of a model that gives one output for a sequence, those of the sequence
     * that ends with the event.
     */
    public static double[][] values(LiveModel model, List<Map<String, Object>> events) {
        if (model.network().readsBackward()) {
            return wholeValues(model, events);
        }
        Rollout sequence = new Rollout(model);
        double[][] values = new double[events.size()][];
        for (int t = 0; t < values.length; t++) {
            values[t] = sequence.step(Fields.of(events.get(t)), time(events.get(t)));
        }
        return model.decoder() == null ? values : values(sequence.decode());
    }

    private static double[][] wholeValues(LiveModel model, List<Map<String, Object>> events) {
        Network network = model.network();
        float[][] inputs = inputs(model, events);
        float[][] outputs = new float[inputs.length][network.outputSize()];
        Network.Scratch scratch = network.newScratch();
        if (model.spec().emit() == ModelSpec.Emit.END) {
            for (int t = 0; t < inputs.length; t++) {
                network.summary(inputs, t + 1, new float[network.stateSize()], outputs[t], scratch);
            }
        } else {
            float[] state = new float[network.stateSize()];
            network.pass(inputs, inputs.length, inputs.length, state, outputs, scratch);
        }
        return Arrays.stream(outputs).map(model.readout()::values).toArray(double[][]::new);
    }

    /** The events as the network reads them, (events, inputSize). */
    private static float[][] inputs(LiveModel model, List<Map<String, Object>> events) {
        float[] remembered = new float[model.features().rememberedWidth()];
        float[][] inputs = new float[events.size()][model.network().inputSize()];
        for (int t = 0; t < inputs.length; t++) {
            model.features().encode(Fields.of(events.get(t)), time(events.get(t)), remembered, inputs[t]);
            model.features().remember(inputs[t], remembered);
        }
        return inputs;
    }

    private static long time(Map<String, Object> event) {
        return event.get(TIMESTAMP) instanceof Number number ? number.longValue() : 0;
    }

    private static double[][] values(Decoded decoded) {
        if (decoded instanceof Decoded.Numbers numbers) {
            return numbers.vectors();
        }
        Decoded.Tokens tokens = (Decoded.Tokens) decoded;
        double[][] values = new double[tokens.ids().length][];
        for (int i = 0; i < values.length; i++) {
            values[i] = new double[] {tokens.ids()[i], tokens.logProbabilities()[i]};
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
        boolean tokens = model.decoder() != null && model.decoder().givesTokens();
        if (got.length != probe.values().length) {
            throw new InvalidModelException("probe " + p + " has " + probe.values().length
                    + " outputs, the decoder gives " + got.length + ": " + Arrays.deepToString(got));
        }
        for (int t = 0; t < got.length; t++) {
            double[] expected = probe.values()[t];
            if (tokens) {
                requireToken(p, t, expected, got[t][0]);
                got[t] = Arrays.copyOf(got[t], expected.length);
            }
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

    /** A token is right or wrong: there is no tolerance for its id. */
    private static void requireToken(int p, int t, double[] expected, double id) {
        if (expected.length < 1 || expected.length > 2) {
            throw new InvalidModelException("probe " + p + " has " + expected.length + " values at output " + t
                    + "; a token is its id, or its id and log-probability");
        } else if (expected[0] != id) {
            throw new InvalidModelException("probe " + p + " differs at output " + t + ": expected token " + expected[0]
                    + ", got " + id + "; the weights or the spec are not those the probe was made with");
        }
    }
}
