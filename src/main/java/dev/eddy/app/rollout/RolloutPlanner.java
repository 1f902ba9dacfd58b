package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.PromotionRule.Metric;
import dev.eddy.catalogue.Transition;
import dev.eddy.catalogue.Transition.Kind;
import dev.eddy.model.EventTime;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.model.Task;
import dev.eddy.network.LiveModel;
import dev.eddy.state.HeldStates;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns what somebody wishes into a deployment, or refuses it: what a transition or a challenger asks of the models is looked at
 * before anything is written.
 */
public final class RolloutPlanner {
    /** Events of a warm-up where neither the wish nor the model says how many. */
    public static final int DEFAULT_WARM_UP = 50;

    private final DeploymentHistory history;
    private final Function<ModelId, LiveModel> models;
    private final boolean labelled;
    private final long defaultKeepMs;
    private final Map<ModelId, LiveModel> loaded = new HashMap<>();

    /**
     * A planner.
     *
     * @param history  the deployments so far
     * @param models   gives a published model; may throw {@link InvalidModelException}
     * @param labelled whether the pipeline is told the right labels of events
     * @param keepMs   for how long replaced states are kept unless a wish says otherwise, milliseconds
     */
    public RolloutPlanner(
            DeploymentHistory history, Function<ModelId, LiveModel> models, boolean labelled, long keepMs) {
        this.history = history;
        this.models = models;
        this.labelled = labelled;
        this.defaultKeepMs = keepMs;
    }

    /**
     * What somebody wishes.
     *
     * @param champion   the model that is to answer; null for the one that does
     * @param transition how sequences come to it; null for what suits the models best
     * @param warmUp     events of the transition warm; null for what the model says
     * @param challenger a model beside it; null for none
     * @param keepMs     for how long replaced states are kept, milliseconds; null for the default
     */
    public record Wish(ModelId champion, Kind transition, Integer warmUp, ChallengerWish challenger, Long keepMs) {}

    /**
     * A challenger that somebody wishes.
     *
     * @param share   of the sequences, above 0, up to 1
     * @param answers whether it answers for them
     * @param warmUp  events it sees before it answers; null for what the model says
     * @param rule    when it is promoted; null for never
     */
    public record ChallengerWish(ModelId model, double share, boolean answers, Integer warmUp, PromotionRule rule) {}

    /**
     * The deployment that a wish comes to.
     *
     * @throws OperationFailedException if it cannot be; the message says why and what to do
     */
    public Proposal plan(Wish wish) {
        Deployment newest = newest();
        if (wish.champion() == null && newest == null) {
            throw new OperationFailedException(
                    "there is no champion yet; deploy a model first, with 'eddy deploy NAME@VERSION'");
        }
        boolean stays =
                newest != null && (wish.champion() == null || newest.model().equals(wish.champion()));
        ModelId champion = stays ? newest.model() : wish.champion();
        List<String> notes = new ArrayList<>();
        Transition transition;
        long keepMs = wish.keepMs() == null ? defaultKeepMs : wish.keepMs();
        if (stays) {
            if (wish.transition() != null) {
                throw new OperationFailedException(champion.label()
                        + " is the champion already, so no sequence changes its model; leave --transition" + " out");
            }
            notes.add("the champion stays " + champion.label());
            // Sequences that are still on their way go on as they were told.
            transition = newest.transition();
            keepMs = wish.keepMs() == null ? newest.keepMs() : keepMs;
        } else if (newest == null) {
            transition = first(wish, load(champion), notes);
        } else {
            transition = transition(wish, newest.model(), load(champion), notes);
            keeping(newest.model(), keepMs, notes);
        }
        Challenger challenger = wish.challenger() == null ? null : challenger(wish.challenger(), champion, notes);
        if (newest != null && newest.challenger() != null) {
            farewell(newest.challenger(), champion, challenger, notes);
        }
        requireRoom(champion, transition, challenger);
        return new Proposal(champion, transition, keepMs, challenger, "", notes);
    }

