package dev.eddy.stream;

import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.network.LiveModel;
import dev.eddy.state.HeldStates;
import dev.eddy.state.StateCodec;

/**
 * The models of a sequence at one event, in their roles, each with the state it has before the event. A pure function of what
 * is kept of the sequence, the deployments, the key and the event time.
 *
 * <p>A sequence comes to a deployment through all deployments it slept through, in their order. Whatever the transition, the
 * newest model is then either the one that answers or the one that warms up, so that the next transition begins from it.
 */
final class Lineup {
    /** What is said about four states, at most. */
    private static final int OVERHEAD = 1_000;

    private final long time;
    private Slot answering;
    private boolean warm;
    private Slot warming; // null: none
    private int warmUp;
    private Slot challenger; // null: none
    private byte[] kept; // null: none
    private long keptUntil;
    private byte[] replaced; // null: none

    /**
     * A model and its state.
     *
     * @param state null for zero
     */
    record Slot(LiveModel model, byte[] state) {
        boolean isOf(LiveModel other) {
            return model.id().equals(other.id());
        }
    }

    /** A sequence that begins with the event. */
    static Lineup begin(byte[] key, long time, LiveDeployment target) {
        Lineup lineup = new Lineup(time, new Slot(target.model(), null));
        lineup.callChallenger(key, target);
        return lineup;
    }

    /** A sequence that goes on. */
    static Lineup of(byte[] key, long time, HeldStates held, LiveDeployments deployments, LiveDeployment target) {
        LiveModel owner = owner(held.answering(), deployments, target);
        if (owner == null) {
            // Its model is gone, and with it the meaning of its state.
            Lineup lineup = begin(key, time, target);
            lineup.replaced = held.answering();
            return lineup;
        }
        Lineup lineup = new Lineup(time, new Slot(owner, held.answering()));
        lineup.warm = StateCodec.isWarm(held.answering());
        int generation = StateCodec.generation(held.answering());
        if (held.isSingle() && generation == target.generation() && target.challenger() == null) {
            return lineup;
        }
        lineup.warming = slot(held.warming(), deployments, target);
        lineup.warmUp = held.warmUp();
        lineup.challenger = slot(held.challenger(), deployments, target);
        if (time <= held.keptUntil()) {
            lineup.kept = held.kept();
            lineup.keptUntil = held.keptUntil();
        }
        if (generation != target.generation()) {
            deployments.path(time, generation, target).forEach(lineup::move);
        }
        lineup.callChallenger(key, target);
        return lineup;
    }

    private Lineup(long time, Slot answering) {
        this.time = time;
        this.answering = answering;
    }

    private static Slot slot(byte[] state, LiveDeployments deployments, LiveDeployment target) {
        LiveModel owner = state == null ? null : owner(state, deployments, target);
        return owner == null ? null : new Slot(owner, state);
    }

    private static LiveModel owner(byte[] state, LiveDeployments deployments, LiveDeployment target) {
        if (StateCodec.belongsTo(state, target.model().id().fingerprint())) {
            return target.model();
        }
        return deployments.ownerOf(fingerprint -> StateCodec.belongsTo(state, fingerprint));
    }

    private void move(LiveDeployment to) {
        LiveModel model = to.model();
        if (answering.isOf(model)) {
            warming = null;
        } else if (challenger != null && challenger.isOf(model)) {
            promote(to.deployment());
        } else {
            switch (to.deployment().transition().kind()) {
                case RESET -> replace(new Slot(model, null), false, to.deployment());
                case CARRY -> carry(model, to.deployment());
                case WARM -> warmUp(model, to.deployment());
                case RESTORE -> restore(model, to.deployment());
            }
        }
    }

    /** The challenger has seen the events of the sequence already. */
    private void promote(Deployment deployment) {
        Slot promoted = challenger;
        challenger = null;
        long seen = promoted.state() == null ? 0 : StateCodec.steps(promoted.state());
        if (seen < deployment.transition().warmUp()) {
            warming = promoted;
            warmUp = deployment.transition().warmUp();
        } else {
            replace(promoted, seen > 0, deployment);
        }
    }

