package dev.eddy.app.rollout;

import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.ModelId;
import java.util.ArrayList;
import java.util.List;

/**
 * A deployment that has not been written yet: all of it but its number and its time.
 *
 * @param model      the champion
 * @param transition how sequences come to it
 * @param keepMs     for how long, in event time, the states it replaces are kept, milliseconds
 * @param challenger a model beside it; null for none
 * @param reason     why, where that is not somebody's wish; else empty
 * @param notes      what it means, one sentence each, for people
 */
public record Proposal(
        ModelId model, Transition transition, long keepMs, Challenger challenger, String reason, List<String> notes) {
    public Proposal {
        notes = List.copyOf(notes);
    }

    /** The models that every instance must have. */
    public List<ModelId> models() {
        List<ModelId> models = new ArrayList<>(List.of(model));
        if (challenger != null) {
            models.add(challenger.model());
        }
        return models;
    }

    /** As it will be written. */
    public Deployment deployment(int generation, long from, long now) {
        return new Deployment(generation, model, from, now, transition, keepMs, challenger, reason);
    }
}
