package dev.eddy.wire;

/** Writes predictions. Used by one thread; the same prediction always gives the same bytes, on every machine. */
@FunctionalInterface
public interface PredictionEncoder {
    /** The value of the output record. */
    byte[] encode(Prediction prediction);
}
