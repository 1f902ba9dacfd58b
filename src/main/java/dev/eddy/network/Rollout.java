package dev.eddy.network;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Decoded;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import java.util.Arrays;

/**
 * One sequence of a model, stepped by hand: what the processor does to an event, without stores and outputs. Start one from
 * zero or from a copy of a live state; whatever is rolled on from there touches nothing else. After a step that fails it is of
 * no more use. Not thread-safe.
 */
public final class Rollout {
    private final LiveModel model;
    private final float[] state; // (stateSize)
    private final float[] remembered; // (rememberedWidth)
    private final double[] task; // (taskMemory)
    private final ForecastMemory forecasts; // null unless the task is to predict
    private final float[] input;
    private final float[] outputs;
    private final Network.Scratch scratch;
    private long steps;
    private long time;

    /** A sequence at zero state. */
    public Rollout(LiveModel model) {
        this(
                model,
                new float[model.network().stateSize()],
                new float[model.features().rememberedWidth()],
                nothing(model.taskMemory()),
                0,
                0);
    }

    /**
     * A sequence that goes on from a copy of a state.
     *
     * @param state         the network's state, (stateSize)
     * @param remembered    what the features remember of the last event, (rememberedWidth)
     * @param task          what the task carries, (taskMemory)
     * @param steps         events the state has seen
     * @param lastEventTime time of the last of them, epoch milliseconds
     * @throws InvalidModelException if a layer of the model reads backward, for which there are no single steps
     */
    public Rollout(LiveModel model, float[] state, float[] remembered, double[] task, long steps, long lastEventTime) {
        if (model.network().readsBackward()) {
            throw new InvalidModelException("a layer of the model reads backward, so it cannot go from event to event;"
                    + " use a model whose layers all read forward");
        }
        this.model = model;
        this.state = state.clone();
        this.remembered = remembered.clone();
        this.task = task.clone();
        this.forecasts = model.targets().isEmpty() ? null : new ForecastMemory(model);
        this.input = new float[model.network().inputSize()];
        this.outputs = new float[model.network().outputSize()];
        this.scratch = model.network().newScratch();
        this.steps = steps;
        this.time = lastEventTime;
    }

    private static double[] nothing(int size) {
        double[] memory = new double[size];
        Arrays.fill(memory, Double.NaN);
        return memory;
    }

    /**
     * Refuses a network that cannot go on by itself. The one place where that is decided, for tokens, forecasts and live states.
     *
     * @throws InvalidModelException if its answer to an event depends on later ones
     */
    public static void requireCanGoOn(LiveModel model) {
        if (model.spec().waits()) {
            throw new InvalidModelException("an answer of this model depends on later events too, so it cannot go on"
                    + " from where a sequence is; use a model without lookAhead and maxLength");
        }
    }

    /**
     * Steps over an event.
     *
     * @param eventTime epoch milliseconds
     * @return the values after it, de-normalised
     * @throws BadEventException if the event cannot be scored
     */
    public double[] step(Fields event, long eventTime) {
        if (forecasts != null) {
            forecasts.count(forecasts.residual(event, task), task);
        }
        return imagine(event, eventTime);
    }

    /** Steps over an event that was foreseen, not seen: it tells nothing of how good the predictions are. */
    double[] imagine(Fields event, long eventTime) {
        model.features().encode(event, eventTime, remembered, input);
        model.features().remember(input, remembered);
        advance();
        time = eventTime;
        double[] values = model.readout().values(outputs);
        if (forecasts != null) {
            forecasts.push(values, task);
        }
        return values;
    }

    /**
     * What the model's decoder gives if the sequence ends here; the sequence itself does not move.
     *
     * @throws InvalidModelException if the model has no decoder
     * @throws dev.eddy.model.BadEventException if an output is not finite
     */
    public Decoded decode() {
        Decoder decoder = model.decoder();
        if (decoder == null) {
            throw new InvalidModelException("model " + model.id().label() + " has no decoder");
        }
        return decoder.decode(state, remembered, decoder.newScratch());
    }

    /** Steps over a token, for a model that reads nothing else. */
    void stepToken(int id) {
        input[0] = id;
        advance();
    }

    private void advance() {
        model.network().step(input, state, outputs, scratch);
        steps++;
    }

    /**
     * The network's outputs after the last step, or those of the state it began with.
     *
     * @param outputs receives them, (outputSize)
     * @throws BadEventException if they are not finite
     */
    void outputs(float[] outputs) {
        model.network().answer(state, outputs, scratch);
        for (float output : outputs) {
            requireFinite(output);
        }
    }

    /** Refuses what the stream would refuse as an answer. */
    static void requireFinite(double value) {
        if (!Double.isFinite(value)) {
            throw new BadEventException(Reason.NOT_FINITE_OUTPUT, "the network's answer is not finite");
        }
    }

    /** What was predicted for the next event, (targets); NaN before there is anything, null unless the task is to predict. */
    public double[] next() {
        return forecasts == null ? null : forecasts.next(task);
    }

    /**
     * The running root mean square of the residuals, see {@link ForecastMemory}.
     *
     * @return (targets), NaN for one with fewer than two residuals; null if that are all, or the task is not to predict
     */
    public double[] deviation() {
        return forecasts == null ? null : forecasts.deviation(task);
    }

    /** Events the state has seen, foreseen ones among them. */
    public long steps() {
        return steps;
    }

    /** Time of the last event, epoch milliseconds; 0 before any. */
    public long lastEventTime() {
        return time;
    }
}
