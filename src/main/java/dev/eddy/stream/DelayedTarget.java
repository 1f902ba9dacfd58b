package dev.eddy.stream;

import java.util.Arrays;

/**
 * A network that reads forward and was trained with targets delayed by some steps (Graves and Schmidhuber 2005): it steps at
 * every event, and what it says is the answer to the event that many steps before. At the end it steps over as many events of
 * zeros, as a training sequence is padded.
 */
final class DelayedTarget extends Waiting {
    private final int delay;

    DelayedTarget(ModelWorkspace workspace, WaitingEvents buffer) {
        super(workspace, buffer);
        delay = workspace.model.spec().lookAhead();
    }

    @Override
    void read(byte[] key) {
        network().step(workspace.input, state().network(), workspace.outputs, workspace.scratch);
        ModelWorkspace.requireFinite(workspace.outputs);
        ModelWorkspace.requireFinite(state().network());
    }

    @Override
    void answerOldest(byte[] key, Answers answers) {
        if (state().waiting() > delay) {
            answer(key, workspace.outputs, answers);
        }
    }

    @Override
    void answerRest(byte[] key, Event closing, Answers answers) {
        Arrays.fill(workspace.input, 0f);
        // Of a sequence shorter than the delay, the first steps still belong to no event.
        for (int step = 1; step <= delay; step++) {
            read(key);
            if (state().steps() + step > delay) {
                answer(key, workspace.outputs, answers);
            }
        }
    }
}
