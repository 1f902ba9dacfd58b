package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Decoded;
import dev.eddy.model.Ending;
import dev.eddy.model.Fields;
import dev.eddy.model.ModelSpec;
import dev.eddy.network.Decoder;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import dev.eddy.telemetry.Score;
import dev.eddy.wire.Prediction;

/**
 * One thread's working memory for one model: the states of many sequences pass through it, one at a time. Where events of
 * several sequences are stepped together, each is in a workspace of its own.
 */
final class ModelWorkspace {
    private static final double[] NO_VALUES = {};

    final LiveModel model;
    final SequenceState state;
    final Network.Scratch scratch;
    final float[] input; // (inputSize)
    final float[] outputs; // (outputSize)
    private final Answering answering;
    private final float[] probabilities;
    private final TaskStep task;
    private int label = -1;
    private final Decoder.Scratch decoding; // null: the model has no decoder
    private final String[] endField; // null: only tombstones end a sequence

    ModelWorkspace(LiveModel model, WaitingEvents waiting) {
        this(model, waiting, model.network().newScratch());
    }

    /** @param scratch of the model's network; may be shared by workspaces of the same thread */
    ModelWorkspace(LiveModel model, WaitingEvents waiting, Network.Scratch scratch) {
        Network network = model.network();
        this.model = model;
        this.state = new SequenceState(model);
        this.scratch = scratch;
        this.input = new float[network.inputSize()];
        this.outputs = new float[network.outputSize()];
        this.probabilities = new float[network.labelCount()];
        this.task = TaskStep.of(model, scratch);
        this.decoding = model.decoder() == null ? null : model.decoder().newScratch();
        String field = model.spec().endField();
        this.endField = field == null ? null : Fields.path(field);
        this.answering = Answering.of(model, this, waiting);
    }

    /** When the events of the loaded sequence are answered. */
    Answering answering() {
        return answering;
    }

    /** Whether a state is one of this model. */
    boolean owns(byte[] stored) {
        return StateCodec.belongsTo(stored, model.id().fingerprint());
    }

    /**
     * Takes up a sequence where it was.
     *
     * @param stored     its state; null for zero
     * @param generation the deployment the sequence is on
     */
    void load(byte[] stored, int generation) {
        if (stored != null) {
            StateCodec.read(stored, state);
            state.moveTo(generation);
        } else {
            state.reset(generation);
        }
    }

    /**
     * Takes up a sequence where the cache has it; what is there stays as it is.
     *
     * @param entry      its state, of this model alone, or none
     * @param generation the deployment the sequence is on
     */
    void load(StateCache.Entry entry, int generation) {
        if (entry.isEmpty()) {
            state.reset(generation);
        } else {
            entry.read(state);
        }
    }

    /** Takes up a sequence as {@link #load} does, where its model does not answer: what the answering state keeps is not kept. */
    void loadBeside(byte[] stored, int generation) {
        load(stored, generation);
        state.forgetNumber();
    }

    /**
     * One step of the loaded sequence.
     *
     * @return the values after it, de-normalised
     * @throws BadEventException if the event cannot be scored
     */
    double[] step(Fields fields, long eventTime) {
        prepare(fields, eventTime);
        model.network().step(input, state.network(), outputs, scratch);
        return stepped(eventTime);
    }

    /**
     * All of a step that comes before the network's.
     *
     * @throws BadEventException if the event cannot be scored
     */
    void prepare(Fields fields, long eventTime) {
        encode(fields, eventTime);
        task.before(fields, input, state);
    }

    /**
     * All of a step that comes after the network's.
     *
     * @return the values after it, de-normalised
     * @throws BadEventException if the event cannot be scored
     */
    double[] stepped(long eventTime) {
        requireFinite(outputs);
        requireFinite(state.network());
        remember(eventTime);
        return read(outputs);
    }

    /**
     * Encodes the next event of the loaded sequence into {@link #input}.
     *
     * @throws BadEventException if it cannot be encoded
     */
    void encode(Fields fields, long eventTime) {
        model.features().encode(fields, eventTime, state.remembered(), input);
    }

