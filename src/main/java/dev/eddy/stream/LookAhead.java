package dev.eddy.stream;

import java.util.Arrays;

/**
 * A network with layers that read backward: an event is answered when some later ones have come, by a pass over it and them.
 * The state is that after the last event answered. An event is taken in only if all answers were finite should the sequence
 * end with it, so that an end cannot fail.
 */
final class LookAhead extends Waiting {
    private final int events;
    private final float[][] inputs; // (lookAhead + 1, inputSize)
    private final float[][] values; // (lookAhead + 1, outputSize)
    private final float[] trial; // (stateSize)

    LookAhead(ModelWorkspace workspace, WaitingEvents buffer) {
        super(workspace, buffer);
        events = workspace.model.spec().lookAhead();
        inputs = new float[events + 1][network().inputSize()];
        values = new float[events + 1][network().outputSize()];
        trial = new float[network().stateSize()];
    }

    @Override
    void read(byte[] key) {
        int waiting = readWaiting(key);
        System.arraycopy(workspace.input, 0, inputs[waiting], 0, workspace.input.length);
        System.arraycopy(state().network(), 0, trial, 0, trial.length);
        pass(waiting + 1, waiting + 1, trial);
        if (waiting == events) {
            pass(waiting + 1, 1, state().network());
        }
    }

    @Override
    void answerOldest(byte[] key, Answers answers) {
        if (state().waiting() > events) {
            answer(key, values[0], answers);
        }
    }

    @Override
    void answerRest(byte[] key, Event closing, Answers answers) {
        int waiting = readWaiting(key);
        pass(waiting, waiting, state().network());
        for (int i = 0; i < waiting; i++) {
            answer(key, values[i], answers);
        }
    }

    private int readWaiting(byte[] key) {
        int waiting = state().waiting();
        for (int i = 0; i < waiting; i++) {
            buffer.read(key, oldest() + i, inputs[i]);
        }
        return waiting;
    }

    private void pass(int count, int answers, float[] state) {
        network().pass(inputs, count, answers, state, values, workspace.scratch);
        Arrays.stream(values, 0, answers).forEach(ModelWorkspace::requireFinite);
        ModelWorkspace.requireFinite(state);
    }
}
