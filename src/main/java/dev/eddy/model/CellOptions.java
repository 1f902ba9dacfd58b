package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What makes a layer another than the usual one of its kind. Each kind has some of these options.
 *
 * @param activations lstm: f of the gates, g of the candidate, h of the cell state (sigmoid, tanh, tanh); gru and minimalGru:
 *                    f of the gates, g of the candidate (sigmoid, tanh); jordan: f of the hidden units, g of the output
 *                    (tanh, identity)
 * @param clip        lstm, gru, minimalGru, rnn: what an activation is applied to is first kept within [-clip, clip]; the
 *                    cell state of an LSTM is not clipped
 * @param coupled     lstm: the forget gate is 1 - i; its rows of the weights are not used
 * @param projection  lstm: width of the projected h; jordan: width of the output y, which is fed back
 * @param periods     clockwork: how often each block of hidden units moves, in events, ascending
 * @param leak        reservoir: share of the state that each event renews, above 0 and up to 1; 1 by default
 * @param epsilon     layerNorm: added to the variance; 1e-5 by default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"activations", "clip", "coupled", "projection", "periods", "leak", "epsilon"})
public record CellOptions(
        List<Activation> activations,
        Float clip,
        Boolean coupled,
        Integer projection,
        List<Integer> periods,
        Float leak,
        Float epsilon) {

    /** The usual cell of a kind. */
    public static final CellOptions NONE = new CellOptions(null, null, null, null, null, null, null);

    /** Steps of a clockwork are counted in a float32, which is exact so far. */
    private static final long MAX_CYCLE = 1 << 24;

    public CellOptions {
        activations = activations == null ? null : List.copyOf(activations);
        periods = periods == null ? null : List.copyOf(periods);
        require(clip == null || (clip > 0 && Float.isFinite(clip)), "clip", clip, "above 0");
        require(projection == null || projection > 0, "projection", projection, "at least 1");
        require(leak == null || (leak > 0 && leak <= 1), "leak", leak, "above 0 and at most 1");
        require(epsilon == null || (epsilon >= 0 && Float.isFinite(epsilon)), "epsilon", epsilon, "0 or more");
        requirePeriods(periods);
    }

    /** The same options with these activations; {@code null} for the usual ones. */
    public CellOptions withActivations(List<Activation> newActivations) {
        return new CellOptions(newActivations, clip, coupled, projection, periods, leak, epsilon);
    }

    /** The same options with this bound; {@code null} for none. */
    public CellOptions withClip(Float newClip) {
        return new CellOptions(activations, newClip, coupled, projection, periods, leak, epsilon);
    }

    /** The same options with input and forget gate coupled or not. */
    public CellOptions withCoupled(boolean newCoupled) {
        return new CellOptions(activations, clip, newCoupled ? true : null, projection, periods, leak, epsilon);
    }

    /** The same options with this projection; {@code null} for none. */
    public CellOptions withProjection(Integer newProjection) {
        return new CellOptions(activations, clip, coupled, newProjection, periods, leak, epsilon);
    }

    /** The same options with these periods. */
    public CellOptions withPeriods(List<Integer> newPeriods) {
        return new CellOptions(activations, clip, coupled, projection, newPeriods, leak, epsilon);
    }

    private static void require(boolean holds, String what, Object value, String wanted) {
        if (!holds) {
            throw new InvalidModelException("a layer's '" + what + "' is " + value + "; it must be " + wanted);
        }
    }

    private static void requirePeriods(List<Integer> periods) {
        int last = 0;
        for (int i = 0; periods != null && i < periods.size(); i++) {
            require(periods.get(i) > last, "periods", periods, "ascending, from 1");
            last = periods.get(i);
        }
        require(periods == null || !periods.isEmpty(), "periods", periods, "one number for each block of units");
        require(
                cycle(periods) <= MAX_CYCLE,
                "periods",
                periods,
                "of a least common multiple up to 16,777,216, so that the count of steps is exact");
    }

    /** After how many steps the blocks of a clockwork move as at the first; 1 without periods. */
    public int cycle() {
        return (int) cycle(periods);
    }

    private static long cycle(List<Integer> periods) {
        long cycle = 1;
        for (int i = 0; periods != null && i < periods.size() && cycle <= MAX_CYCLE; i++) {
            cycle = cycle / gcd(cycle, periods.get(i)) * periods.get(i);
        }
        return cycle;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** An activation, or the usual one where none are given. */
    public Activation activation(int i, Activation usual) {
        return activations == null ? usual : activations.get(i);
    }

    /** The clipping bound; infinite for none. */
    public float bound() {
        return clip == null ? Float.POSITIVE_INFINITY : clip;
    }

    /** The names of the options that are given. */
    Set<String> given() {
        Set<String> given = new LinkedHashSet<>();
        add(given, "activations", activations);
        add(given, "clip", clip);
        add(given, "coupled", coupled);
        add(given, "projection", projection);
        add(given, "periods", periods);
        add(given, "leak", leak);
        add(given, "epsilon", epsilon);
        return given;
    }

    private static void add(Set<String> given, String name, Object value) {
        if (value != null) {
            given.add(name);
        }
    }
}
