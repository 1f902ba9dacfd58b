package dev.eddy.crash;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.DeploymentHistory;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/** The sequential, single-threaded replay: what must be in the topics, whatever happened on the way. */
final class Oracle implements AutoCloseable {
    /** As many as Eddy creates. */
    static final int PARTITIONS = 4;

    /** Predictions and dead letters of every key, in order. */
    final Map<String, List<String>> predictions = new TreeMap<>();

    final Map<String, List<String>> deadLetters = new TreeMap<>();
    private final Catalogue catalogue = new Catalogue("oracle", Long.MAX_VALUE);

    Oracle(List<ModelFile> models, DeploymentHistory deployments) throws InterruptedException {
        Map<String, byte[]> control = new HashMap<>();
        models.forEach(model -> control.putAll(ControlRecords.publish(model, 0)));
        control.put(ControlRecords.deploymentKey("oracle"), ControlRecords.encode("oracle", deployments));
        control.forEach((key, value) -> catalogue.accept(key, value, control::get));
        catalogue.awaitLoaded(Duration.ofMinutes(1));
    }

    /** Each partition has a stream time of its own. */
    void replay(CrashPlan plan) {
        Inference[] partitions = new Inference[PARTITIONS];
        long[] streamTime = new long[PARTITIONS];
        for (int p = 0; p < PARTITIONS; p++) {
            partitions[p] = new Inference(
                    new JsonEvents(),
                    new JsonPredictions(),
                    catalogue::live,
                    SequenceStores.inMemory(),
                    SequenceRules.NONE.withIdle(plan.idleMillis()),
                    InferenceMonitor.NONE,
                    this::add);
        }
        for (int i = 0; i < plan.events(); i++) {
            CrashPlan.Event event = plan.event(i);
            int p = Utils.toPositive(Utils.murmur2(event.key())) % PARTITIONS;
            streamTime[p] = Math.max(streamTime[p], event.time());
            partitions[p].infer(
                    new Event(event.key(), event.time(), new RecordHeaders(), event.value(), Event.Origin.UNKNOWN),
                    streamTime[p]);
        }
    }

    private void add(Event event, Outcome outcome) {
        if (outcome instanceof Outcome.Predicted predicted) {
            add(predictions, event.key(), predicted.bytes());
        } else if (outcome instanceof Outcome.Rejected rejected) {
            add(deadLetters, event.key(), rejected.original());
        }
    }

    static void add(Map<String, List<String>> all, byte[] key, byte[] value) {
        all.computeIfAbsent(text(key), k -> new ArrayList<>()).add(text(value));
    }

    static long count(Map<String, List<String>> all) {
        return all.values().stream().mapToLong(List::size).sum();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        catalogue.close();
    }
}
