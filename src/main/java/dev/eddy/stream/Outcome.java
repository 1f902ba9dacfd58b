package dev.eddy.stream;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.wire.Prediction;

/** What became of one event, once there is something to say. */
public sealed interface Outcome {
    /** The value of the record that tells of it; null only where that of the event was. */
    byte[] value();

    /**
     * The network answered; or a record tells that a sequence was given up, if the prediction names an {@code end}.
     *
     * @param prediction the answer
     * @param bytes      the answer in the configured output format
     */
    record Predicted(Prediction prediction, byte[] bytes) implements Outcome {
        @Override
        public byte[] value() {
            return bytes;
        }
    }

    /**
     * The event cannot be scored; the state of its sequence is as it was. Or it waited for an answer and cannot have one.
     *
     * @param reason   why
     * @param message  why, in words
     * @param original the value of the event's record
     */
    record Rejected(Reason reason, String message, byte[] original) implements Outcome {
        @Override
        public byte[] value() {
            return original;
        }
    }
}
