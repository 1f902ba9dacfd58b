package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import java.util.Arrays;

/**
 * A sequence is read whole, from zero state, when it is over: every event is answered then, or the sequence once. An event is
 * taken in if it can be read alone.
 */
final class WholeSequence extends Waiting {
    private final int longest;
    private final float[] trial; // (stateSize)
    private final float[][] one;
    private final float[][] answer;

    WholeSequence(ModelWorkspace workspace, WaitingEvents buffer) {
        super(workspace, buffer);
        longest = workspace.model.spec().maxLength();
        trial = new float[network().stateSize()];
        one = new float[][] {workspace.input};
        answer = new float[][] {workspace.outputs};
    }

    @Override
    void read(byte[] key) {
        if (state().waiting() >= longest) {
            throw new BadEventException(
                    Reason.TOO_LONG,
                    "the sequence has " + longest + " events already, the most its model reads; end it before, or give"
                            + " the model's spec a larger maxLength");
        }
        Arrays.fill(trial, 0f);
        network().pass(one, 1, 1, trial, answer, workspace.scratch);
        ModelWorkspace.requireFinite(workspace.outputs);
        ModelWorkspace.requireFinite(trial);
    }

    @Override
    void answerOldest(byte[] key, Answers answers) {}

    @Override
    void answerRest(byte[] key, Event closing, Answers answers) {
        int count = state().waiting();
        float[][] inputs = new float[count][network().inputSize()];
        for (int i = 0; i < count; i++) {
            buffer.read(key, oldest() + i, inputs[i]);
        }
        Arrays.fill(trial, 0f);
        if (workspace.answersAtEnd()) {
            summarise(key, inputs, closing, answers);
        } else {
            answerAll(key, inputs, answers);
        }
    }

    private void summarise(byte[] key, float[][] inputs, Event closing, Answers answers) {
        network().summary(inputs, inputs.length, trial, workspace.outputs, workspace.scratch);
        ModelWorkspace.requireFinite(workspace.outputs);
        Event last = null;
        while (state().waiting() > 0) {
            last = takeOldest(key);
        }
        Event end = closing == null ? last : closing;
        answers.answer(end, workspace.prediction(end, inputs.length, 0, workspace.read(workspace.outputs)));
    }

    private void answerAll(byte[] key, float[][] inputs, Answers answers) {
        float[][] values = new float[inputs.length][network().outputSize()];
        network().pass(inputs, inputs.length, inputs.length, trial, values, workspace.scratch);
        Arrays.stream(values).forEach(ModelWorkspace::requireFinite);
        for (float[] outputs : values) {
            answer(key, outputs, answers);
        }
    }
}
