package dev.eddy.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.InvalidModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bfloat16Test {
    @ParameterizedTest
    @CsvSource({
        "3f800000, 3f80", // 1
        "3f807fff, 3f80", // just below half way
        "3f808000, 3f80", // half way, to even
        "3f808001, 3f81", // just above
        "3f818000, 3f82", // half way, to even
        "bf818000, bf82", // and negative
        "3fffffff, 4000", // into the next binade
        "00000000, 0000",
        "80000000, 8000",
        "00007fff, 0000", // subnormal numbers are numbers
        "00018000, 0002",
        "007fffff, 0080",
        "7f7f7fff, 7f7f", // the largest that stays finite
        "7f7f8000, 7f80"
    })
    void shouldRoundToNearestAndTiesToEven(String from, String to) {
        float value = Float.intBitsToFloat(Integer.parseUnsignedInt(from, 16));
        assertThat(Integer.toHexString(Bfloat16.round(value) & 0xffff)).isEqualTo(to.replaceFirst("^0+(?!$)", ""));
    }

    @Test
    void shouldKeepEveryNumberOfItsOwn() {
        for (int half = 0; half < 1 << 16; half++) {
            float value = Bfloat16.toFloat((short) half);
            if (!Float.isNaN(value)) {
                assertThat(Bfloat16.round(value)).isEqualTo((short) half);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNoNumberAfterwards() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE}) {
            assertThatThrownBy(() -> Bfloat16.round("w", Tensor.of(new float[] {1, bad}, 1, 2)))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("'w' holds " + bad);
        }
    }
}
