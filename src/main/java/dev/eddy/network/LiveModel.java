package dev.eddy.network;

import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.ModelId;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.model.Weights;
import java.util.List;

/** A model that can score events: how to encode them, the network, what its outputs mean. Immutable. */
public final class LiveModel {
    private final ModelId id;
    private final ModelSpec spec;
    private final FeatureEncoder features;
    private final Network network;
    private final Readout readout;

    private LiveModel(ModelId id, ModelSpec spec, Network network) {
        this.id = id;
        this.spec = spec;
        this.features = new FeatureEncoder(spec.features());
        this.network = network;
        this.readout = new Readout(spec, network);
    }

    /**
     * Compiles a model and checks it against its own probes.
     *
     * @throws dev.eddy.model.InvalidModelException if it cannot be used; the message says why
     */
    public static LiveModel compile(ModelId id, ModelSpec spec, Weights weights) {
        LiveModel model = new LiveModel(id, spec, NetworkCompiler.compile(spec, weights));
        ProbeCheck.run(model);
        return model;
    }

    public ModelId id() {
        return id;
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

    /** How many events ahead the prediction is; 0 unless that is the task. */
    public int horizon() {
        return spec.task() instanceof Task.Predict predict ? predict.horizon() : 0;
    }
}
