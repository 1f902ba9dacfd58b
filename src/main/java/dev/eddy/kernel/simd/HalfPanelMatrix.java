package dev.eddy.kernel.simd;

import dev.eddy.kernel.Matrix;

/**
 * {@link PanelMatrix} of weights that all are bf16 numbers, in half the bytes: a column of a panel is {@link #WIDTH} elements whose
 * upper 16 bits are the weight of one row and whose lower 16 bits that of another, {@link #APART} rows before. A register of them
 * is two registers of weights after a shift and a mask, which give the very float32 numbers. Biases are float32. Immutable.
 *
 * <p>An element is kept as the float of its bits. It is finite because the weight in its upper half is: nothing on the way takes
 * it for a NaN, whose bits may change.
 */
final class HalfPanelMatrix implements Matrix {
    /** Rows of a panel. */
    static final int ROWS = 64;

    /** Elements of a column of a panel, and of its biases {@link #ROWS}. */
    static final int WIDTH = 32;

    /** How far the two rows of an element are apart. */
    static final int APART = 32;

    private static final int UPPER = 0xffff0000;

    private final Arena.Block block;
    private final int rows;
    private final int inputs;
    private final int fedBack;

    /** See {@link dev.eddy.kernel.Kernel#pack}. */
    HalfPanelMatrix(float[] bias, float[] w, int inputs, float[] u, int fedBack) {
        this.rows = bias.length;
        this.inputs = inputs;
        this.fedBack = fedBack;
        this.block = Arena.allocate(Math.toIntExact(length(rows, inputs + fedBack)));
        for (int j = 0; j < rows; j++) {
            int panel = panelAt(j / ROWS);
            block.array()[panel + j % ROWS] = bias[j];
            for (int k = 0; k < inputs; k++) {
                put(panel + ROWS + k * WIDTH, j % ROWS, w[j * inputs + k]);
            }
            for (int k = 0; k < fedBack; k++) {
                put(panel + ROWS + (inputs + k) * WIDTH, j % ROWS, u[j * fedBack + k]);
            }
        }
    }

    /** Lower halves come first. */
    private void put(int column, int row, float weight) {
        float[] array = block.array();
        int at = column + row % APART;
        int bits = Float.floatToRawIntBits(weight);
        array[at] = Float.intBitsToFloat(row < APART ? bits >>> 16 : bits | Float.floatToRawIntBits(array[at]));
    }

    /** Whether weights can be kept so: all are bf16 numbers. */
    static boolean holds(float[] weights) {
        int lower = 0;
        for (float weight : weights) {
            lower |= Float.floatToRawIntBits(weight);
        }
        return (lower & ~UPPER) == 0;
    }

    /** Elements with biases and padding. */
    static long length(long rows, long columns) {
        return (rows + ROWS - 1) / ROWS * (ROWS + WIDTH * columns);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int fedBack() {
        return fedBack;
    }

    /** All panels; not to be changed. */
    float[] array() {
        return block.array();
    }

    int panels() {
        return (rows + ROWS - 1) / ROWS;
    }

    /** Where a panel begins: with its biases, which its columns follow. */
    int panelAt(int panel) {
        return block.at() + panel * (ROWS + WIDTH * (inputs + fedBack));
    }
}
