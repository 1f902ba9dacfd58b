package dev.eddy.stream;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.wire.Prediction;

/** What became of one event. */
public sealed interface Outcome {
    /**
     * The network answered.
     *
     * @param prediction the answer
     * @param bytes      the answer in the configured output format
     */
    record Predicted(Prediction prediction, byte[] bytes) implements Outcome {}

    /**
     * The event cannot be scored; the state of its sequence is as it was.
     *
     * @param reason   why
     * @param message  why, in words
     * @param original the value of the event's record
     */
    record Rejected(Reason reason, String message, byte[] original) implements Outcome {}

    /** The event ended its sequence, or moved its state: there is nothing to say yet. */
    record Absorbed() implements Outcome {}

    /** The one outcome without an answer. */
    Outcome ABSORBED = new Absorbed();
}
