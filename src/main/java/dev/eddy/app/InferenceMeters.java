package dev.eddy.app;

import dev.eddy.catalogue.Deployment;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.EventTime;
import dev.eddy.model.ModelId;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.telemetry.LabelFate;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;
import dev.eddy.telemetry.Telemetry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what becomes of every event, and says when a deployment comes in force. */
final class InferenceMeters implements InferenceMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceMeters.class);

    private final Telemetry telemetry;
    private final SequenceTotals sequences;
    private final Set<Integer> inForce = ConcurrentHashMap.newKeySet(); // generations

    InferenceMeters(Telemetry telemetry, SequenceTotals sequences) {
        this.telemetry = telemetry;
        this.sequences = sequences;
    }

    @Override
    public void onSequences(String model, long change) {
        sequences.add(model, change);
    }

    @Override
    public void onInForce(Deployment deployment, long eventTime) {
        if (inForce.add(deployment.generation())) {
            LOG.info(
                    "deployment {} is in force: its first event here has the time {}, the model is {}, transition {}{}",
                    deployment.generation(),
                    EventTime.text(eventTime),
                    deployment.model(),
                    deployment.transition(),
                    deployment.challenger() == null
                            ? ""
                            : ", challenger " + deployment.challenger().model());
        }
    }

    @Override
    public void onSteps(int events) {
        telemetry.countEvents(events);
    }

    @Override
    public void onTimedStep(int events, long nanos) {
        telemetry.recordStep(events, nanos);
    }

    @Override
    public void onCache(long hits, long misses, long byteChange) {
        telemetry.countCache(hits, misses, byteChange);
    }

    @Override
    public void onPrediction(long eventTime) {
        telemetry.countPrediction();
        telemetry.recordLag(System.currentTimeMillis() - eventTime);
    }

    @Override
    public void onRejection(Reason reason) {
        telemetry.countEvents(1);
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
