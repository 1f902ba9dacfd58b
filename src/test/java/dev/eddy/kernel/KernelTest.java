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

class KernelTest {
    private static final List<Kernel> KERNELS = List.of(Kernels.scalar(), Kernels.best());
    private static final int[][] SHAPES = {
        {1, 1, 0},
        {1, 13, 1},
        {4, 64, 0},
        {13, 1, 4},
        {16, 3, 5},
        {17, 9, 2},
        {37, 5, 37},
        {64, 64, 0},
        {80, 7, 3},
        {100, 2, 25},
        {192, 4, 48},
        {207, 13, 0},
        {256, 16, 64},
        {340, 3, 85},
        {512, 37, 128}
    };

    private final SplittableRandom random = new SplittableRandom(6);

    static Stream<Arguments> shapes() {
        return KERNELS.stream()
                .flatMap(kernel ->
                        Arrays.stream(SHAPES).map(shape -> Arguments.of(kernel, shape[0], shape[1], shape[2])));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldAccumulateEveryRowFromItsBiasOverXThenHInAscendingOrderWithFma(
            Kernel kernel, int rows, int inputs, int fedBack) {
        float[] bias = floats(rows);
        float[] w = floats(rows * inputs);
        float[] u = floats(rows * fedBack);
        float[] x = floats(inputs + 3);
        float[] h = floats(fedBack + 2);
        float[] expected = bias.clone();
        chain(expected, w, inputs, x, 3);
        chain(expected, u, fedBack, h, 2);
        float[] y = floats(Kernel.room(rows));

        kernel.product(kernel.pack(bias, w, inputs, u, fedBack), x, 3, h, 2, y);

        assertThat(Arrays.copyOf(y, rows)).containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveEveryKeyOfABatchTheBitsItHasAlone(Kernel kernel, int rows, int inputs, int fedBack) {
        Matrix matrix = kernel.pack(floats(rows), floats(rows * inputs), inputs, floats(rows * fedBack), fedBack);
        for (int count : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 32}) {
            float[][] x = floats(count, inputs + 1);
            float[][] h = floats(count, fedBack + 5);
            float[][] y = floats(count, Kernel.room(rows));
            kernel.products(matrix, x, 1, h, 5, y, count);
            for (int i = 0; i < count; i++) {
                float[] alone = new float[Kernel.room(rows)];
                kernel.product(matrix, x[i], 1, h[i], 5, alone);
                assertThat(Arrays.copyOf(y[i], rows)).containsExactly(Arrays.copyOf(alone, rows));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGoOnFromASum(Kernel kernel, int rows, int inputs, int fedBack) {
        float[] w = floats(rows * inputs);
        float[] x = floats(inputs + 3);
        float[] y = floats(Kernel.room(rows));
        float[] expected = Arrays.copyOf(y, rows);
        chain(expected, w, inputs, x, 3);

        kernel.multiplyAdd(kernel.pack(floats(rows), w, inputs), x, 3, y);

        assertThat(Arrays.copyOf(y, rows)).containsExactly(expected);
    }

    @Test
    void shouldMoveAnLstmTheSameInEveryKernel() {
        for (int hidden : new int[] {1, 13, 16, 37, 64, 207}) {
            float[] gates = Arrays.copyOf(floats(4 * hidden, 12f), Kernel.room(4 * hidden));
            edges(gates);
            float[] state = floats(3 + 2 * hidden, 2f);
            float[] other = state.clone();

            Kernels.scalar().lstm(gates.clone(), hidden, state, 2, 3 + hidden);
            Kernels.best().lstm(gates, hidden, other, 2, 3 + hidden);

            assertThat(other).containsExactly(state);
        }
    }

    @Test
    void shouldMoveAGruTheSameInEveryKernel() {
        for (int hidden : new int[] {1, 13, 16, 37, 64, 207}) {
            int n = Kernel.padded(2 * hidden);
            float[] gates = Arrays.copyOf(floats(n + hidden, 12f), n + Kernel.room(hidden));
            edges(gates);
            float[] m = floats(Kernel.room(hidden), 3f);
            float[] state = floats(3 + hidden, 2f);
            float[] other = state.clone();

            Kernels.scalar().gru(gates.clone(), n, m.clone(), hidden, state, 2);
            Kernels.best().gru(gates, n, m, hidden, other, 2);

            assertThat(other).containsExactly(state);
        }
    }

    private interface Range {
        void apply(Kernel kernel, float[] v, int from, int to);
    }

    @Test
    void shouldGiveTheSameBitsOfEveryFunctionAndLeaveTheRestAlone() {
        for (Range function : List.<Range>of(Kernel::sigmoid, Kernel::tanh, Kernel::relu, Kernel::exp)) {
            for (int length : new int[] {0, 1, 5, 15, 16, 17, 37, 64, 1_000}) {
                float[] v = floats(length + 7, 100f);
                edges(v);
                float[] other = v.clone();
                function.apply(Kernels.scalar(), v, 3, 3 + length);
                function.apply(Kernels.best(), other, 3, 3 + length);
                assertThat(other).containsExactly(v);
            }
        }
    }

    private static void edges(float[] v) {
        float[] edges = {
            Float.NaN,
            -0f,
            0f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            1e-40f,
            -1e30f,
            1e30f,
            -9.1f,
            -87.3f,
            87.4f,
            -88.3f,
            88.3f,
            -88.4f,
            88.4f,
            9.2f,
            -Float.MIN_VALUE
        };
        for (int i = 0; i < edges.length && 5 * i + 3 < v.length; i++) {
            v[5 * i + 3] = edges[i];
        }
    }

    private static void chain(float[] y, float[] w, int columns, float[] x, int xAt) {
        for (int j = 0; j < y.length; j++) {
            for (int k = 0; k < columns; k++) {
                y[j] = Math.fma(w[j * columns + k], x[xAt + k], y[j]);
            }
        }
    }

    private float[][] floats(int count, int length) {
        float[][] values = new float[count][];
        for (int i = 0; i < count; i++) {
            values[i] = floats(length);
        }
        return values;
    }

    private float[] floats(int length) {
        return floats(length, 1f);
    }

    private float[] floats(int length, float bound) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1) * bound;
        }
        return values;
    }
}
