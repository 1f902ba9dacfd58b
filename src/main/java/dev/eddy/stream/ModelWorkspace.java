package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import dev.eddy.wire.Prediction;
import java.util.List;

/** One thread's working memory for one model: the states of many sequences pass through it, one at a time. */
final class ModelWorkspace {
    private final LiveModel model;
    private final StateCodec codec = new StateCodec();
    private final SequenceState state;
    private final Network.Scratch scratch;
    private final float[] input;
    private final float[] outputs;
    private final float[] probabilities;
    private final String[][] targets;

    ModelWorkspace(LiveModel model) {
        Network network = model.network();
        this.model = model;
        this.state = new SequenceState(model);
        this.scratch = network.newScratch();
        this.input = new float[network.inputSize()];
        this.outputs = new float[network.outputSize()];
        this.probabilities = new float[network.labelCount()];
        List<String> fields = model.targets();
        this.targets = fields.stream().map(Fields::path).toArray(String[][]::new);
    }

    /** Takes up a sequence where it was, or at zero if it is new or was on another model. */
    void load(byte[] stored, LiveDeployment deployment) {
        if (stored != null && StateCodec.belongsTo(stored, model.id().fingerprint())) {
            codec.read(stored, state);
            state.moveTo(deployment.generation());
        } else {
            state.reset(deployment.generation());
        }
    }

    /**
     * One step of the loaded sequence.
     *
     * @return the values after it, de-normalised
     * @throws BadEventException if the event cannot be scored
     */
    double[] step(Fields fields, long eventTime) {
        model.features().encode(fields, eventTime, state.remembered(), input);
        model.network().step(input, state.network(), outputs, scratch);
        requireFinite(outputs);
        requireFinite(state.network());
        model.features().remember(input, state.remembered());
        state.advance(eventTime);
        return model.readout().values(outputs);
    }

    /** The event's fields minus what was predicted for them; null where nothing was. */
    double[] residual(Fields fields) {
        double[] residual = targets.length == 0 ? null : new double[targets.length];
        boolean any = false;
        for (int i = 0; i < targets.length; i++) {
            Object actual = fields.get(targets[i]);
            residual[i] = actual instanceof Number number ? number.doubleValue() - state.duePrediction(i) : Double.NaN;
            any |= !Double.isNaN(residual[i]);
        }
        return any ? residual : null;
    }

    /** Remembers the values as a prediction, where that is the model's task. */
    void remember(double[] values) {
        if (targets.length > 0) {
            state.predict(values);
        }
    }

    /** The answer after a step. */
    Prediction prediction(byte[] key, long eventTime, double[] values, double[] residual) {
        String label = null;
        if (model.readout().tags()) {
            model.network().probabilities(outputs, probabilities);
            label = model.readout().label(probabilities);
        }
        return new Prediction(
                key,
                eventTime,
                state.steps(),
                model.id(),
                Prediction.Start.COLD,
                values,
                label,
                label == null ? null : probabilities.clone(),
                residual);
    }

    /** The bytes of the loaded sequence. */
    byte[] save() {
        return codec.write(state);
    }

    private static void requireFinite(float[] numbers) {
        // One pass without branches: a sum of zero products is zero unless one of them is not finite.
        float sum = 0;
        for (float number : numbers) {
            sum += number * 0f;
        }
        if (sum != 0) {
            throw new BadEventException(Reason.NOT_FINITE_OUTPUT, "the network's answer is not finite");
        }
    }
}
