package dev.eddy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.demo.DemoModels;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Transition;
import dev.eddy.testing.TestModels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The dip after a swap to an equal model, on a small fleet; the program makes the whole table. */
class SwapDipTest {
    private static final int SWAP_AT = 300;
    private static final int BEFORE = 50;
    private static final int FIRST = 10;
    private static final int AFTER = 100;

    private final List<DipSeries> series = SwapDip.forecasts(SwapDip.fleet(24, 7));

    @Test
    void shouldShowADipOnResetAndNoneOnWarmOrCarry() throws Exception {
        double[] none = errors(null);
        double[] reset = errors(Transition.RESET);
        double[] warm = errors(Transition.warm(32));
        double[] carry = errors(Transition.CARRY);

        assertThat(carry).isEqualTo(none);
        assertThat(mean(reset, BEFORE, BEFORE + FIRST)).isGreaterThan(1.1 * mean(none, BEFORE, BEFORE + FIRST));
        assertThat(mean(warm, BEFORE, BEFORE + AFTER)).isLessThan(1.002 * mean(none, BEFORE, BEFORE + AFTER));
        assertThat(Arrays.copyOf(warm, BEFORE + 32)).isEqualTo(Arrays.copyOf(none, BEFORE + 32));
    }

    /** Mean errors of all sequences, event by event. */
    private double[] errors(Transition transition) throws InterruptedException {
        ModelFile model = DemoModels.forecaster();
        DipRun run = new DipRun(model, TestModels.successor(model, "successor"), transition);
        double[] sums = new double[BEFORE + AFTER];
        for (DipSeries one : series) {
            double[] errors = run.errors(one, SWAP_AT, BEFORE, AFTER);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += errors[i] / series.size();
            }
        }
        return sums;
    }

    private static double mean(double[] numbers, int from, int to) {
        return Arrays.stream(numbers, from, to).average().orElseThrow();
    }
}
