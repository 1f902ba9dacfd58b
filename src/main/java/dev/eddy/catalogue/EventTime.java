package dev.eddy.catalogue;

import java.time.Instant;

/** Event times for people. */
public final class EventTime {
    private EventTime() {}

    /** ISO-8601, or "the beginning". */
    public static String text(long epochMillis) {
        return epochMillis == Deployment.BEGINNING
                ? "the beginning"
                : Instant.ofEpochMilli(epochMillis).toString();
    }
}
