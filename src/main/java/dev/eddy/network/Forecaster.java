package dev.eddy.network;

import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lets a model of numbers go on by itself: each prediction is taken for the next event. With a horizon of h the first h values
 * are predictions that the sequence has made already; each further one comes of reading the forecast so far.
 *
 * <p>How far a forecast may be off is told by the residuals of the sequence: with the root mean square d of the residuals (see
 * {@link ForecastMemory}) the value j events ahead has the deviation
 *
 * <pre>{@code d · sqrt(ceil(j / h))}</pre>
 *
 * <p>that is {@code d · sqrt(j)} for a model that predicts the next event: the errors of successive steps are taken as
 * independent, so that their variances add up, and as neither damped nor amplified by the network. That is exact for a random
 * walk predicted by its last value, too wide for a series that returns to its mean, too narrow where errors go one way.
 */
public final class Forecaster {
    private final LiveModel model;
    private final List<String[]> targets;

    /**
     * A value to come.
     *
     * @param time      of its event, epoch milliseconds
     * @param values    one for each target, de-normalised
     * @param deviation one for each target, in the same units; NaN while there are fewer than two residuals
     */
    public record Forecast(long time, double[] values, double[] deviation) {}

    /**
     * A forecaster.
     *
     * @throws InvalidModelException if the model does not predict later values of the fields it reads
     */
    public Forecaster(LiveModel model) {
        if (!(model.spec().task() instanceof Task.Predict predict)) {
            throw new InvalidModelException("only a model whose task is 'predict' can forecast further");
        }
        Rollout.requireCanGoOn(model);
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
        this.targets = predict.fields().stream().map(Fields::path).toList();
    }

    /**
     * Goes on from where a sequence is.
     *
     * @param sequence the sequence, after its last event; is rolled on
     * @param interval time between events, milliseconds
     * @param steps    how many events to foresee
     * @throws IllegalStateException if the sequence has fewer events than the model's horizon
     * @throws dev.eddy.model.BadEventException if the forecast grows beyond all numbers
     */
    public List<Forecast> forecast(Rollout sequence, long interval, int steps) {
        if (sequence.steps() < model.horizon()) {
            throw new IllegalStateException("the sequence has " + sequence.steps() + " events; a forecast needs "
                    + model.horizon() + " to go on from");
        }
        double[] deviation = sequence.deviation();
        long start = sequence.lastEventTime();
        List<Forecast> forecast = new ArrayList<>();
        for (int ahead = 1; ahead <= steps; ahead++) {
            double[] next = sequence.next();
            for (double value : next) {
                Rollout.requireFinite(value);
            }
            long time = start + ahead * interval;
            forecast.add(new Forecast(time, next, deviation(deviation, ahead)));
            if (ahead < steps) {
                sequence.imagine(event(next), time);
            }
        }
        return forecast;
    }

    private double[] deviation(double[] root, int ahead) {
        int independentErrors = (ahead - 1) / model.horizon() + 1;
        double[] deviation = new double[targets.size()];
        for (int i = 0; i < deviation.length; i++) {
            deviation[i] = root == null ? Double.NaN : root[i] * StrictMath.sqrt(independentErrors);
        }
        return deviation;
    }

    private Fields event(double[] values) {
        return path -> {
            for (int i = 0; i < values.length; i++) {
                if (Arrays.equals(targets.get(i), path)) {
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
