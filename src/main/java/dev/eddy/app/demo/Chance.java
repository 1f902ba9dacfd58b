package dev.eddy.app.demo;

import java.util.SplittableRandom;

/** Seeded chance. Uses the generator's 64-bit output alone, so that every Java release draws the same. */
final class Chance {
    private static final double UNIT = 0x1.0p-53;

    private final SplittableRandom random;

    Chance(long seed) {
        this(new SplittableRandom(seed));
    }

    private Chance(SplittableRandom random) {
        this.random = random;
    }

    /** An independent source. */
    Chance split() {
        return new Chance(random.split());
    }

    /** A number from {@code low} up to {@code high}, all equally likely. */
    double uniform(double low, double high) {
        return low + (high - low) * ((random.nextLong() >>> 11) * UNIT);
    }

    /** A whole number from {@code low} up to and without {@code high}. */
    int between(int low, int high) {
        return (int) uniform(low, high);
    }

    /** Whether something of this probability happens. */
    boolean happens(double probability) {
        return uniform(0, 1) < probability;
    }

    /** A number of mean 0 and variance 1, close to normal: the sum of twelve uniform ones, free of logarithms. */
    double gaussian() {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += uniform(0, 1);
        }
        return sum;
    }
}
