package dev.eddy.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of weights that are bf16 numbers, which a kernel may keep in half the bytes: the same chains of the same numbers. */
class HalfWeightsTest {
    private static final List<Kernel> KERNELS = List.of(Kernels.scalar(), Kernels.best());
    private static final int[][] SHAPES = {
        {1, 1, 0},
        {16, 3, 5},
        {32, 2, 1},
        {33, 3, 2},
        {64, 64, 0},
        {65, 7, 3},
        {80, 1, 4},
        {100, 2, 25},
        {128, 5, 32},
        {192, 4, 48},
        {207, 13, 0},
        {256, 16, 64},
        {320, 3, 80},
        {384, 9, 96},
        {512, 37, 128},
        {641, 2, 3}
    };
    private static final int UPPER = 0xffff0000;

    private final SplittableRandom random = new SplittableRandom(7);

    static Stream<Arguments> shapes() {
        return KERNELS.stream()
                .flatMap(kernel ->
                        Arrays.stream(SHAPES).map(shape -> Arguments.of(kernel, shape[0], shape[1], shape[2])));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldAccumulateEveryRowInFloat32(Kernel kernel, int rows, int inputs, int fedBack) {
        float[] bias = floats(rows);
        float[] w = halves(rows * inputs);
        float[] u = halves(rows * fedBack);
        Matrix matrix = kernel.pack(bias, w, inputs, u, fedBack);
        for (int count : new int[] {1, 2, 3, 4, 7, 8, 32}) {
            float[][] x = new float[count][];
            float[][] h = new float[count][];
            float[][] y = new float[count][];
            float[][] expected = new float[count][];
            for (int i = 0; i < count; i++) {
                x[i] = floats(inputs + 3);
                h[i] = floats(fedBack + 2);
                y[i] = floats(Kernel.room(rows));
                expected[i] = bias.clone();
                chain(expected[i], w, inputs, x[i], 3);
                chain(expected[i], u, fedBack, h[i], 2);
            }
            kernel.products(matrix, x, 3, h, 2, y, count);
            for (int i = 0; i < count; i++) {
                assertThat(Arrays.copyOf(y[i], rows)).containsExactly(expected[i]);
            }
            kernel.product(matrix, x[0], 3, h[0], 2, y[0]);
            assertThat(Arrays.copyOf(y[0], rows)).containsExactly(expected[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGoOnFromASum(Kernel kernel, int rows, int inputs, int fedBack) {
        float[] w = halves(rows * inputs);
        float[] x = floats(inputs + 3);
        float[] y = floats(Kernel.room(rows));
        float[] expected = Arrays.copyOf(y, rows);
        chain(expected, w, inputs, x, 3);

        kernel.multiplyAdd(kernel.pack(floats(rows), w, inputs, halves(rows * fedBack), fedBack), x, 3, y);

        assertThat(Arrays.copyOf(y, rows)).containsExactly(expected);
    }

    /** One weight that is no bf16 number, and no product may lose a bit of it. */
    @Test
    void shouldKeepEveryBitOfOtherWeights() {
        for (Kernel kernel : KERNELS) {
            float[] bias = floats(128);
            float[] w = halves(128 * 8);
            float[] u = halves(128 * 32);
            u[77 * 32 + 5] = Float.intBitsToFloat(0x3f800001);
            float[] x = floats(8);
            float[] h = floats(32);
            float[] y = new float[Kernel.room(128)];
            float[] expected = bias.clone();
            chain(expected, w, 8, x, 0);
            chain(expected, u, 32, h, 0);
            kernel.product(kernel.pack(bias, w, 8, u, 32), x, 0, h, 0, y);
            assertThat(Arrays.copyOf(y, 128)).containsExactly(expected);
        }
    }

    private static void chain(float[] y, float[] w, int columns, float[] x, int xAt) {
        for (int j = 0; j < y.length; j++) {
            for (int k = 0; k < columns; k++) {
                y[j] = Math.fma(w[j * columns + k], x[xAt + k], y[j]);
            }
        }
    }

    private float[] floats(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    /** With zeros, the least and the largest ones among them. */
    private float[] halves(int length) {
        float[] edges = {0f, -0f, 0x1p-126f, -0x1p-133f, 0x1.fep9f};
        float[] values = floats(length);
        for (int i = 0; i < length; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & UPPER);
            if (random.nextInt(20) == 0) {
                values[i] = edges[random.nextInt(edges.length)];
            }
        }
        return values;
    }
}
