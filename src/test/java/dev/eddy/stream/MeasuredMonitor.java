package dev.eddy.stream;

import dev.eddy.model.ModelId;
import dev.eddy.telemetry.LabelFate;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;
import dev.eddy.telemetry.Telemetry;

/** Hands on what is measured. */
record MeasuredMonitor(Telemetry telemetry) implements InferenceMonitor {
    @Override
    public void onScore(int generation, Role role, ModelId model, Score score) {
        telemetry.measurements().count(generation, role, model, score);
    }

    @Override
    public void onPair(int generation, ModelId champion, Score first, ModelId challenger, Score second) {
        telemetry.measurements().countPair(generation, champion, first, challenger, second);
    }

    @Override
    public void onLabel(LabelFate fate) {
        telemetry.countLabel(fate);
    }
}
