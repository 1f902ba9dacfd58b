package dev.eddy.stream;

/** Receives what became of the events, in order for each key: now of none, now of one, now of several at once. */
@FunctionalInterface
public interface Outcomes {
    /**
     * What became of an event.
     *
     * @param event   the event, with the time and headers it came with; where a model that answers at the end was not told of
     *                the end by a record, a moment without headers
     * @param outcome the answer, or why there is none
     */
    void accept(Event event, Outcome outcome);
}
