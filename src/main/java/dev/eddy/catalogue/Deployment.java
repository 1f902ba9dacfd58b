package dev.eddy.catalogue;

import dev.eddy.model.ModelId;

/**
 * A decision that a model is in force from an event time on.
 *
 * @param generation number of the decision, ascending in its pipeline
 * @param model      the model
 * @param from       event time, epoch milliseconds; {@link #BEGINNING} for all times
 * @param deployedAt when it was decided, epoch milliseconds; for people
 */
public record Deployment(int generation, ModelId model, long from, long deployedAt) {
    /** Before every event. */
    public static final long BEGINNING = Long.MIN_VALUE;
}
