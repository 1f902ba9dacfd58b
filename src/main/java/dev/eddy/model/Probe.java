package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;

/**
 * A short sequence, from zero state, and the values a correct implementation gives for it. A model that does not reproduce
 * its probes never goes live.
 *
 * @param events     the events, as objects of named fields; may carry a {@code timestamp} in epoch milliseconds
 * @param values     the values after each event, (events, outputs), de-normalised where the head says so; of a model with a
 *                   decoder, its outputs after the last event: numbers, (length, outputs), or tokens, each as its id or as
 *                   its id and log-probability
 * @param tolerance  largest allowed difference, relative above 1; 0 or absent means {@value #DEFAULT_TOLERANCE}
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
@JsonPropertyOrder({"events", "values", "tolerance"})
public record Probe(
        List<Map<String, Object>> events,
        @JsonInclude(JsonInclude.Include.ALWAYS) double[][] values,
        @JsonSetter(nulls = Nulls.AS_EMPTY) double tolerance) {
    /** Tolerance of a probe that names none. */
    public static final double DEFAULT_TOLERANCE = 1e-4;

    public Probe {
        if (events == null || values == null || events.isEmpty()) {
            throw new InvalidModelException("a probe needs 'events', at least one, and their 'values'");
        }
        if (!(tolerance >= 0 && tolerance < 1)) {
            throw new InvalidModelException("the tolerance of a probe is " + tolerance + "; use 0 up to 1");
        }
        events = List.copyOf(events);
    }

    /** The tolerance in force. */
    public double allowed() {
        return tolerance == 0 ? DEFAULT_TOLERANCE : tolerance;
    }
}