    private Deployment newest() {
        List<Deployment> all = history.deployments();
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    private static Transition first(Wish wish, LiveModel model, List<String> notes) {
        if (wish.transition() != null && wish.transition() != Kind.RESET) {
            throw new OperationFailedException(
                    "this is the first deployment of the pipeline, so there is no state that "
                            + model.id().label() + " could go on from; leave --transition out");
        }
        notes.add("transition reset: it is the first model, so every sequence begins at zero state");
        return Transition.RESET;
    }

    private Transition transition(Wish wish, ModelId old, LiveModel to, List<String> notes) {
        LiveModel from = null;
        String unreadable = null;
        try {
            from = load(old);
        } catch (OperationFailedException e) {
            unreadable = e.getMessage();
        }
        Kind kind = wish.transition() != null ? wish.transition() : preferred(from, to);
        if (from == null && kind != Kind.RESET) {
            throw new OperationFailedException("transition " + name(kind) + " needs the model that is replaced, but "
                    + unreadable + "; use --transition reset");
        }
        String chosen = wish.transition() == null ? ", chosen because " : ": ";
        switch (kind) {
            case CARRY -> {
                String refusal = to.refusalToCarry(from);
                if (refusal != null) {
                    throw new OperationFailedException(to.id() + " cannot carry on the states of " + from.id() + ": "
                            + refusal + "; use --transition warm or reset");
                }
                notes.add("transition carry" + chosen + to.id().label() + " says that it can go on from the states of "
                        + old.label());
                return Transition.CARRY;
            }
            case WARM -> {
                requireAnswersAtOnce(from, "a warm-up");
                requireAnswersAtOnce(to, "a warm-up");
                int events = warmUp(wish.warmUp(), to);
                notes.add("transition warm " + events + chosen + old.label() + " answers until "
                        + to.id().label() + " has seen " + events + " events of a sequence"
                        + source(wish.warmUp(), to));
                return Transition.warm(events);
            }
            case RESET -> {
                notes.add("transition reset"
                        + (wish.transition() == null ? ", chosen because " + why(from, to, unreadable) + ": " : ": ")
                        + to.id().label() + " begins each sequence at zero state");
                return Transition.RESET;
            }
            default -> throw new OperationFailedException("states are restored by 'eddy rollback'");
        }
    }

    private static Kind preferred(LiveModel from, LiveModel to) {
        if (from == null) {
            return Kind.RESET;
        } else if (to.refusalToCarry(from) == null) {
            return Kind.CARRY;
        }
        return from.answersEachEvent() && to.answersEachEvent() ? Kind.WARM : Kind.RESET;
    }

    private static String why(LiveModel from, LiveModel to, String unreadable) {
        if (from == null) {
            return unreadable;
        }
        return (from.answersEachEvent() ? to : from).id().label() + " does not answer each event at once";
    }

    private static int warmUp(Integer wished, LiveModel model) {
        return wished != null
                ? wished
                : model.spec().warmUp() != null ? model.spec().warmUp() : DEFAULT_WARM_UP;
    }

    private static String source(Integer wished, LiveModel model) {
        return wished != null ? "" : model.spec().warmUp() != null ? ", as its file says" : ", the default";
    }

    private static void requireAnswersAtOnce(LiveModel model, String what) {
        if (!model.answersEachEvent()) {
            throw new OperationFailedException(what + " needs models that answer each event at once, but "
                    + model.id().label()
                    + (model.spec().waits() ? " waits for later events" : " answers at the end of a sequence")
                    + "; use --transition reset, without a challenger");
        }
    }

    private void keeping(ModelId old, long keepMs, List<String> notes) {
        if (keepMs == 0) {
            notes.add("the states of " + old.label() + " are not kept, so a rollback begins at zero");
        } else {
            notes.add("each sequence keeps its state of " + old.label() + " for " + keepMs
                    + " ms of event time, for 'eddy rollback'");
        }
    }

    private Challenger challenger(ChallengerWish wish, ModelId champion, List<String> notes) {
        if (wish.model().equals(champion)) {
            throw new OperationFailedException(
                    "champion and challenger are the same model, " + champion.label() + "; name another challenger");
        }
        LiveModel model = load(wish.model());
        LiveModel beside = load(champion);
        requireAnswersAtOnce(beside, "a challenger");
        requireAnswersAtOnce(model, "a challenger");
        if (wish.rule() != null) {
            requireMetric(wish.rule(), beside, model);
        }
        int events = warmUp(wish.warmUp(), model);
        notes.add(String.format(
                Locale.ROOT,
                "challenger %s runs beside it for %s %% of the sequences %s; %s",
                wish.model(),
                percent(wish.share()),
                wish.answers()
                        ? "as a canary: it answers for them, once it has seen " + events
                                + " events of one that had begun"
                        : "in shadow: it is measured and does not answer",
                wish.rule() == null ? "nothing promotes it by itself" : "it is promoted if " + wish.rule()));
        return new Challenger(wish.model(), wish.share(), wish.answers(), events, wish.rule());
    }

    /** A share in percent, without needless digits. */
    public static String percent(double share) {
        return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString();
    }

    private void requireMetric(PromotionRule rule, LiveModel champion, LiveModel challenger) {
        if (!champion.spec().task().equals(challenger.spec().task())) {
            throw new OperationFailedException("the errors of " + champion.id().label() + " and "
                    + challenger.id().label() + " cannot be compared, as their tasks differ; leave --promote-if out");
        }
        Set<Metric> metrics = metrics(champion.spec().task());
        if (metrics.isEmpty()) {
            throw new OperationFailedException("models whose task is 'values' have no error that a rule could compare;"
                    + " leave --promote-if out");
        } else if (!metrics.contains(rule.metric())) {
            throw new OperationFailedException("the task of " + champion.id().label() + " has no "
                    + rule.metric().spelling() + "; use "
                    + String.join(" or ", metrics.stream().map(Metric::spelling).toList()));
        } else if (champion.spec().task() instanceof Task.Tag && !labelled) {
            throw new OperationFailedException(
                    "the error of a tagger is known only where the right labels come on a topic of their own; set"
                            + " eddy.topics.labels, or leave --promote-if out");
        }
    }

    private static Set<Metric> metrics(Task task) {
        if (task instanceof Task.Predict) {
            return EnumSet.of(Metric.MAE, Metric.MSE, Metric.NLL);
        } else if (task instanceof Task.Language) {
            return EnumSet.of(Metric.NLL);
        }
        return task instanceof Task.Tag ? EnumSet.of(Metric.ERROR, Metric.NLL) : EnumSet.noneOf(Metric.class);
    }

    private static void farewell(Challenger before, ModelId champion, Challenger after, List<String> notes) {
        if (champion.equals(before.model())) {
            notes.add("it was the challenger: its sequences go on from what it has seen of them");
        } else if (after == null || !after.model().equals(before.model())) {
            notes.add("challenger " + before.model().label() + " is dropped");
        }
    }

    /** Stream and changelog cannot take a record that is too large, and would stop. */
    private void requireRoom(ModelId champion, Transition transition, Challenger challenger) {
        boolean warms = transition.kind() == Kind.WARM;
        if (!warms && challenger == null) {
            return; // What is kept for a rollback is given up where there is no room.
        }
        long own = stateBytes(load(champion));
        long answering = warms ? stillAnswering(champion) : own;
        long warming = warms ? own : 0;
        long beside = challenger == null ? 0 : stateBytes(load(challenger.model()));
        long total = HeldStates.sizeOf(answering, warming, beside);
        if (total > HeldStates.MAX_BYTES) {
            throw new OperationFailedException(
                    "the states of a sequence would have " + total + " bytes together; up to "
                            + HeldStates.MAX_BYTES + " fit into a record of the changelog, so "
                            + (challenger == null ? "use --transition reset" : "leave the challenger out"));
        }
    }

    /** The largest state of a model that may still answer a sequence while another warms up. */
    private long stillAnswering(ModelId champion) {
        long largest = 0;
        List<Deployment> all = history.deployments();
        for (int i = all.size() - 1; i >= 0; i--) {
            Deployment deployment = all.get(i);
            if (!deployment.model().equals(champion)) {
                largest = Math.max(largest, stateBytesIfKnown(deployment.model()));
            }
            Kind kind = deployment.transition().kind();
            if (kind == Kind.RESET || kind == Kind.RESTORE) {
                break; // Whoever passed it has no older model any more.
            }
        }
        return largest;
    }

    private long stateBytesIfKnown(ModelId model) {
        try {
            return stateBytes(load(model));
        } catch (OperationFailedException e) {
            return 0; // Of no instance either: its sequences begin anew.
        }
    }

    private static long stateBytes(LiveModel model) {
        return StateCodec.size(new SequenceState(model));
    }

    private LiveModel load(ModelId id) {
        try {
            return loaded.computeIfAbsent(id, models);
        } catch (InvalidModelException e) {
            throw new OperationFailedException(id + " cannot be used here: " + e.getMessage(), e);
        }
    }

    private static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The deployment that takes the newest one back.
     *
     * @param generation to whose model; null for the newest other one
     * @param keep       for how long the states it replaces are kept, milliseconds; null for the default
     * @throws OperationFailedException if there is nothing to return to
     */
    public Proposal rollback(Integer generation, Long keep) {
        Deployment newest = newest();
        if (newest == null) {
            throw new OperationFailedException("nothing is deployed, so there is nothing to return from");
        }
        Deployment target = generation == null ? before(newest) : of(generation);
        if (target == null) {
            throw new OperationFailedException("there is nothing to return to: "
                    + newest.model().label() + " is the only model that the remembered deployments name");
        } else if (target.model().equals(newest.model())) {
            throw new OperationFailedException("deployment " + target.generation() + " has the model "
                    + newest.model().label() + ", which is in force already; name another generation with --to");
        }
        List<String> notes = new ArrayList<>();
        notes.add("it returns to the model of deployment " + target.generation() + ", " + target.model());
        restored(arrival(newest), target, notes);
        if (newest.challenger() != null) {
            notes.add("challenger " + newest.challenger().model().label() + " is dropped");
        }
        long keepMs = keep == null ? defaultKeepMs : keep;
        keeping(newest.model(), keepMs, notes);
        String reason = "rollback of deployment " + newest.generation()
                + (generation == null ? "" : " to deployment " + generation);
        return new Proposal(target.model(), Transition.RESTORE, keepMs, null, reason, notes);
    }

    private static void restored(Arrival arrival, Deployment target, List<String> notes) {
        Deployment replaced = arrival.deployment();
        if (!target.model().equals(arrival.before())) {
            notes.add("sequences keep the state of the model before their last one only, so those that had left "
                    + target.model().label() + " for another model begin at zero state");
        } else if (replaced.keepMs() == 0) {
            notes.add("deployment " + replaced.generation() + " kept no states, so sequences begin at zero state");
        } else {
            notes.add("the states that deployment " + replaced.generation() + " replaced are kept for "
                    + replaced.keepMs() + " ms of event time from each sequence's change on"
                    + (arrival.keptUntil() == null
                            ? ""
                            : ", so until " + EventTime.text(arrival.keptUntil())
                                    + " at the earliest; after that a sequence begins at zero state"));
        }
    }

    /**
     * How the newest model came.
     *
     * @param deployment the one that brought it
     * @param before     the model it replaced; null if there was none
     */
    public record Arrival(Deployment deployment, ModelId before) {
        /** Event time until which every replaced state is kept, epoch milliseconds; null if that cannot be told. */
        public Long keptUntil() {
            long from = deployment.from();
            if (before == null || from == Deployment.BEGINNING || deployment.keepMs() == 0) {
                return null;
            }
            return from > Long.MAX_VALUE - deployment.keepMs() ? Long.MAX_VALUE : from + deployment.keepMs();
        }
    }

    private Arrival arrival(Deployment newest) {
        return arrival(history, newest);
    }

    /** How the model of a deployment came; later deployments of the same model changed only its challenger. */
    public static Arrival arrival(DeploymentHistory history, Deployment of) {
        List<Deployment> all = history.deployments();
        int at = all.indexOf(of);
        while (at > 0 && all.get(at - 1).model().equals(of.model())) {
            at--;
        }
        return new Arrival(all.get(at), at == 0 ? null : all.get(at - 1).model());
    }

    private Deployment before(Deployment newest) {
        List<Deployment> all = history.deployments();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (!all.get(i).model().equals(newest.model())) {
                return all.get(i);
            }
        }
        return null;
    }

    private Deployment of(int generation) {
        return history.deployments().stream()
                .filter(deployment -> deployment.generation() == generation)
                .findFirst()
                .orElseThrow(() -> new OperationFailedException("there is no deployment " + generation
                        + " among those that are remembered; 'eddy status' lists them"));
    }
}
