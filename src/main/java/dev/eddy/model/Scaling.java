package dev.eddy.model;

/** Checks of the pair (mean, std) wherever a spec has one. */
final class Scaling {
    private Scaling() {}

    static void check(String where, double[] mean, double[] std) {
        if ((mean == null) != (std == null) || (mean != null && mean.length != std.length)) {
            throw new InvalidModelException(
                    "the " + where + " has mean and std of different lengths; give both, of the same length");
        }
        for (int i = 0; mean != null && i < mean.length; i++) {
            check(where, mean[i], std[i]);
        }
    }

    static void check(String where, double mean, double std) {
        if (!Double.isFinite(mean) || !Double.isFinite(std) || std == 0) {
            throw new InvalidModelException("the " + where + " has mean " + mean + " and std " + std
                    + "; both must be finite and std must not be zero");
        }
    }
}
