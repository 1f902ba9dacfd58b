package dev.eddy.app.files;

import java.util.concurrent.locks.LockSupport;

/** Holds a loop to so many turns in a second; a turn that comes late is caught up. */
final class Pace {
    private final double perSecond;
    private final long started = System.nanoTime();

    /** A pace; 0 does not hold back at all. */
    Pace(double perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until it is time for the turn, counted from 0. */
    void await(long turn) {
        if (perSecond <= 0) {
            return;
        }
        long due = started + (long) (turn / perSecond * 1e9);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
    }
}
