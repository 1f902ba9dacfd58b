package dev.eddy.catalogue;

import dev.eddy.network.LiveModel;

/** A deployment whose model is loaded. */
public record LiveDeployment(Deployment deployment, LiveModel model) {
    public int generation() {
        return deployment.generation();
    }
}
