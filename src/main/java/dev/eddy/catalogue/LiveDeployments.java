package dev.eddy.catalogue;

import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deployments that can score, at one moment. Immutable, so an answer never depends on what other threads do. */
public final class LiveDeployments {
    private static final Logger LOG = LoggerFactory.getLogger(LiveDeployments.class);

    /** Nothing can score. */
    public static final LiveDeployments NONE = new LiveDeployments(List.of());

    private final LiveDeployment[] newestFirst;

    LiveDeployments(List<LiveDeployment> oldestFirst) {
        newestFirst = new LiveDeployment[oldestFirst.size()];
        for (int i = 0; i < newestFirst.length; i++) {
            newestFirst[i] = oldestFirst.get(newestFirst.length - 1 - i);
        }
    }

    /**
     * The deployments of a history that can score here. One that is to carry states on to a model that does not say it can take
     * them is left out: a state is never fed to another model, whatever a control record asks for.
     *
     * @param loaded the model of a version; null if it is not in memory
     */
    static LiveDeployments of(DeploymentHistory history, Function<ModelId, LiveModel> loaded) {
        List<LiveDeployment> ready = new ArrayList<>();
        LiveModel before = null;
        for (Deployment deployment : history.deployments()) {
            LiveModel model = loaded.apply(deployment.model());
            if (model != null && carries(deployment, before, model)) {
                Challenger challenger = deployment.challenger();
                ready.add(new LiveDeployment(
                        deployment, model, challenger == null ? null : loaded.apply(challenger.model())));
                before = model;
            }
        }
        return new LiveDeployments(ready);
    }

    private static boolean carries(Deployment deployment, LiveModel before, LiveModel model) {
        if (deployment.transition().kind() != Transition.Kind.CARRY
                || before == null
                || before.id().equals(model.id())) {
            return true;
        }
        String refusal = model.refusalToCarry(before);
        if (refusal != null) {
            LOG.error(
                    "deployment {} is not in force here: {} cannot carry on the states of {}: {}",
                    deployment.generation(),
                    model.id(),
                    before.id(),
                    refusal);
        }
        return refusal == null;
    }

    /** One model for all times, as generation 1. */
    public static LiveDeployments always(LiveModel model) {
        Deployment deployment = new Deployment(1, model.id(), Deployment.BEGINNING, 0);
        return new LiveDeployments(List.of(new LiveDeployment(deployment, model, null)));
    }

    /**
     * Which deployment scores an event: the newest one that is in force at its time, and never one older than the sequence
     * is on already.
     *
     * @param eventTime  time of the event, epoch milliseconds
     * @param generation the deployment the sequence is on; 0 for a new sequence
     * @return null if none is in force
     */
    public LiveDeployment at(long eventTime, int generation) {
        for (LiveDeployment live : newestFirst) {
            if (live.deployment().from() <= eventTime || live.generation() <= generation) {
                return live;
            }
        }
        return null;
    }

    /**
     * What a sequence passes on its way to a deployment: every deployment in force at the event's time that is newer than the
     * one it is on, in their order. So a sequence that slept through one comes to the next as if it had moved in time.
     *
     * @param generation the deployment the sequence is on; 0 for a new sequence
     * @param target     where it goes, from {@link #at}
     */
    public List<LiveDeployment> path(long eventTime, int generation, LiveDeployment target) {
        List<LiveDeployment> path = new ArrayList<>();
        for (int i = newestFirst.length - 1; i >= 0; i--) {
            LiveDeployment live = newestFirst[i];
            if (live.generation() > generation
                    && live.generation() <= target.generation()
                    && live.deployment().from() <= eventTime) {
                path.add(live);
            }
        }
        return path;
    }

    /**
     * The champion or challenger to which a sequence's state belongs.
     *
     * @param owns whether a model owns the state
     * @return null if its model is not loaded any more
     */
    public LiveModel ownerOf(Predicate<Fingerprint> owns) {
        for (LiveDeployment live : newestFirst) {
            if (owns.test(live.model().id().fingerprint())) {
                return live.model();
            } else if (live.challenger() != null
                    && owns.test(live.challenger().id().fingerprint())) {
                return live.challenger();
            }
        }
        return null;
    }

    /** Whether nothing is deployed. */
    public boolean isEmpty() {
        return newestFirst.length == 0;
    }

    /** The newest deployment, or null. */
    public LiveDeployment newest() {
        return isEmpty() ? null : newestFirst[0];
    }
}
