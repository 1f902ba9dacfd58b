package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The deployments of a pipeline, oldest first. Immutable; the newest {@value #KEPT} are kept.
 *
 * @param deployments in ascending order of generation
 */
public record DeploymentHistory(List<Deployment> deployments) {
    /** No deployment yet. */
    public static final DeploymentHistory EMPTY = new DeploymentHistory(List.of());

    private static final int KEPT = 64;

    public DeploymentHistory {
        deployments = List.copyOf(deployments);
        for (int i = 1; i < deployments.size(); i++) {
            if (deployments.get(i).generation() <= deployments.get(i - 1).generation()) {
                throw new IllegalArgumentException("deployments are not in ascending order of generation");
            }
        }
    }

    /** Generation of the newest deployment; 0 for none. */
    public int newestGeneration() {
        return deployments.isEmpty()
                ? 0
                : deployments.get(deployments.size() - 1).generation();
    }

    /** Whether a deployment names a model. */
    public boolean names(ModelId model) {
        return deployments.stream().anyMatch(deployment -> deployment.names(model));
    }

    /** Whether a deployment is in force at an event time. */
    public boolean isInForce(long eventTime) {
        for (int i = deployments.size() - 1; i >= 0; i--) {
            if (deployments.get(i).from() <= eventTime) {
                return true;
            }
        }
        return false;
    }

    /** @throws IOException if a model that answers has another name */
    void requireName(String name) throws IOException {
        for (Deployment deployment : deployments) {
            if (!deployment.model().name().equals(name)) {
                throw new IOException("deployment " + deployment.generation() + " lets " + deployment.model()
                        + " answer for the events of " + name);
            }
        }
    }

    /** Whether this is another history without its oldest deployments. */
    boolean isShortened(DeploymentHistory other) {
        int missing = other.deployments.size() - deployments.size();
        return missing > 0
                && !deployments.isEmpty()
                && other.deployments.subList(missing, other.deployments.size()).equals(deployments);
    }

    /** The history without all but its newest deployments. */
    public DeploymentHistory newest(int count) {
        int size = deployments.size();
        return new DeploymentHistory(deployments.subList(Math.max(0, size - count), size));
    }

    /** The history with one more deployment, whose generation must be the highest. */
    public DeploymentHistory with(Deployment deployment) {
        List<Deployment> longer = new ArrayList<>(deployments);
        longer.add(deployment);
        return new DeploymentHistory(longer.subList(Math.max(0, longer.size() - KEPT), longer.size()));
    }
}
