package dev.eddy.network;

import dev.eddy.model.Feature;
import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelId;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.model.Weights;
import java.util.List;

/** A model that can score events: how to encode them, the network, what its outputs mean. Immutable. */
public final class LiveModel {
    private static final long MAX_STATE_BYTES = 900_000;
    /** With probabilities, and twenty characters for a number. */
    private static final int MAX_OUTPUTS = 22_000;

    /** Of the encoded events, outputs and layers' outputs while events that wait are read. */
    private static final long MAX_WAITING_BYTES = 256L << 20;
    /** Encoded events that wait are records too, beside their own bytes. */
    private static final int MAX_WAITING_INPUTS = 100_000;

    /** Mostly for the first model of a JVM; the next ones find the kernel compiled. */
    private static final long WARM_UP_NANOS = 1_000_000_000L;

    private static final long MAX_LIST_BYTES = 900_000;

    /** Sum and number of the log-probabilities. */
    private static final int LANGUAGE_MEMORY = 2;

    private final ModelId id;
    private final ModelSpec spec;
    private final FeatureEncoder features;
    private final Network network;
    private final Readout readout;
    private final Decoder decoder; // null: none
    private final StatePrecision statePrecision;
    private final long memoryBytes;

    private LiveModel(ModelId id, ModelSpec spec, Network network, CountedWeights weights) {
        this.id = id;
        this.spec = spec;
        this.features = new FeatureEncoder(spec.features(), DecoderFields.remembered(spec));
        this.network = network;
        this.readout = new Readout(spec, network);
        if (network.readsBackward() && !spec.waits()) {
            throw new InvalidModelException("a layer of this model reads backward, so its answers must wait for later"
                    + " events; give the spec a 'lookAhead' or a 'maxLength'");
        }
        if ((spec.emit() == ModelSpec.Emit.END || readsLanguage())
                && !network.isRecurrent()
                && !network.readsBackward()) {
            throw new InvalidModelException(
                    "this model has no recurrent layer, so it has nothing to say of a sequence");
        }
        if (blank() != null && spec.emit() == ModelSpec.Emit.END) {
            throw new InvalidModelException(
                    "a tagger with a blank gives its symbols as they come; its 'emit' must be every");
        }
        if (readsLanguage()) {
            tokenAt();
        }
        this.decoder = spec.decoder() == null ? null : DecoderCompiler.compile(spec, weights, network, features);
        this.statePrecision = StatePrecision.FLOAT32;
        this.memoryBytes = (weights == null ? 0 : weights.bytes()) + network.engineBytes() + ModelMemory.ofSpec(spec);
    }

    private LiveModel(LiveModel exact, StatePrecision statePrecision) {
        this.id = exact.id;
        this.spec = exact.spec;
        this.features = exact.features;
        this.network = new RoundedNetwork(exact.network, statePrecision);
        this.readout = exact.readout;
        this.decoder = exact.decoder;
        this.statePrecision = statePrecision;
        this.memoryBytes = exact.memoryBytes;
    }

    /**
     * The same model with states of some precision.
     *
     * @throws InvalidModelException if its states hold what must not be rounded
     */
    public LiveModel with(StatePrecision precision) {
        if (precision == statePrecision) {
            return this;
        }
        if (statePrecision != StatePrecision.FLOAT32) {
            throw new IllegalStateException("the states of " + id + " are rounded already");
        }
        if (spec.engine() != null || spec.layers().stream().anyMatch(layer -> layer.cell() == CellKind.CLOCKWORK)) {
            throw new InvalidModelException("the states of this model hold numbers that must not be rounded, a count of"
                    + " steps or what another engine keeps; run it with eddy.state.precision=float32");
        }
        return new LiveModel(this, precision);
    }

    /**
     * Compiles a model and checks it against its own probes.
     *
     * @throws dev.eddy.model.InvalidModelException if it cannot be used; the message says why
     */
    public static LiveModel compile(ModelId id, ModelSpec spec, Weights weights) {
        CountedWeights counted = new CountedWeights(weights);
        Network network = NetworkCompiler.compile(spec, counted);
        LiveModel model = of(id, spec, network, counted);
        ProbeCheck.run(model);
        return model;
    }

    /**
     * A model whose network is compiled already; its probes are not run.
     *
     * @param weights of its decoder; null if it has none
     * @throws dev.eddy.model.InvalidModelException if spec and network do not go together
     */
    static LiveModel of(ModelId id, ModelSpec spec, Network network, CountedWeights weights) {
        LiveModel model = new LiveModel(id, spec, network, weights);
        model.requireRecordSizes();
        if (spec.waits()) {
            model.requireWaitingSizes();
        }
        return model;
    }

    /**
     * Runs the network until the JVM has compiled it, up to about two seconds, so that its first events do not wait for that. Changes
     * no answer. Not for a thread that has events.
     */
    public void warmUp() {
        network.warmUp(WARM_UP_NANOS);
    }

    /** Bytes of a sequence's state, without what is said about it. */
    public long stateBytes() {
        return (long) statePrecision.bytes() * network.stateSize()
                + (long) Float.BYTES * features.rememberedWidth()
                + (long) Double.BYTES * taskMemory();
    }

