package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.state.StateCodec;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Prediction;
import dev.eddy.wire.PredictionEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The way of an event: decode, look up the deployment, load the state, step, save, encode. What it gives for a sequence depends
 * on its events, the deployments and, where sequences end for want of events, the stream time alone; there is no clock in it.
 * Used by one thread.
 */
public final class Inference implements AutoCloseable {
    private static final int WORKSPACES = 8;

    /** Sequences looked at before an event: if a million are over at once, no event waits for all of them. */
    private static final int EXPIRED_PER_EVENT = 256;

    private final EventDecoder decoder;
    private final Supplier<LiveDeployments> deployments;
    private final StateAccess states;
    private final WaitingEvents waiting;
    private final Timers timers;
    private final IdleRule idle;
    private final InferenceMonitor monitor;
    private final Outcomes outcomes;
    private final Answering.Answers answers;
    private final Map<LiveModel, ModelWorkspace> workspaces = new LinkedHashMap<>(WORKSPACES, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<LiveModel, ModelWorkspace> eldest) {
            return size() > WORKSPACES;
        }
    };

    /**
     * The way of the events of one partition.
     *
     * @param stores     what is kept of sequences
     * @param idleMillis a sequence is over when the stream time is so much past the latest time of its events; 0 for never
     * @param outcomes   receives what becomes of the events
     */
    public Inference(
            EventDecoder decoder,
            PredictionEncoder encoder,
            Supplier<LiveDeployments> deployments,
            SequenceStores stores,
            long idleMillis,
            InferenceMonitor monitor,
            Outcomes outcomes) {
        this.decoder = decoder;
        this.deployments = deployments;
        this.states = stores.states();
        this.waiting = new WaitingEvents(stores.pending());
        this.timers = new Timers(stores.pending());
        this.idle = new IdleRule(idleMillis, timers);
        this.monitor = monitor;
        this.outcomes = outcomes;
        this.answers = new Encoded(encoder);
    }

    /**
     * Takes one event, after the sequences that are over by now.
     *
     * @param event      the event
     * @param streamTime the latest time of an event of its partition, itself included
     */
    public void infer(Event event, long streamTime) {
        expire(streamTime, EXPIRED_PER_EVENT);
        try {
            if (event.key() == null) {
                throw new BadEventException(Reason.NULL_KEY, "the record has no key, so it belongs to no sequence");
            }
            if (event.value() == null) {
                byte[] stored = current(event.key(), streamTime);
                if (stored != null) {
                    end(event.key(), stored, Ending.TOMBSTONE, event);
                }
            } else {
                step(event, streamTime, decoder.decode(event.origin().topic(), event.headers(), event.value()));
            }
        } catch (BadEventException e) {
            monitor.onRejection(e.reason());
            reject(event, e.reason(), e.getMessage());
        }
    }

    private void step(Event event, long streamTime, Fields fields) {
        byte[] key = event.key();
        byte[] stored = current(key, streamTime);
        LiveDeployment deployment = deploymentFor(event.time(), stored);
        ModelWorkspace workspace = workspaceOf(deployment);
        boolean last = workspace.isLast(fields);
        boolean moves = stored != null && !workspace.owns(stored);
        workspace.load(moves ? null : stored, deployment);
        long begin = System.nanoTime();
        workspace.answering().take(event, fields, last);
        monitor.onStep(System.nanoTime() - begin);
        if (moves) {
            end(key, stored, Ending.MODEL, null);
        }
        workspace.answering().settle(event, last, answers);
        if (last) {
            states.delete(key);
            idle.forget(key, workspace.state.timer());
            monitor.onEnd(Ending.FIELD);
        } else {
            idle.watch(key, workspace.state);
            states.put(key, workspace.save());
        }
    }

    /** The state of a key's sequence; one that is over is ended first. */
    private byte[] current(byte[] key, long streamTime) {
        byte[] stored = states.get(key);
        if (stored != null && idle.isOver(stored, streamTime)) {
            end(key, stored, Ending.IDLE, null);
            return null;
        }
        return stored;
    }

    /**
     * Ends sequences that are over. When that is done changes nothing but the time at which their last answers come.
     *
     * @param now   the stream time, or one that a quiet partition is taken to have reached
     * @param limit look at so many at most
     * @return how many were looked at
     */
    public int expire(long now, int limit) {
        if (!idle.isOn() || !timers.mayBeDue(now)) {
            return 0;
        }
        List<Timers.Timer> due = timers.take(now, limit);
        for (Timers.Timer timer : due) {
            byte[] stored = states.get(timer.key());
            if (stored == null || StateCodec.timer(stored) != timer.time()) {
                continue; // of a sequence that is no more
            }
            if (idle.isOver(stored, now)) {
                end(timer.key(), stored, Ending.IDLE, null);
            } else {
                states.put(timer.key(), idle.again(timer.key(), stored));
            }
        }
        return due.size();
    }

    /** Ends the sequence of a key, if there is one, as if no event came any more. */
    public void end(byte[] key) {
        byte[] stored = states.get(key);
        if (stored != null) {
            end(key, stored, Ending.IDLE, null);
        }
    }

    /** A sequence is over: what waits is answered, by the model it was on. */
    private void end(byte[] key, byte[] stored, Ending cause, Event closing) {
        states.delete(key);
        idle.forget(key, StateCodec.timer(stored));
        LiveDeployment owner = deployments.get().ownedBy(fingerprint -> StateCodec.belongsTo(stored, fingerprint));
        if (owner == null) {
            abandonAll(key, stored);
        } else {
            ModelWorkspace workspace = workspaceOf(owner);
            workspace.load(stored, owner);
            workspace.answering().finish(key, closing, answers);
        }
        monitor.onEnd(cause);
    }

    private void abandonAll(byte[] key, byte[] stored) {
        long last = StateCodec.steps(stored);
        for (long step = last - StateCodec.waiting(stored) + 1; step <= last; step++) {
            answers.abandon(
                    waiting.take(key, step),
                    Reason.NO_MODEL,
                    "the model that should have answered the event is not loaded any more");
        }
    }

    private void reject(Event event, Reason reason, String message) {
        outcomes.accept(event, new Outcome.Rejected(reason, message, event.value()));
    }

    private ModelWorkspace workspaceOf(LiveDeployment deployment) {
        return workspaces.computeIfAbsent(deployment.model(), model -> new ModelWorkspace(model, waiting));
    }

    private LiveDeployment deploymentFor(long eventTime, byte[] stored) {
        int generation = stored == null ? 0 : StateCodec.generation(stored);
        LiveDeployment deployment = deployments.get().at(eventTime, generation);
        if (deployment == null) {
            throw new BadEventException(Reason.NO_MODEL, "no deployed model is in force at the event's time");
        }
        return deployment;
    }

    @Override
    public void close() {
        decoder.close();
    }

    /** Gives answers out in the output format. */
    private final class Encoded implements Answering.Answers {
        private final PredictionEncoder encoder;

        Encoded(PredictionEncoder encoder) {
            this.encoder = encoder;
        }

        @Override
        public void answer(Event event, Prediction prediction) {
            monitor.onPrediction(prediction.timestamp());
            outcomes.accept(event, new Outcome.Predicted(prediction, encoder.encode(prediction)));
        }

        @Override
        public void abandon(Event event, Reason reason, String message) {
            monitor.onAbandoned(reason);
            reject(event, reason, message);
        }
    }
}