    /** Counts the encoded event, and keeps of it what the next one may need. */
    void remember(long eventTime) {
        model.features().remember(input, state.remembered());
        state.advance(eventTime);
    }

    /**
     * What the network's outputs mean for the next event to be answered.
     *
     * @return its values, de-normalised
     */
    double[] read(float[] answer) {
        double[] values = model.readout().values(answer);
        tag(answer);
        task.after(values, label, state);
        return values;
    }

    /** The values after the last step of the loaded sequence, de-normalised. */
    double[] answer() {
        task.resume(state);
        model.network().answer(state.network(), outputs, scratch);
        tag(outputs);
        return model.readout().values(outputs);
    }

    private void tag(float[] answer) {
        if (model.readout().tags()) {
            model.network().probabilities(answer, probabilities);
            label = model.readout().best(probabilities);
        }
    }

    /**
     * Whether an event says that it is the last of its sequence.
     *
     * @throws BadEventException if the field that says so is not a boolean
     */
    boolean isLast(Fields fields) {
        Object last = endField == null ? null : fields.get(endField);
        if (last == null) {
            return false;
        } else if (last instanceof Boolean flag) {
            return flag;
        }
        throw new BadEventException(
                Reason.WRONG_TYPE, "field '" + model.spec().endField() + "' must be a boolean but is " + last);
    }

    /** Whether there is one answer at the end of a sequence, not one for every event. */
    boolean answersAtEnd() {
        return model.spec().emit() == ModelSpec.Emit.END;
    }

    /**
     * The answer, after {@link #step}, {@link #read} or {@link #answer}.
     *
     * @param event  the event answered
     * @param step   its number in the sequence
     * @param seen   how many later events the answer has seen; null where it waits for none
     * @param values the values of the answer, de-normalised
     * @throws BadEventException if the model has a decoder whose outputs are not finite
     */
    Prediction prediction(Event event, long step, Integer seen, double[] values) {
        boolean tagged = label >= 0;
        Decoded decoded =
                decoding == null ? null : model.decoder().decode(state.network(), state.remembered(), decoding);
        return new Prediction(
                event.key(),
                event.time(),
                step,
                model.id(),
                state.isWarm() ? Prediction.Start.WARM : Prediction.Start.COLD,
                decoding == null ? values : NO_VALUES,
                tagged ? model.readout().labels().get(label) : null,
                tagged ? probabilities.clone() : null,
                task.symbol(),
                task.residual(),
                task.deviation(),
                task.language(),
                seen,
                decoded,
                null);
    }

    /**
     * The record that tells of the end of the loaded sequence.
     *
     * @param last  the moment of its last event
     * @param steps its number in the sequence
     * @param cause why the sequence is over
     */
    Prediction ending(Event last, long steps, Ending cause) {
        Prediction.Start start = state.isWarm() ? Prediction.Start.WARM : Prediction.Start.COLD;
        return Prediction.ending(last.key(), last.time(), steps, model.id(), start, cause);
    }

    /** How far off the model was at the event just taken in; null where that cannot be said, or not yet. */
    Score score() {
        return task.score();
    }

    /** The bytes of the loaded sequence. */
    byte[] save() {
        return StateCodec.write(state);
    }

    /**
     * Refuses numbers of which one is not finite.
     *
     * @throws BadEventException if that is so
     */
    static void requireFinite(float[] numbers) {
        // Without branches: a sum of zero products is zero unless one of them is not finite. Four sums do not wait for
        // each other.
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 4 <= numbers.length; i += 4) {
            a += numbers[i] * 0f;
            b += numbers[i + 1] * 0f;
            c += numbers[i + 2] * 0f;
            d += numbers[i + 3] * 0f;
        }
        for (; i < numbers.length; i++) {
            a += numbers[i] * 0f;
        }
        float sum = a + b + c + d;
        if (sum != 0) {
            throw new BadEventException(Reason.NOT_FINITE_OUTPUT, "the network's answer is not finite");
        }
    }
}
