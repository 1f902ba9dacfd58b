package dev.eddy.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * When sequences are to be looked at again, in event time; the layout is in {@code schemas/state.md}. What is due is found
 * without looking at the rest, see {@link Agenda}. Used by one thread.
 */
final class Timers {
    private static final byte[] SET = {1};

    private final Agenda agenda;

    /** A timer that is due. */
    record Timer(long time, byte[] key) {}

    Timers(PendingAccess store) {
        agenda = new Agenda(store, 'T');
    }

    /** Sets a timer of a key. */
    void set(long time, byte[] key) {
        agenda.put(agenda.entry(time, key), SET);
    }

    /** Takes a timer back. */
    void cancel(long time, byte[] key) {
        agenda.remove(agenda.entry(time, key));
    }

    /** Whether a timer may be due. */
    boolean mayBeDue(long now) {
        return agenda.mayBeDue(now);
    }

    /**
     * Takes out timers that are due, the earliest first.
     *
     * @param now   up to this time
     * @param limit so many at most
     */
    List<Timer> take(long now, int limit) {
        List<Timer> due = new ArrayList<>();
        for (byte[] entry = agenda.firstDue(now); entry != null && due.size() < limit; entry = agenda.firstDue(now)) {
            due.add(new Timer(Agenda.time(entry), Agenda.rest(entry)));
            agenda.remove(entry);
        }
        return due;
    }
}
