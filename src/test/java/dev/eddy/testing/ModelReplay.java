package dev.eddy.testing;

import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.network.LiveModel;
import dev.eddy.stream.Event;
import dev.eddy.stream.InMemoryPending;
import dev.eddy.stream.InMemoryStates;
import dev.eddy.stream.Inference;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.stream.Outcome;
import dev.eddy.stream.SequenceRules;
import dev.eddy.stream.SequenceStores;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.Prediction;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The stream without Kafka: one model that answers at once, events one after the other, states in memory. */
public final class ModelReplay {
    private final InMemoryStates states = new InMemoryStates();
    private final Inference inference;
    private Outcome outcome;

    public ModelReplay(LiveModel model) {
        LiveDeployments always = LiveDeployments.always(model);
        inference = new Inference(
                new JsonEvents(),
                new AvroPredictions(),
                () -> always,
                new SequenceStores(states, new InMemoryPending()),
                SequenceRules.NONE,
                InferenceMonitor.NONE,
                (event, what) -> outcome = what);
    }

    /** What the model says of an event. */
    public Prediction event(String key, long time, String json) {
        byte[] value = json.getBytes(StandardCharsets.UTF_8);
        inference.infer(new Event(bytes(key), time, new RecordHeaders(), value, Event.Origin.UNKNOWN), time);
        if (outcome instanceof Outcome.Predicted predicted) {
            return predicted.prediction();
        }
        throw new AssertionError("the event was not scored: " + outcome);
    }

    /** The stored bytes of a sequence, not a copy; null if there are none. */
    public byte[] state(String key) {
        return states.get(bytes(key));
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
