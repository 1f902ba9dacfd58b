package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import java.util.Objects;

/**
 * A decision that a model is in force from an event time on.
 *
 * @param generation number of the decision, ascending in its pipeline
 * @param model      the model that answers, the champion
 * @param from       event time, epoch milliseconds; {@link #BEGINNING} for all times
 * @param deployedAt when it was decided, epoch milliseconds; for people
 * @param transition how a sequence comes to the model
 * @param keepMs     for how long, in event time, a sequence keeps the state this deployment replaced, so that a rollback
 *                   goes on from it; milliseconds, 0 for not at all
 * @param challenger a model that runs beside it; null for none
 * @param reason     why, where a rule or a rollback decided; empty otherwise; for people
 */
public record Deployment(
        int generation,
        ModelId model,
        long from,
        long deployedAt,
        Transition transition,
        long keepMs,
        Challenger challenger,
        String reason) {
    /** Before every event. */
    public static final long BEGINNING = Long.MIN_VALUE;

    public Deployment {
        Objects.requireNonNull(transition);
        Objects.requireNonNull(reason);
        if (keepMs < 0) {
            throw new IllegalArgumentException("replaced states cannot be kept for " + keepMs + " ms");
        }
        if (challenger != null && challenger.model().equals(model)) {
            throw new IllegalArgumentException("champion and challenger are the same model, " + model);
        }
    }

    /** Whether it needs a model, as champion or challenger. */
    public boolean names(ModelId id) {
        return model.equals(id) || (challenger != null && challenger.model().equals(id));
    }

    /** A model to which sequences come at zero state, without a challenger. */
    public Deployment(int generation, ModelId model, long from, long deployedAt) {
        this(generation, model, from, deployedAt, Transition.RESET, 0, null, "");
    }
}
