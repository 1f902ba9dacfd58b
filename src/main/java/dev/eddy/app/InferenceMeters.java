package dev.eddy.app;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.ModelId;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.telemetry.LabelFate;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;
import dev.eddy.telemetry.Telemetry;

/** Counts what becomes of every event. */
final class InferenceMeters implements InferenceMonitor {
    private final Telemetry telemetry;

    InferenceMeters(Telemetry telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public void onStep(long nanos) {
        telemetry.countEvent();
        telemetry.recordStep(nanos);
    }

    @Override
    public void onPrediction(long eventTime) {
        telemetry.countPrediction();
        telemetry.recordLag(System.currentTimeMillis() - eventTime);
    }

    @Override
    public void onRejection(Reason reason) {
        telemetry.countEvent();
        telemetry.countRejected(reason);
    }

    @Override
    public void onAbandoned(Reason reason) {
        telemetry.countRejected(reason);
    }

    @Override
    public void onReordered() {
        telemetry.countReordered();
    }

    @Override
    public void onLate() {
        telemetry.countLate();
    }

    @Override
    public void onDuplicate() {
        telemetry.countDuplicate();
    }

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

    @Override
    public void onEnd(Ending cause) {
        telemetry.countEnd(cause);
    }
}
