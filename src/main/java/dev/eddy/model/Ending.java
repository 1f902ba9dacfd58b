package dev.eddy.model;

/** Why a sequence is over. */
public enum Ending {
    /** A record without a value. */
    TOMBSTONE,
    /** An event whose end field is true. */
    FIELD,
    /** No event came for as long as the pipeline waits. */
    IDLE,
    /** Another model takes the key over; it begins at zero. */
    MODEL
}
