package dev.eddy.stream;

import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.telemetry.Score;

/**
 * What a model that runs beside the one that answers made of an event.
 *
 * @param workspace holds what it says; null if it could not take the event
 * @param seen      events it had seen before
 * @param state     its state now
 * @param score     how far off it was; null where that cannot be said
 */
record Shadow(ModelWorkspace workspace, long seen, byte[] state, Score score) {
    static byte[] stateOf(Shadow shadow) {
        return shadow == null ? null : shadow.state;
    }

    /**
     * Whether the challenger's answer is given out in place of the champion's.
     *
     * @param championSeen events the champion had seen before: a challenger that has seen as many missed nothing
     */
    boolean answers(long championSeen, LiveDeployment deployment) {
        Challenger called = deployment.deployment().challenger();
        return called.answers() && isWarm(championSeen, deployment);
    }

    /** Whether the challenger takes part, and has seen enough of the sequence to be asked. */
    boolean isWarm(long championSeen, LiveDeployment deployment) {
        int warmUp = deployment.deployment().challenger().warmUp();
        return workspace != null && (seen == championSeen || seen >= warmUp);
    }

    void settle(Event event, Answering.Answers answers) {
        workspace.answering().settle(event, false, answers);
    }
}
