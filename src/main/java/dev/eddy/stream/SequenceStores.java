package dev.eddy.stream;

/**
 * All that is kept of sequences.
 *
 * @param states  their states
 * @param pending what is still to come: events that wait for their answers, timers
 */
public record SequenceStores(StateAccess states, PendingAccess pending) {
    /** Stores that survive nothing. */
    public static SequenceStores inMemory() {
        return new SequenceStores(new InMemoryStates(), new InMemoryPending());
    }
}
