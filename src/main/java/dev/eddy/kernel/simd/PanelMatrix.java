package dev.eddy.kernel.simd;

import dev.eddy.kernel.Matrix;

/**
 * Weights in panels of 64 rows. A panel is its biases and then its columns, k after k, so that a product reads it from
 * beginning to end; each of these is {@link #WIDTH} numbers or, in a last panel of up to {@link #NARROW} rows, so many. Rows that
 * are not there are zero. Begins on a cache line. Immutable.
 */
final class PanelMatrix implements Matrix {
    /** Rows of a panel. */
    static final int WIDTH = 64;

    /** Rows of a narrow last panel. */
    static final int NARROW = 16;

    private final Arena.Block block;
    private final int rows;
    private final int inputs;
    private final int fedBack;

    /** See {@link dev.eddy.kernel.Kernel#pack}. */
    PanelMatrix(float[] bias, float[] w, int inputs, float[] u, int fedBack) {
        this.rows = bias.length;
        this.inputs = inputs;
        this.fedBack = fedBack;
        this.block = Arena.allocate(Math.toIntExact(length(rows, inputs + fedBack)));
        for (int first = 0; first < rows; first += WIDTH) {
            int width = width(first);
            for (int j = first; j < Math.min(rows, first + WIDTH); j++) {
                int at = panelAt(first) + j - first;
                block.array()[at] = bias[j];
                for (int k = 0; k < inputs; k++) {
                    block.array()[at + (1 + k) * width] = w[j * inputs + k];
                }
                for (int k = 0; k < fedBack; k++) {
                    block.array()[at + (1 + inputs + k) * width] = u[j * fedBack + k];
                }
            }
        }
    }

    /** Elements with biases and padding. */
    static long length(long rows, long columns) {
        long last = rows % WIDTH;
        long padded = rows - last + (last == 0 ? 0 : last <= NARROW ? NARROW : WIDTH);
        return padded * (1 + columns);
    }

    /** Rows of a panel, padded. */
    private int width(int first) {
        return rows - first <= NARROW ? NARROW : WIDTH;
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

    /** Rows in full panels, padded; a narrow panel may follow. */
    int wideRows() {
        int last = rows % WIDTH;
        return last == 0 ? rows : last <= NARROW ? rows - last : rows - last + WIDTH;
    }

    /** All panels; not to be changed. */
    float[] array() {
        return block.array();
    }

    /** Where the panel whose first row is {@code first} begins. */
    private int panelAt(int first) {
        return block.at() + first * (1 + inputs + fedBack);
    }

    /** Where the bias of a row of a wide panel is; its columns follow, {@link #WIDTH} apart. */
    int biasAt(int row) {
        return panelAt(row / WIDTH * WIDTH) + row % WIDTH;
    }

    /** Where the bias of a row of the narrow panel is; its columns follow, {@link #NARROW} apart. */
    int narrowBiasAt(int row) {
        int first = wideRows();
        return panelAt(first) + row - first;
    }
}
