package dev.eddy.app;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.stream.InferenceMonitor;
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
    public void onEnd(Ending cause) {
        telemetry.countEnd(cause);
    }
}
