package dev.eddy.model;

import java.util.Locale;

/** Why a sequence is over. */
public enum Ending {
    /** A record without a value. */
    TOMBSTONE,
    /** An event whose end field is true. */
    FIELD,
    /** No event came for as long as the pipeline waits. */
    IDLE,
    /** No event came for so long that the sequence is taken to be given up. */
    TTL,
    /** Another model takes the key over; it begins at zero. */
    MODEL;

    private final String lowerCase = name().toLowerCase(Locale.ROOT);

    /** Its name as it is written to topics. */
    public String lowerCase() {
        return lowerCase;
    }

    /** The cause of a name as it is written to topics. */
    public static Ending of(String lowerCase) {
        return valueOf(lowerCase.toUpperCase(Locale.ROOT));
    }
}
