package dev.eddy.network;

import dev.eddy.model.Feature;
import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.InvalidModelException;
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

    /** Sum and number of the log-probabilities. */
    private static final int LANGUAGE_MEMORY = 2;

    private final ModelId id;
    private final ModelSpec spec;
    private final FeatureEncoder features;
    private final Network network;
    private final Readout readout;
    private final long memoryBytes;

    private LiveModel(ModelId id, ModelSpec spec, Network network, long weightBytes) {
        this.id = id;
        this.spec = spec;
        this.features = new FeatureEncoder(spec.features());
        this.network = network;
        this.readout = new Readout(spec, network);
        this.memoryBytes = weightBytes + network.engineBytes() + ModelMemory.ofSpec(spec);
        if ((spec.emit() == ModelSpec.Emit.END || readsLanguage()) && !network.isRecurrent()) {
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
    }

    /**
     * Compiles a model and checks it against its own probes.
     *
     * @throws dev.eddy.model.InvalidModelException if it cannot be used; the message says why
     */
    public static LiveModel compile(ModelId id, ModelSpec spec, Weights weights) {
        CountedWeights counted = new CountedWeights(weights);
        Network network = NetworkCompiler.compile(spec, counted);
        LiveModel model = new LiveModel(id, spec, network, counted.bytes());
        model.requireRecordSizes();
        ProbeCheck.run(model);
        return model;
    }

    /** States and predictions are records, which brokers take up to a million bytes. */
    private void requireRecordSizes() {
        long stateBytes = (long) Float.BYTES * (network.stateSize() + (long) features.rememberedWidth())
                + (long) Double.BYTES * taskMemory();
        if (stateBytes > MAX_STATE_BYTES) {
            throw new InvalidModelException("the state of a sequence has " + stateBytes + " bytes; up to "
                    + MAX_STATE_BYTES + " fit into a record of the changelog");
        }
        if (network.outputSize() > MAX_OUTPUTS) {
            throw new InvalidModelException("the model gives " + network.outputSize()
                    + " numbers for each event; up to " + MAX_OUTPUTS + " fit into a record");
        }
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

    public FeatureEncoder features() {
        return features;
    }

    public Network network() {
        return network;
    }

    public Readout readout() {
        return readout;
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
        return readsLanguage() ? LANGUAGE_MEMORY : horizon() * targets().size();
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
