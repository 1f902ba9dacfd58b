package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.state.HeldStates;
import dev.eddy.state.StateCodec;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Prediction;
import dev.eddy.wire.PredictionEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The way of an event: decode, look up the deployment, load the state, step, save, encode. What it gives for a sequence depends
 * on its events, the deployments and, where sequences end for want of events, the stream time alone; there is no clock in it.
 * Used by one thread.
 */
public final class Inference implements AutoCloseable {
    /**
     * Sequences looked at before an event. Each look needs an event of its key since the one before, so that one would do to
     * keep up; and if a million are over at once, no event waits for more than these.
     */
    static final int EXPIRED_PER_EVENT = 2;

    /** Of steps over one event, one in so many is timed: reading the clock and writing the time down costs a tenth of a step. */
    private static final int TIMED = 16;

    private final EventDecoder decoder;
    private final Selection selection;
    private final StateCache states;
    private final WaitingEvents waiting;
    private final Timers timers;
    private final IdleRule idle;
    private final ReorderBuffer reorder; // null: events are taken as they come
    private final EventNumber number; // null: duplicates are not looked for
    private final boolean tellsOfTtl;
    private final InferenceMonitor monitor;
    private final Outcomes outcomes;
    private final Encoded answers;
    private final SequenceCounts counts;
    private final Pace pace;
    private final StepBatches batches;

    private Object known; // the version of the deployments seen last
    private Labels labels; // null: none are expected
    private int takenIn; // of the events stepped last
    private int steppedByOne;
    private long toldBytes; // size of the cache that the monitor knows
    /** By the history it is of, the generation of the newest deployment that an event came to. */
    private final Map<String, Integer> newest = new HashMap<>();

    /**
     * The way of the events of one partition, where all deployments count for all of them.
     *
     * @param stores   what is kept of sequences
     * @param rules    what holds for events and sequences whatever their model
     * @param outcomes receives what becomes of the events
     */
    public Inference(
            EventDecoder decoder,
            PredictionEncoder encoder,
            Supplier<LiveDeployments> deployments,
            SequenceStores stores,
            SequenceRules rules,
            InferenceMonitor monitor,
            Outcomes outcomes) {
        this(decoder, encoder, Selection.none(deployments), stores, rules, Pace.AT_ONCE, monitor, outcomes);
    }

    /**
     * The way of the events of one partition.
     *
     * @param selection says which deployments count for which of them
     * @param pace      what may be put off until {@link #flush}
     */
    Inference(
            EventDecoder decoder,
            PredictionEncoder encoder,
            Selection selection,
            SequenceStores stores,
            SequenceRules rules,
            Pace pace,
            InferenceMonitor monitor,
            Outcomes outcomes) {
        this.decoder = decoder;
        this.selection = selection;
        this.pace = pace;
        this.states = new StateCache(stores.states(), pace.cacheBytes());
        this.waiting = new WaitingEvents(stores.pending());
        this.batches = new StepBatches(selection::models, model -> new StepBatch(model, waiting, batchSize(model)));
        this.timers = new Timers(stores.pending());
        this.idle = new IdleRule(rules, timers);
        this.reorder =
                rules.reorderMillis() == 0 ? null : new ReorderBuffer(rules, stores.pending(), monitor, this::take);
        this.number = rules.number() == null ? null : new EventNumber(rules.number());
        this.tellsOfTtl = rules.tellsOfTtl();
        this.monitor = monitor;
        this.counts = new SequenceCounts(stores, monitor);
        this.outcomes = outcomes;
        this.answers = new Encoded(encoder);
    }

    /** What is said of events is matched with labels from now on. */
    Inference expecting(Labels expected) {
        labels = expected;
        return this;
    }

    /**
     * Takes one event, or holds it until its turn comes.
     *
     * @param event      the event
     * @param streamTime the latest time of an event of its partition, itself included
     */
    public void infer(Event event, long streamTime) {
        if (labels != null) {
            labels.advance(streamTime);
        }
        if (reorder == null) {
            take(event, streamTime);
            return;
        }
        try {
            reorder.arrive(event, streamTime);
        } catch (BadEventException e) {
            refuse(event, e);
        }
    }

    /** Takes an event whose turn it is, after sequences that are over by then. */
    private void take(Event event, long streamTime) {
        if (isGathering() && idle.isOver(batches.gathering().earliest(), streamTime)) {
            stepGathered(); // so that the timers of sequences that begin are there
        }
        endSome(streamTime, EXPIRED_PER_EVENT);
        try {
            event.requireKey();
            if (event.value() == null) {
                selection
                        .ended(event, key -> isGoingOn(key, streamTime))
                        .forEach(tombstone -> endNow(tombstone, streamTime));
            } else {
                Fields fields = decoder.decode(event.origin().topic(), event.headers(), event.value());
                step(selection.select(event, fields, key -> isGoingOn(key, streamTime)), streamTime, fields);
            }
        } catch (BadEventException e) {
            refuse(event, e);
        }
    }

