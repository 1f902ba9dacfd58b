package dev.eddy.crash;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What every event is answered with, from the definitions of the transitions alone: plain maps, and models that are stepped by
 * hand. Nothing of how the stream keeps, packs and passes states is used, so that a mistake there cannot repeat itself here.
 */
final class KeyByKey {
    private final CrashPlan plan;
    private final List<CrashPlan.Decision> decisions;
    private final Map<String, LiveModel> models = new HashMap<>();
    private final Map<String, Life> lives = new HashMap<>();

    /** The answers of every key, in order. */
    final Map<String, List<Answer>> answers = new TreeMap<>();

    KeyByKey(CrashPlan plan) {
        this.plan = plan;
        decisions = plan.decisions();
        plan.models().forEach(model -> models.put(model.spec().version(), TestModels.live(model)));
        for (int i = 0; i < plan.events(); i++) {
            take(plan.event(i));
        }
    }

    private void take(CrashPlan.Event event) {
        String key = new String(event.key(), StandardCharsets.UTF_8);
        if (event.value() == null) {
            lives.remove(key);
        } else if (!Double.isNaN(event.number())) {
            Life life = lives.computeIfAbsent(key, k -> new Life());
            answers.computeIfAbsent(key, k -> new ArrayList<>()).add(life.take(event));
        }
    }

    /** A model that walks along a sequence from some event on; it has seen so many events. */
    private final class Walker {
        private final String version;
        private final float[] state;
        private long seen;
        private List<Float> said;

        Walker(ModelFile model) {
            this(model, null);
        }

        /** One that goes on from where another is; null for zero. */
        Walker(ModelFile model, Walker before) {
            version = model.spec().version();
            state = before == null ? new float[compiled().network().stateSize()] : before.state.clone();
            seen = before == null ? 0 : before.seen;
        }

        private LiveModel compiled() {
            return models.get(version);
        }

        boolean is(ModelFile model) {
            return version.equals(model.spec().version());
        }

        void step(CrashPlan.Event event) {
            LiveModel model = compiled();
            float[] input = new float[model.network().inputSize()];
            float[] outputs = new float[model.network().outputSize()];
            model.features().encode(Fields.of(Map.of("value", event.number())), event.time(), new float[0], input);
            model.network().step(input, state, outputs, model.network().newScratch());
            said = new ArrayList<>();
            for (double value : model.readout().values(outputs)) {
                said.add((float) value);
            }
            seen++;
        }

        Answer answer(CrashPlan.Event event, boolean warm) {
            return new Answer(event.time(), version, warm, seen, said);
        }
    }

    /** A sequence from its first event to its end. */
    private final class Life {
        private int at = -1; // index of the decision it is on
        private Walker champion;
        private boolean handedOver;
        private Walker apprentice; // warms up
        private int apprenticeship;
        private Walker challenger;
        private Walker retired; // for a rollback
        private long retiredUntil;

        Answer take(CrashPlan.Event event) {
            int target = Math.max(at, inForce(event.time()));
            CrashPlan.Decision decision = decisions.get(target);
            if (at < 0) {
                champion = new Walker(decision.model());
            } else {
                retired = retired != null && event.time() <= retiredUntil ? retired : null;
                for (int i = at + 1; i <= target; i++) {
                    move(decisions.get(i), event.time());
                }
            }
            at = target;
            challenge(decision, event.key());
            return answer(decision, event);
        }

        private int inForce(long time) {
            int found = 0;
            for (int i = 1; i < decisions.size(); i++) {
                found = plan.from(decisions.get(i)) <= time ? i : found;
            }
            return found;
        }

        private void move(CrashPlan.Decision to, long time) {
            ModelFile model = to.model();
            if (champion.is(model)) {
                apprentice = null; // It answers already.
                return;
            }
            int warmUp = to.transition().warmUp();
            if (challenger != null && challenger.is(model)) {
                // It has been learning; what it has seen counts.
                if (challenger.seen >= warmUp) {
                    succeed(challenger, challenger.seen > 0, to, time);
                } else {
                    apprentice = challenger;
                    apprenticeship = warmUp;
                }
                challenger = null;
                return;
            }
            switch (to.transition().kind()) {
                case RESET -> succeed(new Walker(model), false, to, time);
                case WARM -> {
                    apprentice = new Walker(model);
                    apprenticeship = warmUp;
                }
                case CARRY -> {
                    // The carrying model goes on from the one it names, which answers or is still warming up.
                    if (apprentice == null) {
                        boolean memory = champion.seen > 0;
                        succeed(new Walker(model, champion), memory, to, time);
                    } else {
                        apprentice = new Walker(model, apprentice);
                    }
                }
                case RESTORE -> {
                    boolean there = retired != null && retired.is(model);
                    succeed(there ? new Walker(model, retired) : new Walker(model), there, to, time);
                }
            }
        }

        private void succeed(Walker successor, boolean withMemory, CrashPlan.Decision by, long time) {
            retire(by, time);
            champion = successor;
            handedOver = withMemory;
            apprentice = null;
        }

        private void retire(CrashPlan.Decision by, long time) {
            retired = by.keepMs() > 0 && champion.seen > 0 ? champion : null;
            retiredUntil = time + by.keepMs();
        }

        private void challenge(CrashPlan.Decision decision, byte[] key) {
            if (decision.challenger() == null || !decision.challenger().covers(key)) {
                challenger = null;
            } else if (challenger == null) {
                challenger = new Walker(modelOf(decision.challenger().model().version()));
            }
        }

        private ModelFile modelOf(String version) {
            return decisions.stream()
                    .map(CrashPlan.Decision::model)
                    .filter(model -> model.spec().version().equals(version))
                    .findFirst()
                    .orElseThrow();
        }

        private Answer answer(CrashPlan.Decision decision, CrashPlan.Event event) {
            long championSaw = champion.seen;
            champion.step(event);
            Answer answer = champion.answer(event, handedOver);
            if (challenger != null) {
                boolean missedNothing = challenger.seen == championSaw;
                boolean speaks = decision.challenger().answers()
                        && (missedNothing
                                || challenger.seen >= decision.challenger().warmUp());
                challenger.step(event);
                answer = speaks ? challenger.answer(event, !missedNothing) : answer;
            }
            if (apprentice != null) {
                apprentice.step(event);
                if (apprentice.seen >= apprenticeship) {
                    succeed(apprentice, true, decision, event.time());
                }
            }
            return answer;
        }
    }
}
