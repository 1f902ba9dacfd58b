package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import dev.eddy.model.Fingerprint;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Which sequence an event belongs to, and which deployments count for a sequence. Inside the {@link Inference} an event has the
 * key of its sequence; outside it has the key of its record. Used by one thread.
 */
interface Selection {
    /** Every key is one sequence, and all deployments count for it. */
    static Selection none(Supplier<LiveDeployments> deployments) {
        return new AllAlike(deployments);
    }

    /**
     * The event with the key of its sequence.
     *
     * @param goesOn whether there is a sequence of a key that is not over
     * @throws BadEventException if it belongs to none
     */
    Event select(Event event, Fields fields, Predicate<byte[]> goesOn);

    /**
     * The tombstone once for every sequence that it ends, with the key of the sequence.
     *
     * @param goesOn whether there is a sequence of a key that is not over
     * @throws BadEventException if it does not say which
     */
    List<Event> ended(Event tombstone, Predicate<byte[]> goesOn);

    /** The event with the key of its record. */
    Event original(Event event);

    /** The deployments that count for a sequence now. */
    LiveDeployments of(byte[] sequence);

    /** What all that is deployed hangs on: another object, other deployments. */
    Object version();

    /** Whether a deployment names a loaded model. */
    boolean names(Fingerprint model);

    /** Name of the history that a deployment is of; empty where there is one only. */
    String history(LiveDeployment deployment);

    /** How many models of different names may be in turn. */
    int models();

    /** Without a selector. */
    record AllAlike(Supplier<LiveDeployments> deployments) implements Selection {
        @Override
        public Event select(Event event, Fields fields, Predicate<byte[]> goesOn) {
            return event;
        }

        @Override
        public List<Event> ended(Event tombstone, Predicate<byte[]> goesOn) {
            return List.of(tombstone);
        }

        @Override
        public Event original(Event event) {
            return event;
        }

        @Override
        public LiveDeployments of(byte[] sequence) {
            return deployments.get();
        }

        @Override
        public Object version() {
            return deployments.get();
        }

        @Override
        public boolean names(Fingerprint model) {
            return deployments.get().ownerOf(model::equals) != null;
        }

        @Override
        public String history(LiveDeployment deployment) {
            return "";
        }

        @Override
        public int models() {
            return 1;
        }
    }
}