    /** Whether there is a sequence that is not over; whether one that is has been ended already makes no difference. */
    private boolean isGoingOn(byte[] key, long streamTime) {
        StateCache.Entry entry = find(key);
        return !entry.isEmpty() && !idle.isOver(entry.lastEventTime(), streamTime);
    }

    /** What is known of a key, all its events taken in. */
    private StateCache.Entry find(byte[] key) {
        StateCache.Entry entry = states.find(key);
        if (!entry.isPending()) {
            return entry;
        }
        stepGathered();
        return states.find(key);
    }

    /** The states of a key's sequence; null if it has none. */
    private HeldStates held(byte[] key) {
        byte[] stored = find(key).bytes();
        return stored == null ? null : HeldStates.read(stored);
    }

    private void endNow(Event tombstone, long streamTime) {
        StateCache.Entry entry = current(tombstone.key(), streamTime);
        if (!entry.isEmpty()) {
            end(tombstone.key(), HeldStates.read(entry.bytes()), Ending.TOMBSTONE, tombstone);
        }
    }

    private void step(Event event, long streamTime, Fields fields) {
        StateCache.Entry entry = current(event.key(), streamTime);
        long counted = number == null ? 0 : number.of(fields);
        if (number != null && entry.hasSeen(counted)) {
            monitor.onDuplicate();
            return;
        }
        LiveDeployments all = follow(event.key());
        LiveDeployment deployment = deploymentFor(all, event.time(), entry.generation());
        if (goesOn(entry, deployment) && !batches.workspace(deployment.model()).isLast(fields)) {
            gather(event, fields, counted, entry, deployment);
        } else {
            stepGathered();
            stepAlone(event, fields, counted, held(event.key()), all, deployment);
        }
    }

    /** Whether an event is one more step of the one model its sequence has, or the first one, and is answered at once. */
    private static boolean goesOn(StateCache.Entry entry, LiveDeployment deployment) {
        LiveModel model = deployment.model();
        return deployment.challenger() == null
                && model.answersEachEvent()
                && (entry.isEmpty() || entry.isOnlyOf(model, deployment.generation()));
    }

    private void gather(Event event, Fields fields, long counted, StateCache.Entry entry, LiveDeployment deployment) {
        StepBatch batch = batches.of(deployment.model());
        StateCache.Entry sequence = entry;
        if (isGathering() && batches.gathering() != batch) {
            stepGathered();
            sequence = states.find(event.key());
        }
        batch.add(event, fields, counted, sequence, deployment);
        batches.gatherIn(batch);
        if (!batch.isOfOne()) {
            states.hold(sequence);
        }
        if (batch.isFull()) {
            stepGathered();
        }
    }

    /** Whether events wait for others to be stepped with. */
    boolean isGathering() {
        return batches.gathering() != null;
    }

    /** Steps the events that wait for one another. */
    void stepGathered() {
        StepBatch closed = batches.close();
        if (closed != null) {
            boolean timed = !closed.isOfOne() || steppedByOne++ % TIMED == 0;
            long begin = timed ? System.nanoTime() : 0;
            closed.step();
            if (timed) {
                monitor.onTimedStep(closed.size(), System.nanoTime() - begin);
            }
            takenIn = 0;
            closed.takeAll(this::takeIn);
            monitor.onSteps(takenIn);
        }
    }

    private void takeIn(StepBatch.Step step) {
        ModelWorkspace workspace = step.workspace;
        Event event = step.event();
        Prediction answer;
        try {
            double[] values = workspace.stepped(event.time());
            answer = workspace.prediction(event, workspace.state.steps(), null, values);
        } catch (BadEventException e) {
            states.release(step.entry());
            refuse(event, e);
            return;
        }
        takenIn++;
        StateCache.Entry entry = step.entry();
        LiveDeployment deployment = step.deployment();
        measure(deployment.generation(), workspace.model, workspace.score(), null, null, false);
        noting(deployment.generation(), false, false, answers).answer(event, answer);
        setNumber(workspace, step.number());
        idle.watch(event.key(), workspace.state);
        boolean begins = entry.isEmpty();
        states.release(entry);
        states.put(entry, workspace.state);
        if (begins) {
            counts.begin(workspace.model.id().fingerprint());
        }
        inForce(deployment, event.time());
    }

