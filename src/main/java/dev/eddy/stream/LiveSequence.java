package dev.eddy.stream;

import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.state.HeldStates;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;

/** A copy of the state of a sequence as it was at one moment. What goes on from it touches neither it nor the stream. */
public final class LiveSequence {
    private final LiveModel model;
    private final byte[] bytes;
    private final SequenceState state;

    private LiveSequence(LiveModel model, byte[] bytes) {
        this.model = model;
        this.bytes = bytes;
        this.state = new SequenceState(model);
        StateCodec.read(bytes, state);
    }

    /**
     * A copy of a state.
     *
     * @param model the model the state belongs to
     * @param bytes a value of the store {@link Eddy#STATE_STORE}, laid out as in {@code schemas/state.md}
     * @throws dev.eddy.state.CorruptStateException if the bytes are damaged or of another model
     */
    public static LiveSequence of(LiveModel model, byte[] bytes) {
        byte[] answering = HeldStates.read(bytes).answering().clone();
        return new LiveSequence(model.with(StateCodec.precision(answering)), answering);
    }

    /**
     * The sequence, to be stepped by hand; every call gives one of its own. A step over the next event gives the bits that
     * the stream gives.
     *
     * @throws dev.eddy.model.InvalidModelException if the model cannot go on by itself
     */
    public Rollout rollout() {
        Rollout.requireCanGoOn(model);
        return state.rollout();
    }

    public ModelId model() {
        return model.id();
    }

    /** Generation of the deployment the sequence is on. */
    public int generation() {
        return state.generation();
    }

    /** Events the state has seen. */
    public long steps() {
        return state.steps();
    }

    /** Time of the last event, epoch milliseconds. */
    public long lastEventTime() {
        return state.lastEventTime();
    }

    /** A copy of the state's bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }
}
