package dev.eddy.app.demo;

/**
 * One tagger's prediction, as the screen shows it.
 *
 * @param eventTime   epoch milliseconds
 * @param machine     key of the sequence
 * @param step        how many events the sequence has had
 * @param label       what the model says
 * @param probability how sure it is, 0 to 1
 * @param truth       what is really the case
 * @param model       {@code name@version}
 */
public record TagLine(
        long eventTime, String machine, long step, String label, double probability, String truth, String model) {

    /** Whether the model is right. */
    public boolean correct() {
        return label.equals(truth);
    }
}