    /** Any other step: models change, compete, or answer later, or the sequence ends. */
    private void stepAlone(
            Event event, Fields fields, long counted, HeldStates held, LiveDeployments all, LiveDeployment deployment) {
        byte[] key = event.key();
        Lineup lineup = held == null
                ? Lineup.begin(key, event.time(), deployment)
                : Lineup.of(key, event.time(), held, all, deployment);
        ModelWorkspace workspace = batches.workspace(lineup.answering().model());
        boolean last = workspace.isLast(fields);
        workspace.load(lineup.answering().state(), deployment.generation());
        workspace.state.setWarm(lineup.isWarm());
        long before = workspace.state.steps();
        long begin = System.nanoTime();
        workspace.answering().take(event, fields, last);
        monitor.onTimedStep(1, System.nanoTime() - begin);
        monitor.onSteps(1);
        Score score = workspace.score();
        if (lineup.replaced() != null) {
            leave(key, lineup.replaced(), all);
        }
        Shadow challenger = shadow(lineup.challenger(), event, fields, deployment, before);
        Shadow warming = shadow(lineup.warming(), event, fields, deployment, before);
        boolean challenged = challenger != null && challenger.answers(before, deployment);
        boolean compared = challenger != null
                && challenger.isWarm(before, deployment)
                && lineup.answering().isOf(deployment.model());
        measure(deployment.generation(), lineup.answering().model(), score, warming, challenger, compared);
        Answering.Answers silent = Answering.Answers.NONE;
        workspace
                .answering()
                .settle(event, last, noting(deployment.generation(), false, compared, challenged ? silent : answers));
        if (challenged || (labels != null && challenger != null && challenger.workspace() != null)) {
            challenger.settle(event, noting(deployment.generation(), true, compared, challenged ? answers : silent));
        }
        if (last) {
            states.delete(key);
            counts.change(held == null ? null : held.answering(), null);
            idle.forget(key, held == null ? 0 : StateCodec.timer(held.answering()));
            monitor.onEnd(Ending.FIELD);
        } else {
            workspace.state.setTimer(held == null ? 0 : StateCodec.timer(held.answering()));
            setNumber(workspace, counted);
            idle.watch(key, workspace.state);
            HeldStates after = lineup.after(
                    workspace.save(), Shadow.stateOf(warming), Shadow.stateOf(challenger), deployment.deployment());
            states.put(key, after.bytes());
            counts.change(held == null ? null : held.answering(), after.answering());
        }
        inForce(deployment, event.time());
    }

