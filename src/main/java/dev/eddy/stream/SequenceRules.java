package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import dev.eddy.model.Ending;

/**
 * What holds for the events and sequences of a pipeline, whatever their model.
 *
 * @param reorderMillis events are put in the order of their times if they come up to so late; 0 takes them as they come
 * @param takesLate     whether events later than that are taken as they come; else they are refused
 * @param number        path of the field with the number of an event in its sequence; null: duplicates are not looked for
 * @param idleMillis    a sequence is over when the stream time is so much past the latest time of its events; 0 for never
 * @param ttlMillis     a sequence is given up when the stream time is so much past it; 0 for never
 * @param tellsOfTtl    whether a record is given out for every sequence that was given up
 */
public record SequenceRules(
        long reorderMillis, boolean takesLate, String number, long idleMillis, long ttlMillis, boolean tellsOfTtl) {
    /** Events are taken as they come, and sequences end where events say so. */
    public static final SequenceRules NONE = new SequenceRules(0, true, null, 0, 0, false);

    /** The rules that settings make. */
    public static SequenceRules of(EddyConfig config) {
        return new SequenceRules(
                config.getLong(EddyConfig.REORDER),
                config.getString(EddyConfig.LATE_POLICY).equals("step"),
                config.getString(EddyConfig.DEDUPE_FIELD),
                config.getLong(EddyConfig.SEQUENCE_IDLE),
                config.getLong(EddyConfig.SEQUENCE_TTL),
                config.getBoolean(EddyConfig.SEQUENCE_TTL_END_RECORDS));
    }

    /** With another bound up to which events are put in order, milliseconds. */
    public SequenceRules withReorder(long millis) {
        return new SequenceRules(millis, takesLate, number, idleMillis, ttlMillis, tellsOfTtl);
    }

    /** Refusing events that come too late to be put in order. */
    public SequenceRules refusingLate() {
        return new SequenceRules(reorderMillis, false, number, idleMillis, ttlMillis, tellsOfTtl);
    }

    /** Dropping events whose number, in this field, is not above the last one. */
    public SequenceRules withNumber(String field) {
        return new SequenceRules(reorderMillis, takesLate, field, idleMillis, ttlMillis, tellsOfTtl);
    }

    /** With another period after which sequences are over, milliseconds. */
    public SequenceRules withIdle(long millis) {
        return new SequenceRules(reorderMillis, takesLate, number, millis, ttlMillis, tellsOfTtl);
    }

    /**
     * With another period after which sequences are given up, milliseconds.
     *
     * @param tells whether a record is given out for each
     */
    public SequenceRules withTtl(long millis, boolean tells) {
        return new SequenceRules(reorderMillis, takesLate, number, idleMillis, millis, tells);
    }

    /** Why a sequence without events ends, where it does: of the two periods the smaller one counts. */
    Ending cause() {
        return ttlMillis > 0 && (idleMillis == 0 || ttlMillis < idleMillis) ? Ending.TTL : Ending.IDLE;
    }

    /** After which time without events a sequence ends, milliseconds; 0 for never. */
    long period() {
        return cause() == Ending.TTL ? ttlMillis : idleMillis;
    }

    /** Whether something may become due by the clock alone, on a partition that is quiet. */
    boolean needsClock() {
        return reorderMillis > 0 || period() > 0;
    }

    /** The shortest time in which something may become due, milliseconds. */
    long shortest() {
        if (reorderMillis == 0 || period() == 0) {
            return Math.max(reorderMillis, period());
        }
        return Math.min(reorderMillis, period());
    }
}
