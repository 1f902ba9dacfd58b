package dev.eddy.network;

import dev.eddy.model.ModelSpec;
import java.util.Arrays;

/**
 * What a model whose answers wait for later events says of a whole sequence, from zero state: the same arithmetic as in the
 * stream, without its stores.
 */
final class WaitingAnswers {
    private final Network network;
    private final float[][] inputs; // (events, inputSize)
    private final float[][] values; // (events, outputSize)
    private final float[] state;
    private final Network.Scratch scratch;

    private WaitingAnswers(Network network, float[][] inputs) {
        this.network = network;
        this.inputs = inputs;
        this.values = new float[inputs.length][network.outputSize()];
        this.state = new float[network.stateSize()];
        this.scratch = network.newScratch();
    }

    /**
     * The values of every event when the sequence ends behind the last; of a model that answers at the end, those it would
     * give if the sequence ended at the event.
     *
     * @param inputs the encoded events, (events, inputSize)
     * @return (events, outputSize)
     */
    static float[][] of(LiveModel model, float[][] inputs) {
        WaitingAnswers answers = new WaitingAnswers(model.network(), inputs);
        ModelSpec spec = model.spec();
        if (spec.emit() == ModelSpec.Emit.END) {
            answers.summaries();
        } else if (spec.maxLength() != null) {
            answers.network.pass(inputs, inputs.length, inputs.length, answers.state, answers.values, answers.scratch);
        } else if (model.network().readsBackward()) {
            answers.lookAhead(spec.lookAhead());
        } else {
            answers.delayed(spec.lookAhead());
        }
        return answers.values;
    }

    private void summaries() {
        for (int t = 0; t < inputs.length; t++) {
            Arrays.fill(state, 0f);
            network.summary(inputs, t + 1, state, values[t], scratch);
        }
    }

    private void lookAhead(int events) {
        int t = 0;
        for (; t + events < inputs.length; t++) {
            float[][] window = Arrays.copyOfRange(inputs, t, t + events + 1);
            network.pass(window, window.length, 1, state, new float[][] {values[t]}, scratch);
        }
        float[][] rest = Arrays.copyOfRange(inputs, t, inputs.length);
        float[][] answers = Arrays.copyOfRange(values, t, inputs.length);
        network.pass(rest, rest.length, rest.length, state, answers, scratch);
    }

    private void delayed(int events) {
        float[] nothing = new float[network.inputSize()];
        float[] early = new float[network.outputSize()];
        for (int t = 0; t < inputs.length + events; t++) {
            float[] answer = t < events ? early : values[t - events];
            network.step(t < inputs.length ? inputs[t] : nothing, state, answer, scratch);
        }
    }
}
