package dev.eddy.telemetry;

/** What became of a label that came after, or before, its event. */
public enum LabelFate {
    /** It is kept: matched with the predictions for its event, or waiting for them. */
    TAKEN,
    /** Its event had a label already; the first one counts. */
    DUPLICATE,
    /** The stream time is too far past its event's, or too far before it, for the prediction to be there or to come. */
    OUT_OF_TIME,
    /** It has no key, or its value holds no label. */
    UNREADABLE
}
