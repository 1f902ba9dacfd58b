package dev.eddy.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ActivationsTest {
    private static final int STRIDE = 4_999;

    private interface FloatFunction {
        float of(float x);
    }

    @Test
    void shouldKeepExpWithinOneUlpOfDoublePrecision() {
        assertThat(worstUlp(Activations::exp, Math::exp, -87.3f, 88.3f)).isLessThan(1.0);
    }

    @Test
    void shouldKeepSigmoidWithinTwoAndAHalfUlpOfDoublePrecision() {
        assertThat(worstUlp(Activations::sigmoid, x -> 1 / (1 + Math.exp(-x)), -87f, Float.MAX_VALUE))
                .isLessThan(2.5);
    }

    @Test
    void shouldKeepTanhWithinTwoAndAHalfUlpOfDoublePrecision() {
        assertThat(worstUlp(Activations::tanh, Math::tanh, -Float.MAX_VALUE, Float.MAX_VALUE))
                .isLessThan(2.5);
    }

    @Test
    void shouldKeepExpm1WithinThreeUlpOfDoublePrecision() {
        assertThat(worstUlp(Activations::expm1, Math::expm1, -87f, 88f)).isLessThan(3.0);
    }

    @Test
    void shouldKeepSoftplusWithinThreeUlpOfDoublePrecision() {
        assertThat(worstUlp(Activations::softplus, ActivationsTest::softplus, -87f, Float.MAX_VALUE))
                .isLessThan(3.0);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    @Test
    void shouldSaturateAndPassNaNOn() {
        assertThat(Activations.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(Activations.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
        assertThat(Activations.sigmoid(1e30f)).isEqualTo(1f);
        assertThat(Activations.sigmoid(-1e30f)).isBetween(0f, 1e-37f);
        assertThat(Activations.exp(0f)).isEqualTo(1f);
        assertThat(Float.floatToRawIntBits(Activations.tanh(-0f))).isEqualTo(Float.floatToRawIntBits(-0f));
        assertThat(Activations.tanh(Float.NaN)).isNaN();
        assertThat(Activations.sigmoid(Float.NaN)).isNaN();
        assertThat(Activations.exp(Float.NaN)).isNaN();
        assertThat(Activations.expm1(Float.NaN)).isNaN();
        assertThat(Activations.softplus(Float.NaN)).isNaN();
    }

    /** Largest error over a dense sample of all float32 in a range, in units of the last place of the exact result. */
    private static double worstUlp(FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
            float x = Float.intBitsToFloat((int) bits);
            if (x >= from && x <= to) {
                double expected = exact.applyAsDouble(x);
                worst = Math.max(worst, Math.abs(function.of(x) - expected) / Math.ulp((float) expected));
            }
        }
        return worst;
    }
}
