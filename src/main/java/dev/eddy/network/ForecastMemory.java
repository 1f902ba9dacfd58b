package dev.eddy.network;

import dev.eddy.model.Fields;
import java.util.Arrays;

/**
 * What a model whose task is {@code predict} carries from event to event beside the network's state: the predictions whose
 * events have not come yet, and how far off the earlier ones were. With the residuals r of one target, the event's field minus
 * what was predicted for it {@code horizon} events before, the running mean square is
 *
 * <pre>{@code m(n) = m(n-1) + (r(n)² - m(n-1)) / min(n, 100),  m(0) = 0}</pre>
 *
 * <p>so the plain mean of the squares up to the hundredth residual; from there on each further one counts with a hundredth, and
 * what is older loses a hundredth of its weight. A residual that is missing (no field, nothing predicted yet) or whose square
 * is not finite is left out and not counted. The deviation is the square root of m, in the units of the field.
 *
 * <p>Memory, (horizon + 2, targets): the pending predictions, oldest first; m; n. All of it is NaN before there is anything.
 * Holds no memory itself, so one object serves many sequences.
 */
public final class ForecastMemory {
    /** Most residuals that weigh alike; a further one has one hundredth of the weight. */
    public static final int RESIDUALS = 100;

    /** Fewer say nothing of a deviation. */
    private static final int FEWEST = 2;

    private final String[][] targets;
    private final int horizon;

    /** The memory of a model's sequences; its task must be {@code predict}. */
    public ForecastMemory(LiveModel model) {
        this.targets = model.targets().stream().map(Fields::path).toArray(String[][]::new);
        this.horizon = model.horizon();
    }

    /** Numbers of memory. */
    static int size(int horizon, int targets) {
        return (horizon + 2) * targets;
    }

    /**
     * An event's fields minus what was predicted for them.
     *
     * @param memory (size); unchanged
     * @return (targets), NaN where one of the two is missing; null if nothing can be compared
     */
    public double[] residual(Fields event, double[] memory) {
        double[] residual = new double[targets.length];
        boolean any = false;
        for (int i = 0; i < targets.length; i++) {
            Object actual = event.get(targets[i]);
            residual[i] = actual instanceof Number number ? number.doubleValue() - memory[i] : Double.NaN;
            any |= !Double.isNaN(residual[i]);
        }
        return any ? residual : null;
    }

    /**
     * Takes residuals into the running mean squares.
     *
     * @param residual what {@link #residual} gave; null counts nothing
     * @param memory   (size); changed
     */
    public void count(double[] residual, double[] memory) {
        int squareAt = horizon * targets.length;
        int countAt = squareAt + targets.length;
        for (int i = 0; residual != null && i < targets.length; i++) {
            double square = residual[i] * residual[i];
            if (Double.isFinite(square)) {
                boolean first = Double.isNaN(memory[countAt + i]);
                double before = first ? 0 : memory[squareAt + i];
                double n = first ? 1 : memory[countAt + i] + 1;
                memory[squareAt + i] = before + (square - before) / Math.min(n, RESIDUALS);
                memory[countAt + i] = n;
            }
        }
    }

    /**
     * The root mean square of the residuals so far.
     *
     * @param memory (size); unchanged
     * @return (targets), NaN for one with fewer than two residuals; null if that are all
     */
    public double[] deviation(double[] memory) {
        int squareAt = horizon * targets.length;
        int countAt = squareAt + targets.length;
        double[] deviation = new double[targets.length];
        boolean any = false;
        for (int i = 0; i < targets.length; i++) {
            boolean known = memory[countAt + i] >= FEWEST;
            deviation[i] = known ? StrictMath.sqrt(memory[squareAt + i]) : Double.NaN;
            any |= known;
        }
        return any ? deviation : null;
    }

    /**
     * Takes a new prediction, for the event {@code horizon} ahead; the oldest one leaves.
     *
     * @param values (targets)
     * @param memory (size); changed
     */
    public void push(double[] values, double[] memory) {
        int pending = horizon * targets.length;
        System.arraycopy(memory, values.length, memory, 0, pending - values.length);
        System.arraycopy(values, 0, memory, pending - values.length, values.length);
    }

    /**
     * What is predicted for the next event.
     *
     * @param memory (size); unchanged
     * @return (targets); NaN while the sequence has fewer events than the horizon
     */
    double[] next(double[] memory) {
        return Arrays.copyOf(memory, targets.length);
    }
}
