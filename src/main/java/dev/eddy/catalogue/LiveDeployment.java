package dev.eddy.catalogue;

import dev.eddy.network.LiveModel;

/**
 * A deployment whose models are loaded.
 *
 * @param deployment the decision
 * @param model      its champion
 * @param challenger its challenger; null if it has none, or that one cannot run here
 */
public record LiveDeployment(Deployment deployment, LiveModel model, LiveModel challenger) {
    public int generation() {
        return deployment.generation();
    }
}
