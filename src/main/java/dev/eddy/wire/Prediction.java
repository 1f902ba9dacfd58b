package dev.eddy.wire;

import dev.eddy.model.ModelId;

/**
 * What a model says after one event.
 *
 * @param key           key of the sequence
 * @param timestamp     time of the event, epoch milliseconds
 * @param step          events the sequence's state has seen, this one included
 * @param model         the model that answered
 * @param start         how the state came to this model
 * @param values        what the head gives, de-normalised where the spec says so
 * @param label         the most probable label; null unless the model is a tagger
 * @param probabilities probability of each label; null unless the model is a tagger
 * @param residual      the event's fields minus what was predicted for them; null if nothing was
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
        double[] residual) {

    /** How a state came to its model. */
    public enum Start {
        /** It began at zero under this model. */
        COLD,
        /** A transition handed it over. */
        WARM
    }
}
