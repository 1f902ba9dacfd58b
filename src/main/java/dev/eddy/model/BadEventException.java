package dev.eddy.model;

/**
 * An event that cannot be scored. It goes to the dead-letter topic; its sequence stays as it was. Carries no stack trace:
 * garbage in a topic is an everyday thing and must stay cheap.
 */
public final class BadEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public BadEventException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Why an event was refused; the names are written into the header {@code eddy.reason}. */
    public enum Reason {
        /** The record has no key, so it belongs to no sequence. */
        NULL_KEY,
        /** The value is not in the configured format. */
        UNDECODABLE,
        /** A field the model needs is absent. */
        MISSING_FIELD,
        /** A field has another type than the model needs. */
        WRONG_TYPE,
        /** A list has another length than the model needs. */
        WRONG_LENGTH,
        /** A number is NaN, infinite, or too large for float32 once normalised. */
        NOT_FINITE,
        /** A token or id is not in the vocabulary. */
        UNKNOWN_TOKEN,
        /** No deployed model covers the event's time. */
        NO_MODEL,
        /** The event names no model, or one that nobody has published. */
        UNKNOWN_MODEL,
        /** The network's answer is not finite. */
        NOT_FINITE_OUTPUT,
        /** The sequence has as many events already as the model reads of one. */
        TOO_LONG,
        /** The event has more bytes than can wait for its turn or for an answer. */
        TOO_LARGE,
        /** The event came after its turn, and the pipeline takes no such events. */
        LATE
    }
}
