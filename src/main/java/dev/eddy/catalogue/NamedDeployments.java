package dev.eddy.catalogue;

import dev.eddy.model.Fingerprint;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The deployments of a pipeline whose events name their models, by model name, at one moment. Immutable, so an answer never
 * depends on what other threads do.
 */
public final class NamedDeployments {
    /** Nothing is deployed or published. */
    public static final NamedDeployments NONE = new NamedDeployments(Map.of(), Set.of());

    private final Map<String, Deployed> deployed;
    private final Set<String> published;

    /**
     * The deployments of one name.
     *
     * @param history all of them
     * @param live    those whose models are loaded
     */
    record Deployed(DeploymentHistory history, LiveDeployments live) {}

    NamedDeployments(Map<String, Deployed> deployed, Set<String> published) {
        this.deployed = Map.copyOf(deployed);
        this.published = Set.copyOf(published);
    }

    /** What can score events of a name; nothing for a name without deployments. */
    public LiveDeployments of(String name) {
        Deployed found = deployed.get(name);
        return found == null ? LiveDeployments.NONE : found.live();
    }

    /** Names with deployments, whether these can score or not. */
    public Set<String> names() {
        return deployed.keySet();
    }

    /** Whether a deployment of a name is in force at an event time, whether it can score or not. */
    public boolean isInForce(String name, long eventTime) {
        Deployed found = deployed.get(name);
        return found != null && found.history().isInForce(eventTime);
    }

    /** Whether a version of a model is published or deployed. */
    public boolean isKnown(String name) {
        return published.contains(name) || deployed.containsKey(name);
    }

    /** Whether anything can score. */
    public boolean canScore() {
        return deployed.values().stream().anyMatch(one -> !one.live().isEmpty());
    }

    /** The newest deployment of every name that can score. */
    public List<LiveDeployment> newest() {
        return deployed.values().stream()
                .filter(one -> !one.live().isEmpty())
                .map(one -> one.live().newest())
                .toList();
    }

    /** Whether a loaded model has this fingerprint and a deployment names it. */
    public boolean owns(Fingerprint fingerprint) {
        return deployed.values().stream().anyMatch(one -> one.live().ownerOf(fingerprint::equals) != null);
    }
}
