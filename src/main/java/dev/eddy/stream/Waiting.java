package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;

/** Events wait for their answers. */
abstract class Waiting extends Answering {
    private static final float[] NOTHING = {};

    final WaitingEvents buffer;
    private byte[] taken;

    Waiting(ModelWorkspace workspace, WaitingEvents buffer) {
        super(workspace);
        this.buffer = buffer;
    }

    @Override
    final void take(Event event, Fields fields) {
        workspace.encode(fields, event.time());
        taken = buffer.bytes(event, workspace.model.keepsInputs() ? workspace.input : NOTHING);
        read(event.key());
        workspace.remember(event.time());
    }

    /**
     * Reads the encoded event into the loaded state.
     *
     * @throws BadEventException if that gives no finite numbers
     */
    abstract void read(byte[] key);

    @Override
    final void settle(Event event, boolean last, Answers answers) {
        buffer.put(event.key(), state().steps(), taken);
        state().setWaiting(state().waiting() + 1);
        answerOldest(event.key(), answers);
        if (last) {
            finish(event.key(), event, answers);
        }
    }

    @Override
    final void finish(byte[] key, Event closing, Answers answers) {
        try {
            answerRest(key, closing, answers);
        } catch (BadEventException e) {
            while (state().waiting() > 0) {
                answers.abandon(takeOldest(key), e.reason(), e.getMessage());
            }
        }
    }

    /**
     * Answers the events that wait in a sequence that is over.
     *
     * @param closing the record that said so; null: none did
     * @throws BadEventException if that gives no finite numbers; events that still wait are given up then
     */
    abstract void answerRest(byte[] key, Event closing, Answers answers);

    /** Answers the oldest event that waits, if its time has come. */
    abstract void answerOldest(byte[] key, Answers answers);

    /** Number of the oldest event that waits. */
    final long oldest() {
        return state().steps() - state().waiting() + 1;
    }

    /** Answers the oldest event that waits with the network's outputs. */
    final void answer(byte[] key, float[] outputs, Answers answers) {
        long step = oldest();
        Event event = takeOldest(key);
        int seen = (int) (state().steps() - step);
        answers.answer(event, workspace.prediction(event, step, seen, workspace.read(outputs)));
    }

    /** Takes the oldest event that waits out. */
    final Event takeOldest(byte[] key) {
        Event event = buffer.take(key, oldest());
        state().setWaiting(state().waiting() - 1);
        return event;
    }
}