    private void inForce(LiveDeployment deployment, long eventTime) {
        String history = selection.history(deployment);
        if (deployment.generation() > newest.getOrDefault(history, 0)) {
            newest.put(history, deployment.generation());
            monitor.onInForce(deployment.deployment(), eventTime);
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
        ModelWorkspace workspace = batches.workspace(slot.model());
        workspace.loadBeside(slot.state(), deployment.generation());
        long seen = workspace.state.steps();
        workspace.state.setWarm(seen != before);
        try {
            workspace.answering().take(event, fields, false);
            return new Shadow(workspace, seen, workspace.save(), workspace.score());
        } catch (BadEventException e) {
            monitor.onShadowRejection(slot.model().id(), e.reason());
            workspace.loadBeside(slot.state(), deployment.generation());
            return new Shadow(null, seen, workspace.save(), null);
        }
    }

    /**
     * Tells how far off the models were at an event, where that is known already.
     *
     * @param compared whether the deployment compares its challenger with the model that answers
     */
    private void measure(
            int generation, LiveModel answering, Score score, Shadow warming, Shadow challenger, boolean compared) {
        if (score != null) {
            monitor.onScore(generation, Role.CHAMPION, answering.id(), score);
        }
        if (warming != null && warming.score() != null) {
            monitor.onScore(generation, Role.WARMING, warming.workspace().model.id(), warming.score());
        }
        if (challenger == null || challenger.score() == null) {
            return;
        }
        LiveModel challenging = challenger.workspace().model;
        monitor.onScore(generation, Role.CHALLENGER, challenging.id(), challenger.score());
        boolean comparable = compared
                && answering.targets().equals(challenging.targets())
                && answering.horizon() == challenging.horizon();
        if (score != null && comparable) {
            monitor.onPair(generation, answering.id(), score, challenging.id(), challenger.score());
        }
    }

    /** Answers of which the labels are to know, too. */
    private Answering.Answers noting(int generation, boolean challenger, boolean compared, Answering.Answers delegate) {
        return labels == null ? delegate : new Noting(labels, generation, challenger, compared, delegate);
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

    /** What is known of a key; a sequence that is over is ended first. */
    private StateCache.Entry current(byte[] key, long streamTime) {
        StateCache.Entry entry = find(key);
        if (entry.isEmpty() || !idle.isOver(entry.lastEventTime(), streamTime)) {
            return entry;
        }
        end(key, HeldStates.read(entry.bytes()), idle.cause(), null);
        return find(key);
    }

    /**
     * Lets events go that were held, where none comes that would do it.
     *
     * @param streamTime what a quiet partition is taken to have reached
     * @param limit      so many at most
     * @return how many were let go
     */
    public int release(long streamTime, int limit) {
        return reorder == null ? 0 : reorder.releaseByClock(streamTime, limit);
    }

    /** Lets everything go that is held, as if no event came any more. */
    public void releaseAll() {
        if (reorder != null) {
            reorder.releaseAll();
        }
    }

    /**
     * Ends sequences that are over, after the events that are to be let go before. When that is done changes nothing but the
     * time at which their last answers come.
     *
     * @param streamTime of the partition, or one that a quiet partition is taken to have reached
     * @param limit      look at so many at most
     * @return how many were looked at
     */
    public int expire(long streamTime, int limit) {
        return endSome(reorder == null ? streamTime : reorder.horizon(streamTime), limit);
    }

    private int endSome(long now, int limit) {
        if (!idle.isOn() || !timers.mayBeDue(now)) {
            return 0;
        }
        List<Timers.Timer> due = timers.take(now, limit);
        for (Timers.Timer timer : due) {
            HeldStates held = held(timer.key());
            if (held == null || StateCodec.timer(held.answering()) != timer.time()) {
                continue; // of a sequence that is no more
            }
            if (idle.isOver(StateCodec.lastEventTime(held.answering()), now)) {
                end(timer.key(), held, idle.cause(), null);
            } else {
                byte[] again = idle.again(timer.key(), held.answering());
                states.put(timer.key(), held.withAnswering(again).bytes());
            }
        }
        return due.size();
    }

    /** Ends the sequence of a key, if there is one, as if no event came any more. */
    public void end(byte[] key) {
        HeldStates held = held(key);
        if (held != null) {
            end(key, held, Ending.IDLE, null);
        }
    }

    /** Brings the stores up to date with all events taken so far; whoever commits must do so before. */
    public void flush() {
        stepGathered();
        states.flush();
        counts.flush();
        tellOfCache(states.size());
    }

    private void tellOfCache(long bytes) {
        monitor.onCache(states.reuse().takeHits(), states.reuse().takeMisses(), bytes - toldBytes);
        toldBytes = bytes;
    }

    /** A sequence is over: what waits is answered, by the model it was on. */
    private void end(byte[] key, HeldStates held, Ending cause, Event closing) {
        stepGathered(); // what comes first is answered first
        byte[] state = held.answering();
        states.delete(key);
        counts.change(state, null);
        idle.forget(key, StateCodec.timer(state));
        LiveModel owner = selection.of(key).ownerOf(fingerprint -> StateCodec.belongsTo(state, fingerprint));
        if (owner == null) {
            abandonAll(key, state);
        } else {
            finish(key, state, owner, closing);
            if (cause == Ending.TTL && tellsOfTtl) {
                Event last = Event.end(key, StateCodec.lastEventTime(state));
                answers.tell(last, batches.workspace(owner).ending(last, StateCodec.steps(state), cause));
            }
        }
        monitor.onEnd(cause);
    }

    private void finish(byte[] key, byte[] state, LiveModel owner, Event closing) {
        ModelWorkspace workspace = batches.workspace(owner);
        workspace.load(state, StateCodec.generation(state));
        workspace.answering().finish(key, closing, noting(StateCodec.generation(state), false, false, answers));
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

    private void refuse(Event event, BadEventException why) {
        monitor.onRejection(why.reason());
        reject(event, why.reason(), why.getMessage());
    }

    private void reject(Event event, Reason reason, String message) {
        outcomes.accept(event, new Outcome.Rejected(reason, message, event.value()));
    }

    /** The deployments of a sequence. Lets go of models that no deployment names any more, so that they can leave memory. */
    private LiveDeployments follow(byte[] key) {
        Object version = selection.version();
        if (version != known) {
            Predicate<LiveModel> unnamed = model -> !selection.names(model.id().fingerprint());
            batches.letGo(unnamed);
            known = version;
        }
        return selection.of(key);
    }

    private void setNumber(ModelWorkspace workspace, long counted) {
        if (number == null) {
            workspace.state.forgetNumber();
        } else {
            workspace.state.setNumber(counted);
        }
    }

    /** Labels look for their events at once, so these do not wait for one another. */
    private int batchSize(LiveModel model) {
        return labels == null ? pace.batchSize(model) : 1;
    }

    private static LiveDeployment deploymentFor(LiveDeployments all, long eventTime, int generation) {
        LiveDeployment deployment = all.at(eventTime, generation);
        if (deployment == null) {
            throw new BadEventException(Reason.NO_MODEL, "no deployed model is in force at the event's time");
        }
        return deployment;
    }

    @Override
    public void close() {
        tellOfCache(0);
        counts.close();
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
            tell(event, prediction);
        }

        void tell(Event event, Prediction prediction) {
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
