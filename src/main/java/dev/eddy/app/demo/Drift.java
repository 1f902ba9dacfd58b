package dev.eddy.app.demo;

/** Noise with a memory: an autoregressive process of order one, variance 1, started in its stationary state. */
final class Drift {
    private final double memory;
    private final double fresh;
    private double value;

    /** @param memory share of the last value in the next one, 0 up to 1 */
    Drift(double memory, Chance chance) {
        this.memory = memory;
        this.fresh = Math.sqrt(1 - memory * memory);
        this.value = chance.gaussian();
    }

    double next(Chance chance) {
        value = memory * value + fresh * chance.gaussian();
        return value;
    }
}
