package dev.eddy.stream;

import dev.eddy.model.Fields;
import dev.eddy.network.ForecastMemory;
import dev.eddy.network.LiveModel;
import dev.eddy.state.SequenceState;

/** Compares each event with what was predicted for it. Memory: that of {@link ForecastMemory}. */
final class ForecastStep extends TaskStep {
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
    double[] residual() {
        return residual;
    }

    @Override
    double[] deviation() {
        return deviation;
    }
}
