package dev.eddy.catalogue;

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

    /** The history with one more deployment, whose generation must be the highest. */
    public DeploymentHistory with(Deployment deployment) {
        List<Deployment> longer = new ArrayList<>(deployments);
        longer.add(deployment);
        return new DeploymentHistory(longer.subList(Math.max(0, longer.size() - KEPT), longer.size()));
    }
}
