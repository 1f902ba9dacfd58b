package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.state.SequenceState;
import dev.eddy.wire.Prediction;

/**
 * When the events of a model's sequences are answered, and in the light of what. Works on the sequence loaded into its
 * workspace; an event is first taken in, which may fail and writes nothing, then settled, which cannot fail.
 */
abstract class Answering {
    final ModelWorkspace workspace;

    Answering(ModelWorkspace workspace) {
        this.workspace = workspace;
    }

    /** What becomes of events. */
    interface Answers {
        /** Nobody wants to know. */
        Answers NONE = new Answers() {
            @Override
            public void answer(Event event, Prediction prediction) {}

            @Override
            public void abandon(Event event, Reason reason, String message) {}
        };

        /** An event is answered. */
        void answer(Event event, Prediction prediction);

        /** An event that waited cannot be answered any more. */
        void abandon(Event event, Reason reason, String message);
    }

    /** The way a model asks for. */
    static Answering of(LiveModel model, ModelWorkspace workspace, WaitingEvents waiting) {
        if (model.spec().maxLength() != null) {
            return new WholeSequence(workspace, waiting);
        } else if (model.spec().lookAhead() == null) {
            return new EventByEvent(workspace);
        }
        return model.network().readsBackward()
                ? new LookAhead(workspace, waiting)
                : new DelayedTarget(workspace, waiting);
    }

    /**
     * Takes the next event of the loaded sequence in.
     *
     * @param last whether the event is the last of its sequence
     * @throws BadEventException if it cannot be scored; the loaded sequence is undefined then
     */
    abstract void take(Event event, Fields fields, boolean last);

    /**
     * Gives out what can be answered now that the event was taken in.
     *
     * @param last whether the event is the last of its sequence, so that everything can
     */
    abstract void settle(Event event, boolean last, Answers answers);

    /**
     * Answers what is left of the loaded sequence, which is over.
     *
     * @param closing the record that said so; null: none did
     */
    abstract void finish(byte[] key, Event closing, Answers answers);

    Network network() {
        return workspace.model.network();
    }

    SequenceState state() {
        return workspace.state;
    }
}
