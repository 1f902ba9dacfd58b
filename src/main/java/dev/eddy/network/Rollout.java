package dev.eddy.network;

import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;

/**
 * One sequence of a model, stepped by hand: what the processor does to an event, without stores and outputs. Start one from
 * zero or from a copy of a live state; whatever is rolled on from there touches nothing else. Not thread-safe.
 */
public final class Rollout {
    private final LiveModel model;
    private final float[] state;
    private final float[] remembered;
    private final float[] input;
    private final float[] outputs;
    private final Network.Scratch scratch;

    /**
     * A sequence at zero state.
     *
     * @throws InvalidModelException if a layer of the model reads backward, for which there are no single steps
     */
    public Rollout(LiveModel model) {
        this(
                model,
                new float[model.network().stateSize()],
                new float[model.features().rememberedWidth()]);
    }

    /**
     * A sequence that goes on from a copy of a state.
     *
     * @param state      the network's state, (stateSize)
     * @param remembered what the features remember of the last event, (rememberedWidth)
     * @throws InvalidModelException if a layer of the model reads backward, for which there are no single steps
     */
    public Rollout(LiveModel model, float[] state, float[] remembered) {
        if (model.network().readsBackward()) {
            throw new InvalidModelException("a layer of the model reads backward, so it cannot go from event to event;"
                    + " use a model whose layers all read forward");
        }
        this.model = model;
        this.state = state.clone();
        this.remembered = remembered.clone();
        this.input = new float[model.network().inputSize()];
        this.outputs = new float[model.network().outputSize()];
        this.scratch = model.network().newScratch();
    }

    /**
     * Steps over an event.
     *
     * @param eventTime epoch milliseconds
     * @return the values after it, de-normalised
     * @throws dev.eddy.model.BadEventException if the event cannot be scored
     */
    public double[] step(Fields event, long eventTime) {
        model.features().encode(event, eventTime, remembered, input);
        model.features().remember(input, remembered);
        model.network().step(input, state, outputs, scratch);
        return model.readout().values(outputs);
    }

    /** Steps over a token, for a model that reads nothing else. */
    void stepToken(int id) {
        input[0] = id;
        model.network().step(input, state, outputs, scratch);
    }

    /**
     * The network's outputs after the last step, or those of the state it began with.
     *
     * @param outputs receives them, (outputSize)
     */
    void outputs(float[] outputs) {
        model.network().answer(state, outputs, scratch);
    }
}
