package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.catalogue.NamedDeployments;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import dev.eddy.model.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Events name their models: each name has deployments of its own, and a record key has a sequence of its own under each.
 *
 * <p>An event belongs to the name it asks for if a deployment of that name is in force at its time, or the key has a sequence
 * under it already; else to the default.
 *
 * @param selector  finds the name an event asks for
 * @param otherwise name of the model for other events; null for none
 */
record NamedSelection(ModelSelector selector, String otherwise, Supplier<NamedDeployments> deployments)
        implements Selection {
    private static final int LONGEST_SHOWN = 128;

    @Override
    public Event select(Event event, Fields fields, Predicate<byte[]> goesOn) {
        return event.withKey(SequenceKeys.of(model(selector.nameOf(event, fields), event, goesOn), event.key()));
    }

    private String model(String asked, Event event, Predicate<byte[]> goesOn) {
        NamedDeployments now = deployments.get();
        if (asked != null && belongs(asked, event, now, goesOn)) {
            return asked;
        } else if (otherwise != null) {
            return otherwise;
        }
        throw refusal(asked, now);
    }

    private static boolean belongs(String asked, Event event, NamedDeployments now, Predicate<byte[]> goesOn) {
        return now.isInForce(asked, event.time())
                || (now.names().contains(asked) && goesOn.test(SequenceKeys.of(asked, event.key())));
    }

    private BadEventException refusal(String asked, NamedDeployments now) {
        if (asked == null) {
            return new BadEventException(
                    Reason.UNKNOWN_MODEL, "the event has not " + selector.lacking() + ", so it asks for no model");
        } else if (now.isKnown(asked)) {
            return new BadEventException(
                    Reason.NO_MODEL, "no deployment of model '" + shown(asked) + "' is in force at the event's time");
        }
        return new BadEventException(
                Reason.UNKNOWN_MODEL,
                "the event asks for model '" + shown(asked) + "', of which no version is published");
    }

    private static String shown(String name) {
        return name.length() <= LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN) + "…";
    }

    @Override
    public List<Event> ended(Event tombstone, Predicate<byte[]> goesOn) {
        if (selector.namesTombstones()) {
            return List.of(select(tombstone, null, goesOn));
        }
        List<Event> all = new ArrayList<>();
        for (String name : deployments.get().names()) {
            all.add(tombstone.withKey(SequenceKeys.of(name, tombstone.key())));
        }
        return all;
    }

    @Override
    public Event original(Event event) {
        return event.withKey(SequenceKeys.recordKey(event.key()));
    }

    @Override
    public LiveDeployments of(byte[] sequence) {
        return deployments.get().of(SequenceKeys.model(sequence));
    }

    @Override
    public Object version() {
        return deployments.get();
    }

    @Override
    public boolean names(Fingerprint model) {
        return deployments.get().owns(model);
    }

    @Override
    public String history(LiveDeployment deployment) {
        return deployment.model().id().name();
    }

    @Override
    public int models() {
        return Math.max(1, deployments.get().names().size());
    }
}