    /** States and predictions are records, which brokers take up to a million bytes. */
    private void requireRecordSizes() {
        if (stateBytes() > MAX_STATE_BYTES) {
            throw new InvalidModelException("the state of a sequence has " + stateBytes() + " bytes; up to "
                    + MAX_STATE_BYTES + " fit into a record of the changelog");
        }
        if (decoder != null && decoder.recordBytes() > MAX_LIST_BYTES) {
            throw new InvalidModelException("a list of the decoder can have " + decoder.recordBytes() + " bytes; up to "
                    + MAX_LIST_BYTES + " fit into a record, so give it a lower 'limit'");
        }
        if (decoder == null && network.outputSize() > MAX_OUTPUTS) {
            throw new InvalidModelException("the model gives " + network.outputSize()
                    + " numbers for each event; up to " + MAX_OUTPUTS + " fit into a record");
        }
    }

    /** All encoded events that wait are in memory at once, with what the layers make of them. */
    private void requireWaitingSizes() {
        if (keepsInputs() && network.inputSize() > MAX_WAITING_INPUTS) {
            throw new InvalidModelException("the model reads " + network.inputSize()
                    + " numbers of each event; events of up to " + MAX_WAITING_INPUTS + " can wait for their answers");
        }
        long widest = Math.max(network.inputSize(), network.outputSize());
        for (LayerSpec layer : spec.layers()) {
            widest = Math.max(widest, Math.max(layer.input(), layer.outputSize()));
        }
        long perEvent = Float.BYTES * (network.inputSize() + network.outputSize() + 2 * widest);
        long events = keepsInputs() ? maxWaiting() : 0;
        if (events * perEvent > MAX_WAITING_BYTES) {
            throw new InvalidModelException("reading " + events + " events at once takes " + events * perEvent
                    + " bytes; up to " + MAX_WAITING_BYTES + " are allowed, so give the spec a smaller "
                    + (spec.maxLength() == null ? "lookAhead" : "maxLength"));
        }
    }

    /** Most events of a sequence that wait for their answers at once; 0 where each is answered as it comes. */
    public int maxWaiting() {
        if (spec.maxLength() != null) {
            return spec.maxLength();
        }
        return spec.lookAhead() == null ? 0 : spec.lookAhead() + (network.readsBackward() ? 1 : 0);
    }

    /** Whether events that wait for their answers are read again, so that their encoding must be kept. */
    public boolean keepsInputs() {
        return spec.maxLength() != null || (spec.lookAhead() != null && network.readsBackward());
    }

    public ModelId id() {
        return id;
    }

    /**
     * Bytes the model takes in memory, whatever number of threads use it: the weights as the network keeps them, what its
     * engine keeps beside them, and an estimate of the spec (its vocabularies and probes). The model file is not kept.
     */
    public long memoryBytes() {
        return memoryBytes;
    }

    public ModelSpec spec() {
        return spec;
    }

    /** How exact states are from event to event. */
    public StatePrecision statePrecision() {
        return statePrecision;
    }

    public FeatureEncoder features() {
        return features;
    }

    public Network network() {
        return network;
    }

    public Readout readout() {
        return readout;
    }

    /** Whether every event is answered at once, and nothing waits for later events or for the end. */
    public boolean answersEachEvent() {
        return spec.emit() == ModelSpec.Emit.EVERY && spec.lookAhead() == null && spec.maxLength() == null;
    }

    /**
     * Why this model cannot carry on the states of another.
     *
     * @return one clause for people; null if it can
     */
    public String refusalToCarry(LiveModel older) {
        return StateLayout.refusal(older, this);
    }

    /** What gives a list when a sequence ends; null for a model without a decoder. */
    public Decoder decoder() {
        return decoder;
    }

    /** The fields whose later values are predicted; empty unless that is the task. */
    public List<String> targets() {
        return spec.task() instanceof Task.Predict predict ? predict.fields() : List.of();
    }

    /** Numbers the task itself carries from event to event, beside the network's state. */
    public int taskMemory() {
        if (blank() != null) {
            return 1;
        }
        return readsLanguage()
                ? LANGUAGE_MEMORY
                : ForecastMemory.size(horizon(), targets().size());
    }

    /** The blank of a tagger trained with CTC; null for any other model. */
    public String blank() {
        return spec.task() instanceof Task.Tag tag ? tag.blank() : null;
    }

    /** Whether events are read as tokens of a language; then the raw input at {@link #tokenAt} is the token. */
    public boolean readsLanguage() {
        return spec.task() instanceof Task.Language;
    }

    /** Where in the raw input the token is. */
    public int tokenAt() {
        int at = 0;
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Token) {
                return at;
            }
            at += feature.width();
        }
        throw new InvalidModelException("a 'language' task needs a feature of kind 'token'");
    }

    /** How many events ahead the prediction is; 0 unless that is the task. */
    public int horizon() {
        return spec.task() instanceof Task.Predict predict ? predict.horizon() : 0;
    }
}
