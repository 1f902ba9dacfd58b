package dev.eddy.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparseMatrixTest {
    private final SplittableRandom random = new SplittableRandom(4);
    private final Kernel kernel = Kernels.best();

    @ParameterizedTest
    @CsvSource({"1,1,1.0", "13,7,0.5", "40,40,0.1", "207,13,0.02", "64,64,0.0"})
    void shouldGiveTheBitsOfTheDenseProduct(int rows, int columns, double density) {
        float[] dense = random(rows, columns, density);
        float[] x = random(1, columns + 3, 1);
        float[] got = random(1, Kernel.room(rows), 1);
        float[] wanted = got.clone();

        kernel.multiplyAdd(kernel.pack(new float[rows], dense, columns), x, 3, wanted);
        kernel.multiplyAdd(sparse(dense, rows, columns), x, 3, got);

        assertThat(Arrays.copyOf(got, rows)).containsExactly(Arrays.copyOf(wanted, rows));
    }

    /**
     * A hundredth of the products, in more than a hundredth of the time: the dense loop does eight and more at once. The figures
     * are for people; the bound is wide, as other builds may run beside this one.
     */
    @Test
    void shouldCostAFractionOfTheDenseProduct() {
        int units = 2_000;
        float[] dense = random(units, units, 0.01);
        Matrix full = kernel.pack(new float[units], dense, units);
        SparseMatrix sparse = sparse(dense, units, units);
        float[] x = random(1, units, 1);
        float[] y = new float[Kernel.room(units)];

        double denseMicros = micros(100, () -> kernel.multiplyAdd(full, x, 0, y));
        double sparseMicros = micros(2_000, () -> kernel.multiplyAdd(sparse, x, 0, y));

        System.out.printf(
                "2,000 units at 1 %%: dense %.0f us, sparse %.0f us per product, %.1f %%%n",
                denseMicros, sparseMicros, 100 * sparseMicros / denseMicros);
        assertThat(sparseMicros).isLessThan(0.3 * denseMicros);
    }

    @Test
    void shouldRefuseArraysThatAreNoMatrix() {
        refused(new int[] {0, 2, 1}, new int[] {0, 1}, "indptr does not run from 0");
        refused(new int[] {0, 3, 2}, new int[] {0, 1}, "indptr goes from 0 to 3");
        refused(new int[] {0, 2, 1, 2}, new int[] {0, 1}, "indptr goes from 2 to 1");
        refused(new int[] {0, 2}, new int[] {0, 4}, "column 4");
        refused(new int[] {0, 2}, new int[] {-1, 2}, "column -1");
        refused(new int[] {0, 2}, new int[] {1, 1}, "must be from 2 to 3");
        refused(new int[] {0, 2}, new int[] {1}, "1 indices for 2 values");
    }

    private static void refused(int[] indptr, int[] indices, String reason) {
        assertThatThrownBy(() -> new SparseMatrix(4, indptr, indices, new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    /** The shortest of five runs, in microseconds for one call. */
    private static double micros(int calls, Runnable call) {
        long best = Long.MAX_VALUE;
        for (int run = 0; run < 5; run++) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                call.run();
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e3 / calls;
    }

    private float[] random(int rows, int columns, double density) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() < density ? (float) (random.nextDouble() * 2 - 1) : 0;
        }
        return values;
    }

    private static SparseMatrix sparse(float[] dense, int rows, int columns) {
        int[] indptr = new int[rows + 1];
        int[] indices = new int[dense.length];
        float[] values = new float[dense.length];
        int elements = 0;
        for (int j = 0; j < rows; j++) {
            for (int k = 0; k < columns; k++) {
                if (dense[j * columns + k] != 0) {
                    indices[elements] = k;
                    values[elements++] = dense[j * columns + k];
                }
            }
            indptr[j + 1] = elements;
        }
        return new SparseMatrix(columns, indptr, Arrays.copyOf(indices, elements), Arrays.copyOf(values, elements));
    }
}
