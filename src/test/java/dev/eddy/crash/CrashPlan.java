package dev.eddy.crash;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What happens in a crash test: the events, the deployments and the kills. All of it follows from the seed.
 *
 * @param events number of events
 * @param keys   number of keys
 * @param kills  how often an instance is killed
 * @param seed   of everything random
 * @param waits  whether answers wait for later events and sequences end for want of events; otherwise models answer at once,
 *               and every kind of transition happens
 */
record CrashPlan(int events, int keys, int kills, long seed, boolean waits) {
    /** Of events that sequences see before the next model answers. */
    private static final int WARM_UP = 32;

    private static final int CANARY_WARM_UP = 8;
    private static final double SHARE = 0.3;
    private static final int DEPLOYMENTS = 8;
    private static final long START = 1_700_000_000_000L;

    private static final long INTERVAL = 100;

    /** So far apart that the clock, which a quiet partition goes by, never gets as far as its next event. */
    private static final long WAITING_INTERVAL = 100_000;

    /** How far a late event lies back. */
    private static final long LATE = 600 * INTERVAL;

    /** A few sequences live through every warm-up, some through a part, most sleep through whole deployments. */
    private static final int BUSY_KEYS = 25;

    private static final int ACTIVE_KEYS = 400;

    /** The short form with every kind of transition, or what {@code -Deddy.crash.events=…} and the like ask for. */
    static CrashPlan transitions() {
        return fromProperties(32_000, 5_000, 7, false);
    }

    /** The short form with answers that wait. */
    static CrashPlan waiting() {
        int events = Integer.getInteger("eddy.crash.events", 20_000);
        return fromProperties(events, Math.max(200, events / 50), 3, true);
    }

    private static CrashPlan fromProperties(int events, int keys, int kills, boolean waits) {
        return new CrashPlan(
                Integer.getInteger("eddy.crash.events", events),
                Integer.getInteger("eddy.crash.keys", keys),
                Math.max(1, Integer.getInteger("eddy.crash.kills", kills)),
                Long.getLong("eddy.crash.seed", 42L),
                waits);
    }

    /**
     * An event: what is sent.
     *
     * @param number what it says; NaN for garbage
     * @param value  null for the end of a sequence
     */
    record Event(byte[] key, long time, double number, byte[] value) {}

    /**
     * A deployment.
     *
     * @param at index of the first event for which it is in force
     */
    record Decision(int at, ModelFile model, Transition transition, long keepMs, Challenger challenger) {}

    /** Every hundredth is garbage, every two hundredth ends its sequence, every fiftieth comes late where none waits. */
    Event event(int index) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
        byte[] key = bytes("key-" + random.nextInt(waits ? keys : crowd(random)));
        double number = random.nextInt(2000) / 100.0;
        long time = index % 50 == 29 && !waits ? time(index) - LATE : time(index);
        if (index % 100 == 17) {
            return new Event(key, time, Double.NaN, bytes("garbage " + index));
        } else if (index % 200 == 3) {
            return new Event(key, time, number, null);
        }
        return new Event(key, time, number, bytes("{\"value\":" + number + "}"));
    }

    private int crowd(SplittableRandom random) {
        int[] crowds = {BUSY_KEYS, ACTIVE_KEYS, keys};
        return Math.min(keys, crowds[random.nextInt(crowds.length)]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private long time(int index) {
        return START + index * interval();
    }

    private long interval() {
        return waits ? WAITING_INTERVAL : INTERVAL;
    }

    /** Event time from which a decision is in force. */
    long from(Decision decision) {
        return decision.at() == 0 ? Deployment.BEGINNING : time(decision.at());
    }

    /** The pause that ends a sequence: longer than most between two events of a key; 0 for none. */
    long idleMillis() {
        return waits ? interval() * keys * 2 : 0;
    }

    /** The models, in the order in which they are named first. */
    List<ModelFile> models() {
        if (waits) {
            return List.of(
                    waiting("1", CellKind.LSTM, 3, null),
                    waiting("2", CellKind.GRU, null, 6),
                    waiting("3", CellKind.LSTM, 2, null));
        }
        ModelFile third = TestModels.predictor("crash", "3", CellKind.LSTM, 20, seed + 2);
        return List.of(
                TestModels.predictor("crash", "1", CellKind.LSTM, 16, seed),
                TestModels.predictor("crash", "2", CellKind.GRU, 24, seed + 1),
                third,
                TestModels.tuned(third, "4", 0.75f),
                TestModels.predictor("crash", "5", CellKind.RNN, 12, seed + 4));
    }

    private ModelFile waiting(String version, CellKind cell, Integer lookAhead, Integer maxLength) {
        ModelFile model = WaitingModels.forward(cell, lookAhead, maxLength, ModelSpec.Emit.EVERY, seed);
        return new ModelFile(model.spec().named("crash", version), model.tensors());
    }

    /** The deployments, oldest first; the first is in force from the beginning. */
    List<Decision> decisions() {
        List<ModelFile> models = models();
        if (waits) {
            return List.of(
                    decision(0, 3, models.get(0), Transition.RESET, false, null),
                    decision(1, 3, models.get(1), Transition.RESET, false, null),
                    decision(2, 3, models.get(2), Transition.RESET, false, null));
        }
        ModelFile third = models.get(2);
        ModelFile last = models.get(4);
        Challenger shadow = new Challenger(last.id(), SHARE, false, CANARY_WARM_UP, null);
        Challenger canary = new Challenger(last.id(), SHARE, true, CANARY_WARM_UP, null);
        return List.of(
                decision(0, DEPLOYMENTS, models.get(0), Transition.RESET, false, null),
                decision(1, DEPLOYMENTS, models.get(1), Transition.RESET, true, null),
                decision(2, DEPLOYMENTS, third, Transition.warm(WARM_UP), true, null),
                decision(3, DEPLOYMENTS, models.get(3), Transition.CARRY, true, null),
                decision(4, DEPLOYMENTS, third, Transition.RESTORE, true, null),
                decision(5, DEPLOYMENTS, third, Transition.RESET, false, shadow),
                decision(6, DEPLOYMENTS, third, Transition.RESET, false, canary),
                decision(7, DEPLOYMENTS, last, Transition.warm(WARM_UP), false, null));
    }

    /** The deployments as the control topic would have them. */
    DeploymentHistory history() {
        DeploymentHistory history = DeploymentHistory.EMPTY;
        for (Decision decision : decisions()) {
            history = history.with(new Deployment(
                    history.newestGeneration() + 1,
                    decision.model().id(),
                    from(decision),
                    0,
                    decision.transition(),
                    decision.keepMs(),
                    decision.challenger(),
                    ""));
        }
        return history;
    }

    /** Replaced states are kept a little longer than a deployment lasts: some are there for the rollback, some too old. */
    private Decision decision(
            int index, int of, ModelFile model, Transition transition, boolean keep, Challenger challenger) {
        long keepMs = keep ? events / of * interval() * 5 / 4 : 0;
        return new Decision((int) ((long) index * events / of), model, transition, keepMs, challenger);
    }
}
