package dev.eddy.bench;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.Transition;
import dev.eddy.stream.Event;
import dev.eddy.stream.Inference;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.stream.Outcome;
import dev.eddy.stream.SequenceRules;
import dev.eddy.stream.SequenceStores;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Sequences through the stream's own inference, with a swap at one of their events. */
final class DipRun {
    private static final String PIPELINE = "dip";

    private final ModelFile old;
    private final ModelFile successor;
    private final Transition transition;
    private final Map<String, byte[]> control = new HashMap<>();

    /**
     * A run.
     *
     * @param transition how sequences come from one model to the other; null for no swap
     */
    DipRun(ModelFile old, ModelFile successor, Transition transition) {
        this.old = old;
        this.successor = successor;
        this.transition = transition;
        control.putAll(ControlRecords.publish(old, 0));
        control.putAll(ControlRecords.publish(successor, 0));
    }

    /**
     * How wrong the answers around the swap are.
     *
     * @param swapAt index of the first event for which the other model is in force
     * @return errors of the last {@code before} events before the swap, then of {@code after} events from it on
     */
    double[] errors(DipSeries series, int swapAt, int before, int after) throws InterruptedException {
        double[] errors = new double[before + after];
        Arrays.fill(errors, Double.NaN);
        int first = swapAt - before;
        int[] index = {0};
        try (Catalogue catalogue = catalogue(swapAt);
                Inference inference = new Inference(
                        new JsonEvents(),
                        new JsonPredictions(),
                        catalogue::live,
                        SequenceStores.inMemory(),
                        SequenceRules.NONE,
                        InferenceMonitor.NONE,
                        (event, outcome) -> {
                            if (index[0] >= first && outcome instanceof Outcome.Predicted predicted) {
                                errors[index[0] - first] = series.judge().error(index[0], predicted.prediction());
                            }
                        })) {
            byte[] key = bytes(series.key());
            for (int end = swapAt + after; index[0] < end; index[0]++) {
                byte[] value = bytes(series.values().get(index[0]));
                inference.infer(new Event(key, index[0], new RecordHeaders(), value, Event.Origin.UNKNOWN), index[0]);
            }
        }
        if (Arrays.stream(errors).anyMatch(Double::isNaN)) {
            throw new IllegalStateException("an event of " + series.key() + " was not answered");
        }
        return errors;
    }

    private Catalogue catalogue(int swapAt) throws InterruptedException {
        DeploymentHistory history = DeploymentHistory.EMPTY.with(new Deployment(1, old.id(), Deployment.BEGINNING, 0));
        if (transition != null) {
            history = history.with(new Deployment(2, successor.id(), swapAt, 0, transition, 0, null, ""));
        }
        control.put(ControlRecords.deploymentKey(PIPELINE), ControlRecords.encode(PIPELINE, history));
        Catalogue catalogue = new Catalogue(PIPELINE, Long.MAX_VALUE);
        control.forEach((key, value) -> catalogue.accept(key, value, control::get));
        if (!catalogue.awaitLoaded(Duration.ofMinutes(1))) {
            throw new IllegalStateException("the models are not loaded after a minute");
        }
        return catalogue;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
