package dev.eddy.stream;

import dev.eddy.model.Fields;
import dev.eddy.network.ForecastMemory;
import dev.eddy.network.LiveModel;
import dev.eddy.state.SequenceState;
import dev.eddy.telemetry.Score;

/** Compares each event with what was predicted for it. Memory: that of {@link ForecastMemory}. */
final class ForecastStep extends TaskStep {
    private static final double HALF_LOG_2PI = StrictMath.log(2 * Math.PI) / 2;

    private final ForecastMemory memory;
    private double[] residual;
    private double[] deviation;

    ForecastStep(LiveModel model) {
        memory = new ForecastMemory(model);
    }

    @Override
    void resume(SequenceState state) {
        residual = null;
        deviation = null;
    }

    @Override
    void before(Fields fields, float[] input, SequenceState state) {
        residual = memory.residual(fields, state.task());
        // As it was before the event: what the residual is to be measured against.
        deviation = memory.deviation(state.task());
        memory.count(residual, state.task());
    }

    @Override
    void after(double[] values, int label, SequenceState state) {
        memory.push(values, state.task());
    }

    @Override
    Score score() {
        return residual == null ? null : score(residual, deviation);
    }

    /**
     * Means over the targets that have a residual r. With the deviation s of each known before, what came was taken to be
     * normal around what was predicted: its negative log-likelihood is {@code log s + log(2π)/2 + (r/s)²/2}. If one of them
     * is not known, or zero, there is none.
     *
     * @return null if the squares are not finite
     */
    static Score score(double[] residual, double[] deviation) {
        int targets = 0;
        double absolute = 0;
        double squared = 0;
        double nll = deviation == null ? Double.NaN : 0;
        for (int i = 0; i < residual.length; i++) {
            if (!Double.isNaN(residual[i])) {
                targets++;
                absolute += Math.abs(residual[i]);
                squared += residual[i] * residual[i];
                nll += deviation == null ? 0 : nll(residual[i], deviation[i]);
            }
        }
        if (!Double.isFinite(squared)) {
            return null;
        }
        return Score.ofValues(absolute / targets, squared / targets, Double.isFinite(nll) ? nll / targets : Double.NaN);
    }

    private static double nll(double residual, double deviation) {
        if (!(deviation > 0)) {
            return Double.NaN;
        }
        double z = residual / deviation;
        return StrictMath.log(deviation) + HALF_LOG_2PI + z * z / 2;
    }

    @Override
    double[] residual() {
        return residual;
    }

    @Override
    double[] deviation() {
        return deviation;
    }
}
