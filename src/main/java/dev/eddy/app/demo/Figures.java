package dev.eddy.app.demo;

import java.util.Map;

/**
 * Where the demo stands.
 *
 * @param events          predictions so far
 * @param eventsPerSecond recent rate
 * @param p50Millis       median time from sending an event to reading its prediction
 * @param p99Millis       the same for the 99th percentile
 * @param active          {@code name@version} that scores now
 * @param accuracy        share of right predictions over the last few hundred, by {@code name@version}
 */
public record Figures(
        long events,
        double eventsPerSecond,
        double p50Millis,
        double p99Millis,
        String active,
        Map<String, Double> accuracy) {}
