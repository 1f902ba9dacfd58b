package dev.eddy.network;

import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.Task;
import java.util.Arrays;
import java.util.List;

/** Lets a model of numbers go on by itself: each prediction is taken for the next event. */
public final class Forecaster {
    private final LiveModel model;
    private final List<String> targets;

    /**
     * A forecaster.
     *
     * @throws InvalidModelException if the model does not predict the next value of a field it reads
     */
    public Forecaster(LiveModel model) {
        if (!(model.spec().task() instanceof Task.Predict predict) || predict.horizon() != 1) {
            throw new InvalidModelException(
                    "only a model whose task is 'predict', one event ahead, can forecast further");
        }
        for (Feature feature : model.spec().features()) {
            if (feature.field() != null
                    && !predict.fields().contains(feature.field())
                    && feature.missing() == Feature.Missing.REJECT) {
                throw new InvalidModelException(
                        "the model reads '" + feature.field() + "' but does not predict it, so a"
                                + " forecast lacks it; give the feature a rule for missing values, \"missing\": \"previous\"");
            }
        }
        this.model = model;
        this.targets = predict.fields();
    }

    /**
     * Goes on from where a sequence is.
     *
     * @param sequence the sequence, after its last event
     * @param values   the values after that event, de-normalised
     * @param time     time of that event, epoch milliseconds
     * @param interval time between events, milliseconds
     * @param steps    how many events to foresee
     * @return the foreseen values, (steps, targets)
     */
    public double[][] forecast(Rollout sequence, double[] values, long time, long interval, int steps) {
        double[][] forecast = new double[steps][];
        double[] next = values;
        for (int t = 0; t < steps; t++) {
            forecast[t] = next;
            if (t + 1 < steps) {
                next = sequence.step(event(next), time + (t + 1) * interval);
            }
        }
        return forecast;
    }

    private Fields event(double[] values) {
        List<String[]> paths = targets.stream().map(Fields::path).toList();
        return path -> {
            for (int i = 0; i < paths.size(); i++) {
                if (Arrays.equals(paths.get(i), path)) {
                    return values[i];
                }
            }
            return null;
        };
    }

    /** The fields foreseen. */
    public List<String> targets() {
        return model.targets();
    }
}
