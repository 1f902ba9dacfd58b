package dev.eddy.telemetry;

/**
 * How far off a model was at one event; less is better. NaN where the task of the model has no such number.
 *
 * @param absolute mean over the targets of the absolute error, in the units of the fields
 * @param squared  mean over the targets of the squared error
 * @param nll      negative log-likelihood of what came, in nats; of several targets, the mean
 * @param error    1 if the label was wrong, 0 if it was right
 */
public record Score(double absolute, double squared, double nll, double error) {
    /** No probability counts as less, so that one impossible event does not make a mean infinite. */
    private static final double LEAST_PROBABILITY = Float.MIN_NORMAL;

    /** Of predicted values; nll may be NaN. */
    public static Score ofValues(double absolute, double squared, double nll) {
        return new Score(absolute, squared, nll, Double.NaN);
    }

    /** Of a token, from the natural logarithm of its probability. */
    public static Score ofToken(double logProbability) {
        return new Score(Double.NaN, Double.NaN, -logProbability, Double.NaN);
    }

    /** Of a label, from the probability of the right one. */
    public static Score ofLabel(boolean right, double probability) {
        double nll = -StrictMath.log(Math.max(probability, LEAST_PROBABILITY));
        return new Score(Double.NaN, Double.NaN, nll, right ? 0 : 1);
    }
}
