package dev.eddy.wire;

import dev.eddy.model.Decoded;
import dev.eddy.model.Ending;
import dev.eddy.model.ModelId;

/**
 * What a model says after one event; or, where {@code end} is set, that a sequence is over.
 *
 * @param key           key of the sequence
 * @param timestamp     time of the event, or of the last one of a sequence that is over, epoch milliseconds
 * @param step          number of that event in its sequence, from 1
 * @param model         the model that answered
 * @param start         how the state came to this model
 * @param values        what the head gives, de-normalised where the spec says so; empty for a model with a decoder
 * @param label         the most probable label; null unless the model is a tagger
 * @param probabilities probability of each label; null unless the model is a tagger
 * @param symbol        the symbol that begins at the event, for a tagger trained with CTC; null where none does
 * @param residual      the event's fields minus what was predicted for them; null if nothing was
 * @param deviation     the running root mean square of the residuals before this event's, NaN for a field with fewer than two;
 *                      null if that are all
 * @param language      how probable the event was; null unless the model reads a language and has seen events before
 * @param lookAhead     how many later events the answer has seen; null for a model whose answers wait for none
 * @param decoded       the list a decoder gave for the sequence; null unless the model has one
 * @param end           why the sequence is over, in a record that tells only that; null in all others
 */
public record Prediction(
        byte[] key,
        long timestamp,
        long step,
        ModelId model,
        Start start,
        double[] values,
        String label,
        float[] probabilities,
        String symbol,
        double[] residual,
        double[] deviation,
        Language language,
        Integer lookAhead,
        Decoded decoded,
        Ending end) {

    private static final double[] NOTHING = {};

    /** Tells that a sequence is over; has no values. */
    public static Prediction ending(byte[] key, long timestamp, long step, ModelId model, Start start, Ending cause) {
        return new Prediction(
                key, timestamp, step, model, start, NOTHING, null, null, null, null, null, null, null, null, cause);
    }

    /**
     * How a language model found the event.
     *
     * @param logProbability natural logarithm of the event's probability, given the sequence before it; null in an answer
     *                       that a tombstone called for
     * @param perplexity     of the sequence so far: exp of minus the mean log-probability
     */
    public record Language(Double logProbability, double perplexity) {}

    /** How a state came to its model. */
    public enum Start {
        /** It began at zero under this model. */
        COLD,
        /** A transition handed it over. */
        WARM
    }

    /** The same under another key. */
    public Prediction withKey(byte[] other) {
        return new Prediction(
                other,
                timestamp,
                step,
                model,
                start,
                values,
                label,
                probabilities,
                symbol,
                residual,
                deviation,
                language,
                lookAhead,
                decoded,
                end);
    }
}
