package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import dev.eddy.wire.Prediction;

/** Each event is answered at once, or the sequence at its end by the state it left. */
final class EventByEvent extends Answering {
    private Prediction answer; // null: not yet

    EventByEvent(ModelWorkspace workspace) {
        super(workspace);
    }

    @Override
    void take(Event event, Fields fields, boolean last) {
        double[] values = workspace.step(fields, event.time());
        boolean answered = last || !workspace.answersAtEnd();
        answer = answered ? workspace.prediction(event, state().steps(), null, values) : null;
    }

    @Override
    void settle(Event event, boolean last, Answers answers) {
        if (answer != null) {
            answers.answer(event, answer);
        }
    }

    @Override
    void finish(byte[] key, Event closing, Answers answers) {
        if (workspace.answersAtEnd()) {
            Event end = closing == null ? Event.end(key, state().lastEventTime()) : closing;
            try {
                answers.answer(end, workspace.prediction(end, state().steps(), null, workspace.answer()));
            } catch (BadEventException e) {
                answers.abandon(end, e.reason(), e.getMessage());
            }
        }
    }
}
