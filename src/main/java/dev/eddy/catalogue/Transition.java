package dev.eddy.catalogue;

import dev.eddy.model.ModelSpec;
import java.util.Locale;

/**
 * How a sequence comes to a newly deployed model, at its next event.
 *
 * @param kind   what happens to its state
 * @param warmUp events of a sequence that the new model sees before it answers; 0 unless the kind is {@link Kind#WARM}
 */
public record Transition(Kind kind, int warmUp) {
    /** Begin at zero. */
    public static final Transition RESET = new Transition(Kind.RESET, 0);
    /** Go on from the old model's state. */
    public static final Transition CARRY = new Transition(Kind.CARRY, 0);
    /** Go back to the state the model was left with. */
    public static final Transition RESTORE = new Transition(Kind.RESTORE, 0);

    /** Longest warm-up: for so many events two models run. */
    public static final int MAX_WARM_UP = ModelSpec.MAX_WARM_UP;

    /** What happens to a sequence's state. */
    public enum Kind {
        /** The new model starts at zero and answers from the next event on. */
        RESET,
        /** The new model takes the old one's state over. */
        CARRY,
        /** The new model starts at zero and runs beside the old one, which answers until the new one has seen enough. */
        WARM,
        /** A rollback: the model goes on from the state it had when it was replaced, if that is still kept. */
        RESTORE
    }

    public Transition {
        if (kind == Kind.WARM ? warmUp < 1 || warmUp > MAX_WARM_UP : warmUp != 0) {
            throw new IllegalArgumentException(
                    "a warm-up has 1 to " + MAX_WARM_UP + " events, not " + warmUp + " (" + kind + ")");
        }
    }

    /** The new model runs in shadow for some events of each sequence. */
    public static Transition warm(int events) {
        return new Transition(Kind.WARM, events);
    }

    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT);
        return kind == Kind.WARM ? name + " " + warmUp : name;
    }
}
