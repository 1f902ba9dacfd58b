package dev.eddy.kernel;

/**
 * A weight matrix packed column after column, so that a step runs through it once, in the order in which it lies in memory,
 * and every output is one chain over the inner index. Immutable.
 */
public final class Matrix {
    private final int rows;
    private final int columns;
    private final float[] packed; // (columns, rows)

    private Matrix(int rows, int columns, float[] packed) {
        this.rows = rows;
        this.columns = columns;
        this.packed = packed;
    }

    /**
     * Packs a matrix given row after row.
     *
     * @param rowMajor (rows, columns)
     */
    public static Matrix ofRows(float[] rowMajor, int rows, int columns) {
        if (rowMajor.length != rows * columns) {
            throw new IllegalArgumentException(
                    "a " + rows + " x " + columns + " matrix has not " + rowMajor.length + " elements");
        }
        float[] packed = new float[rowMajor.length];
        for (int j = 0; j < rows; j++) {
            for (int k = 0; k < columns; k++) {
                packed[k * rows + j] = rowMajor[j * columns + k];
            }
        }
        return new Matrix(rows, columns, packed);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** The elements, (columns, rows); not to be changed. */
    float[] packed() {
        return packed;
    }
}
