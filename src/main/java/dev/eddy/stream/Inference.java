package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.state.StateCodec;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Prediction;
import dev.eddy.wire.PredictionEncoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;

/**
 * The way of an event: decode, look up the deployment, load the state, step, save, encode. What it gives depends on the
 * events of the sequence and the deployments alone; there is no clock in it. Used by one thread.
 */
public final class Inference implements AutoCloseable {
    private static final int WORKSPACES = 8;

    private final EventDecoder decoder;
    private final PredictionEncoder encoder;
    private final Supplier<LiveDeployments> deployments;
    private final StateAccess states;
    private final InferenceMonitor monitor;
    private final Map<LiveModel, ModelWorkspace> workspaces = new LinkedHashMap<>(WORKSPACES, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<LiveModel, ModelWorkspace> eldest) {
            return size() > WORKSPACES;
        }
    };

    private LiveDeployments known = LiveDeployments.NONE;

    public Inference(
            EventDecoder decoder,
            PredictionEncoder encoder,
            Supplier<LiveDeployments> deployments,
            StateAccess states,
            InferenceMonitor monitor) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.deployments = deployments;
        this.states = states;
        this.monitor = monitor;
    }

    /**
     * Takes one event.
     *
     * @param topic     topic it came from
     * @param headers   its headers
     * @param key       key of its sequence; null is refused
     * @param eventTime its time, epoch milliseconds
     * @param value     its bytes; null ends the sequence
     */
    public Outcome infer(String topic, Headers headers, byte[] key, long eventTime, byte[] value) {
        try {
            if (key == null) {
                throw new BadEventException(Reason.NULL_KEY, "the record has no key, so it belongs to no sequence");
            }
            if (value == null) {
                return end(key, eventTime);
            }
            return step(key, eventTime, decoder.decode(topic, headers, value));
        } catch (BadEventException e) {
            monitor.onRejection(e.reason());
            return new Outcome.Rejected(e.reason(), e.getMessage(), value);
        }
    }

    private Outcome step(byte[] key, long eventTime, Fields fields) {
        byte[] stored = states.get(key);
        LiveDeployment deployment = deploymentFor(eventTime, stored);
        ModelWorkspace workspace = workspaceOf(deployment);
        boolean last = workspace.isLast(fields);
        workspace.load(stored, deployment);
        long begin = System.nanoTime();
        double[] values = workspace.step(fields, eventTime);
        monitor.onStep(System.nanoTime() - begin);
        if (last) {
            states.delete(key);
        } else {
            states.put(key, workspace.save());
        }
        return last || workspace.answersEveryEvent()
                ? predicted(workspace.prediction(key, eventTime, values))
                : Outcome.ABSORBED;
    }

    /** A tombstone: the sequence is over, and a model that answers at the end answers now. */
    private Outcome end(byte[] key, long eventTime) {
        byte[] stored = states.get(key);
        if (stored == null) {
            return Outcome.ABSORBED;
        }
        states.delete(key);
        LiveDeployment deployment = deployments.get().ownedBy(fingerprint -> StateCodec.belongsTo(stored, fingerprint));
        if (deployment == null || workspaceOf(deployment).answersEveryEvent()) {
            return Outcome.ABSORBED;
        }
        ModelWorkspace workspace = workspaceOf(deployment);
        workspace.load(stored, deployment);
        return predicted(workspace.prediction(key, eventTime, workspace.answer()));
    }

    private Outcome predicted(Prediction prediction) {
        monitor.onPrediction(prediction.timestamp());
        return new Outcome.Predicted(prediction, encoder.encode(prediction));
    }

    /** Lets go of models that no deployment names any more, so that they can leave memory. */
    private void follow(LiveDeployments newest) {
        if (newest != known) {
            workspaces.keySet().removeIf(model -> newest.ownedBy(model.id().fingerprint()::equals) == null);
            known = newest;
        }
    }

    private ModelWorkspace workspaceOf(LiveDeployment deployment) {
        return workspaces.computeIfAbsent(deployment.model(), ModelWorkspace::new);
    }

    private LiveDeployment deploymentFor(long eventTime, byte[] stored) {
        int generation = stored == null ? 0 : StateCodec.generation(stored);
        LiveDeployments newest = deployments.get();
        follow(newest);
        LiveDeployment deployment = newest.at(eventTime, generation);
        if (deployment == null) {
            throw new BadEventException(Reason.NO_MODEL, "no deployed model is in force at the event's time");
        }
        return deployment;
    }

    @Override
    public void close() {
        decoder.close();
    }
}