    private void carry(LiveModel model, Deployment deployment) {
        Slot newest = warming == null ? answering : warming;
        if (newest.isOf(model)) {
            return;
        } else if (model.refusalToCarry(newest.model()) != null) {
            replace(new Slot(model, null), false, deployment);
            return;
        }
        byte[] state = newest.state();
        Slot carried = new Slot(
                model,
                state == null ? null : StateCodec.carriedTo(state, model.id().fingerprint()));
        if (warming == null) {
            replace(carried, state != null, deployment);
        } else {
            warming = carried;
        }
    }

    private void warmUp(LiveModel model, Deployment deployment) {
        if (!answering.model().answersEachEvent() && answering.model().spec().lookAhead() == null) {
            // Its sequences end: those it has begun are its own to the end.
            warming = null;
        } else if (!answering.model().answersEachEvent() || !model.answersEachEvent() || !fits(model, null)) {
            replace(new Slot(model, null), false, deployment);
        } else if (warming == null || !warming.isOf(model)) {
            warming = new Slot(model, null);
        }
        warmUp = deployment.transition().warmUp();
    }

    private void restore(LiveModel model, Deployment deployment) {
        boolean there = kept != null && StateCodec.belongsTo(kept, model.id().fingerprint());
        replace(new Slot(model, there ? kept : null), there, deployment);
    }

    /** From this event on another model answers. */
    private void replace(Slot by, boolean handedOver, Deployment deployment) {
        leave(answering, deployment.keepMs());
        answering = by;
        warm = handedOver;
        warming = null;
        warmUp = 0;
    }

    private void leave(Slot old, long keepMs) {
        boolean worth = keepMs > 0 && old.state() != null && old.model().answersEachEvent();
        kept = worth ? old.state() : null;
        keptUntil = worth ? saturatedSum(time, keepMs) : 0;
        if (replaced == null) {
            replaced = old.state();
        }
    }

    private static long saturatedSum(long time, long period) {
        return time > Long.MAX_VALUE - period ? Long.MAX_VALUE : time + period;
    }

    private void callChallenger(byte[] key, LiveDeployment target) {
        Challenger called = target.deployment().challenger();
        LiveModel model = target.challenger();
        if (model == null
                || !model.answersEachEvent()
                || !called.covers(key)
                || answering.isOf(model)
                || !fits(model, warming)) {
            challenger = null;
        } else if (challenger == null || !challenger.isOf(model)) {
            challenger = warming != null && warming.isOf(model) ? warming : new Slot(model, null);
        }
    }

    /** Whether the state of another model has room beside those there are. */
    private boolean fits(LiveModel model, Slot other) {
        long bytes = answering.model().stateBytes() + model.stateBytes();
        return bytes + (other == null || other.isOf(model) ? 0 : other.model().stateBytes())
                < HeldStates.MAX_BYTES - OVERHEAD;
    }

    /** The model that answers. */
    Slot answering() {
        return answering;
    }

    /** Whether the answering model's state was handed over by a transition. */
    boolean isWarm() {
        return warm;
    }

    /** The model that will answer once it has seen enough; null for none. */
    Slot warming() {
        return warming;
    }

    /** The challenger; null for none. */
    Slot challenger() {
        return challenger;
    }

    /** The answering state the sequence leaves with this event; null if it leaves none. */
    byte[] replaced() {
        return replaced;
    }

    /**
     * What is kept of the sequence after the event.
     *
     * @param answered   state of the model that answered
     * @param warmed     state of the one that warms up; null for none
     * @param challenged state of the challenger; null for none
     * @param deployment the one the sequence is on
     */
    HeldStates after(byte[] answered, byte[] warmed, byte[] challenged, Deployment deployment) {
        if (warmed != null && StateCodec.steps(warmed) >= warmUp) {
            byte[] taken = StateCodec.takenOver(warmed, answered);
            long until = deployment.keepMs() > 0 ? saturatedSum(time, deployment.keepMs()) : 0;
            return fitting(new HeldStates(taken, null, 0, challenged, until == 0 ? null : answered, until));
        }
        return fitting(new HeldStates(answered, warmed, warmed == null ? 0 : warmUp, challenged, kept, keptUntil));
    }

    /** Without the state kept for a rollback, where there is no room for it. */
    private static HeldStates fitting(HeldStates held) {
        return held.kept() != null && held.size() > HeldStates.MAX_BYTES
                ? new HeldStates(held.answering(), held.warming(), held.warmUp(), held.challenger(), null, 0)
                : held;
    }
}
