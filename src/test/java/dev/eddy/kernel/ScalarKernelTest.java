package dev.eddy.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalarKernelTest {
    @ParameterizedTest
    @CsvSource({"1,1", "1,13", "13,1", "4,4", "37,5", "64,64", "207,13", "512,37"})
    void shouldAccumulateEveryElementInAscendingOrderWithFma(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(rows * 31L + columns);
        float[] w = floats(random, rows * columns);
        float[] x = floats(random, columns + 3);
        float[] y = floats(random, rows + 2);
        float[] expected = y.clone();
        for (int j = 0; j < rows; j++) {
            for (int k = 0; k < columns; k++) {
                expected[j] = Math.fma(w[j * columns + k], x[3 + k], expected[j]);
            }
        }

        new ScalarKernel().multiplyAdd(Matrix.ofRows(w, rows, columns), x, 3, y);

        assertThat(y).containsExactly(expected);
    }

    private static float[] floats(SplittableRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }
}
