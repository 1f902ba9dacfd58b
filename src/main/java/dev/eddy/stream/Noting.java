package dev.eddy.stream;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.wire.Prediction;

/** Shows answers to the labels, and hands them on. */
record Noting(Labels labels, int generation, boolean challenger, boolean compared, Answering.Answers delegate)
        implements Answering.Answers {
    @Override
    public void answer(Event event, Prediction prediction) {
        labels.predicted(event, prediction, generation, challenger, compared);
        delegate.answer(event, prediction);
    }

    @Override
    public void abandon(Event event, Reason reason, String message) {
        delegate.abandon(event, reason, message);
    }
}
