package dev.eddy.stream;

import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.state.SequenceState;

/** Compares each event with what was predicted for it. Memory: the pending predictions, (horizon, targets), oldest first. */
final class ForecastStep extends TaskStep {
    private final String[][] targets;
    private double[] residual;

    ForecastStep(LiveModel model) {
        targets = model.targets().stream().map(Fields::path).toArray(String[][]::new);
    }

    @Override
    void resume(SequenceState state) {
        residual = null;
    }

    @Override
    void before(Fields fields, float[] input, SequenceState state) {
        residual = new double[targets.length];
        boolean any = false;
        for (int i = 0; i < targets.length; i++) {
            Object actual = fields.get(targets[i]);
            residual[i] = actual instanceof Number number ? number.doubleValue() - state.task()[i] : Double.NaN;
            any |= !Double.isNaN(residual[i]);
        }
        residual = any ? residual : null;
    }

    @Override
    void after(double[] values, int label, SequenceState state) {
        double[] pending = state.task();
        System.arraycopy(pending, values.length, pending, 0, pending.length - values.length);
        System.arraycopy(values, 0, pending, pending.length - values.length, values.length);
    }

    @Override
    double[] residual() {
        return residual;
    }
}
