package dev.eddy.app.demo;

import java.util.List;

/**
 * One forecaster's prediction, as the screen shows it.
 *
 * @param eventTime epoch milliseconds
 * @param machine   key of the sequence
 * @param step      how many events the sequence has had
 * @param values    the fields it predicts
 * @param model     {@code name@version}
 */
public record ForecastLine(long eventTime, String machine, long step, List<Value> values, String model) {
    public ForecastLine {
        values = List.copyOf(values);
    }

    /**
     * One predicted field.
     *
     * @param field    its name
     * @param next     what it will be at the machine's next event
     * @param residual by how much the earlier prediction of this event was wrong, actual minus predicted; NaN at the
     *                 first
     */
    public record Value(String field, double next, double residual) {}
}
