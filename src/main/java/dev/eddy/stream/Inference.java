package dev.eddy.stream;

import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.state.HeldStates;
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
    private final Selection selection;
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
            return size() > WORKSPACES * selection.models();
        }
    };

    private Object known; // the version of the deployments seen last

    /**
     * The way of the events of one partition, where all deployments count for all of them.
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
        this(decoder, encoder, Selection.none(deployments), stores, idleMillis, monitor, outcomes);
    }

    /** The way of the events of one partition; a selection says which deployments count for which of them. */
    Inference(
            EventDecoder decoder,
            PredictionEncoder encoder,
            Selection selection,
            SequenceStores stores,
            long idleMillis,
            InferenceMonitor monitor,
            Outcomes outcomes) {
        this.decoder = decoder;
        this.selection = selection;
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
                selection.ended(event, states).forEach(tombstone -> endNow(tombstone, streamTime));
            } else {
                Fields fields = decoder.decode(event.origin().topic(), event.headers(), event.value());
                step(selection.select(event, fields, states), streamTime, fields);
            }
        } catch (BadEventException e) {
            monitor.onRejection(e.reason());
            reject(event, e.reason(), e.getMessage());
        }
    }

    private void endNow(Event tombstone, long streamTime) {
        HeldStates held = current(tombstone.key(), streamTime);
        if (held != null) {
            end(tombstone.key(), held, Ending.TOMBSTONE, tombstone);
        }
    }

    private void step(Event event, long streamTime, Fields fields) {
        byte[] key = event.key();
        HeldStates held = current(key, streamTime);
        LiveDeployments all = follow(key);
        LiveDeployment deployment = deploymentFor(all, event.time(), held);
        Lineup lineup = held == null
                ? Lineup.begin(key, event.time(), deployment)
                : Lineup.of(key, event.time(), held, all, deployment);
        ModelWorkspace workspace = workspaceOf(lineup.answering().model());
        boolean last = workspace.isLast(fields);
        workspace.load(lineup.answering().state(), deployment.generation());
        workspace.state.setWarm(lineup.isWarm());
        long before = workspace.state.steps();
        long begin = System.nanoTime();
        workspace.answering().take(event, fields, last);
        monitor.onStep(System.nanoTime() - begin);
        if (lineup.replaced() != null) {
            leave(key, lineup.replaced(), all);
        }
        Shadow challenger = shadow(lineup.challenger(), event, fields, deployment, before);
        Shadow warming = shadow(lineup.warming(), event, fields, deployment, before);
        boolean challenged = challenger != null && challenger.answers(before, deployment);
        workspace.answering().settle(event, last, challenged ? Answering.Answers.NONE : answers);
        if (challenged) {
            challenger.settle(event, answers);
        }
        if (last) {
            states.delete(key);
            idle.forget(key, held == null ? 0 : StateCodec.timer(held.answering()));
            monitor.onEnd(Ending.FIELD);
        } else {
            workspace.state.setTimer(held == null ? 0 : StateCodec.timer(held.answering()));
            idle.watch(key, workspace.state);
            HeldStates after = lineup.after(
                    workspace.save(), Shadow.stateOf(warming), Shadow.stateOf(challenger), deployment.deployment());
            states.put(key, after.bytes());
        }
    }

    /**
     * A model that runs beside the one that answers takes the event too; if it cannot, its state stays as it was.
     *
     * @param before events the answering model had seen: one that has seen as many missed nothing
     */
    private Shadow shadow(Lineup.Slot slot, Event event, Fields fields, LiveDeployment deployment, long before) {
        if (slot == null) {
            return null;
        }
        ModelWorkspace workspace = workspaceOf(slot.model());
        workspace.load(slot.state(), deployment.generation());
        long seen = workspace.state.steps();
        workspace.state.setWarm(seen != before);
        try {
            workspace.answering().take(event, fields, false);
            return new Shadow(workspace, seen, workspace.save());
        } catch (BadEventException e) {
            monitor.onShadowRejection(slot.model().id(), e.reason());
            workspace.load(slot.state(), deployment.generation());
            return new Shadow(null, seen, workspace.save());
        }
    }

    /** The model of a sequence changes: what waits for its old model is answered by that one. */
    private void leave(byte[] key, byte[] replaced, LiveDeployments all) {
        LiveModel owner = all.ownerOf(fingerprint -> StateCodec.belongsTo(replaced, fingerprint));
        if (owner == null) {
            abandonAll(key, replaced);
        } else if (!owner.answersEachEvent()) {
            finish(key, replaced, owner, null);
        }
        monitor.onEnd(Ending.MODEL);
    }

    /** The states of a key's sequence; one that is over is ended first. */
    private HeldStates current(byte[] key, long streamTime) {
        byte[] stored = states.get(key);
        if (stored == null) {
            return null;
        }
        HeldStates held = HeldStates.read(stored);
        if (idle.isOver(held.answering(), streamTime)) {
            end(key, held, Ending.IDLE, null);
            return null;
        }
        return held;
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
            HeldStates held = stored == null ? null : HeldStates.read(stored);
            if (held == null || StateCodec.timer(held.answering()) != timer.time()) {
                continue; // of a sequence that is no more
            }
            if (idle.isOver(held.answering(), now)) {
                end(timer.key(), held, Ending.IDLE, null);
            } else {
                byte[] again = idle.again(timer.key(), held.answering());
                states.put(timer.key(), held.withAnswering(again).bytes());
            }
        }
        return due.size();
    }

    /** Ends the sequence of a key, if there is one, as if no event came any more. */
    public void end(byte[] key) {
        byte[] stored = states.get(key);
        if (stored != null) {
            end(key, HeldStates.read(stored), Ending.IDLE, null);
        }
    }

    /** A sequence is over: what waits is answered, by the model it was on. */
    private void end(byte[] key, HeldStates held, Ending cause, Event closing) {
        byte[] state = held.answering();
        states.delete(key);
        idle.forget(key, StateCodec.timer(state));
        LiveModel owner = selection.of(key).ownerOf(fingerprint -> StateCodec.belongsTo(state, fingerprint));
        if (owner == null) {
            abandonAll(key, state);
        } else {
            finish(key, state, owner, closing);
        }
        monitor.onEnd(cause);
    }

    private void finish(byte[] key, byte[] state, LiveModel owner, Event closing) {
        ModelWorkspace workspace = workspaceOf(owner);
        workspace.load(state, StateCodec.generation(state));
        workspace.answering().finish(key, closing, answers);
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

    /** The deployments of a sequence. Lets go of models that no deployment names any more, so that they can leave memory. */
    private LiveDeployments follow(byte[] key) {
        Object newest = selection.version();
        if (newest != known) {
            workspaces.keySet().removeIf(model -> !selection.names(model.id().fingerprint()));
            known = newest;
        }
        return selection.of(key);
    }

    private ModelWorkspace workspaceOf(LiveModel owner) {
        return workspaces.computeIfAbsent(owner, model -> new ModelWorkspace(model, waiting));
    }

    private static LiveDeployment deploymentFor(LiveDeployments all, long eventTime, HeldStates held) {
        int generation = held == null ? 0 : StateCodec.generation(held.answering());
        LiveDeployment deployment = all.at(eventTime, generation);
        if (deployment == null) {
            throw new BadEventException(Reason.NO_MODEL, "no deployed model is in force at the event's time");
        }
        return deployment;
    }

    @Override
    public void close() {
        decoder.close();
    }

    /**
     * What a model that runs beside the one that answers made of an event.
     *
     * @param workspace holds what it says; null if it could not take the event
     * @param seen      events it had seen before
     * @param state     its state now
     */
    private record Shadow(ModelWorkspace workspace, long seen, byte[] state) {
        static byte[] stateOf(Shadow shadow) {
            return shadow == null ? null : shadow.state;
        }

        /**
         * Whether the challenger's answer is given out in place of the champion's.
         *
         * @param championSeen events the champion had seen before: a challenger that has seen as many missed nothing
         */
        boolean answers(long championSeen, LiveDeployment deployment) {
            Challenger called = deployment.deployment().challenger();
            return workspace != null && called.answers() && (seen == championSeen || seen >= called.warmUp());
        }

        void settle(Event event, Answering.Answers answers) {
            workspace.answering().settle(event, false, answers);
        }
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
            Event original = selection.original(event);
            Prediction shown = original.key() == prediction.key() ? prediction : prediction.withKey(original.key());
            outcomes.accept(original, new Outcome.Predicted(shown, encoder.encode(shown)));
        }

        @Override
        public void abandon(Event event, Reason reason, String message) {
            monitor.onAbandoned(reason);
            reject(selection.original(event), reason, message);
        }
    }
}
