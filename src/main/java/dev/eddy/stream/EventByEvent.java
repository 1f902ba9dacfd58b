package dev.eddy.stream;

import dev.eddy.model.Fields;

/** Each event is answered at once, or the sequence at its end by the state it left. */
final class EventByEvent extends Answering {
    private double[] values;

    EventByEvent(ModelWorkspace workspace) {
        super(workspace);
    }

    @Override
    void take(Event event, Fields fields) {
        values = workspace.step(fields, event.time());
    }

    @Override
    void settle(Event event, boolean last, Answers answers) {
        if (last || !workspace.answersAtEnd()) {
            answers.answer(event, workspace.prediction(event, state().steps(), null, values));
        }
    }

    @Override
    void finish(byte[] key, Event closing, Answers answers) {
        if (workspace.answersAtEnd()) {
            Event end = closing == null ? Event.end(key, state().lastEventTime()) : closing;
            answers.answer(end, workspace.prediction(end, state().steps(), null, workspace.answer()));
        }
    }
}
