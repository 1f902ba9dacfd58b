package dev.eddy.kernel;

/**
 * A weight matrix, column after column, so that a step runs through it once and every output is one chain over the inner
 * index. Each column is an array of its own: loops over several arrays with one index are those that Java's compiler
 * vectorises; with offsets into one array it does not. Immutable.
 */
public final class Matrix {
    private final int rows;
    private final float[][] columns; // (columns, rows)

    private Matrix(int rows, float[][] columns) {
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * Takes a matrix given row after row.
     *
     * @param rowMajor (rows, columns)
     */
    public static Matrix ofRows(float[] rowMajor, int rows, int columns) {
        if (rowMajor.length != rows * columns) {
            throw new IllegalArgumentException(
                    "a " + rows + " x " + columns + " matrix has not " + rowMajor.length + " elements");
        }
        float[][] byColumn = new float[columns][rows];
        for (int j = 0; j < rows; j++) {
            for (int k = 0; k < columns; k++) {
                byColumn[k][j] = rowMajor[j * columns + k];
            }
        }
        return new Matrix(rows, byColumn);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns.length;
    }

    /** The elements, (columns, rows); not to be changed. */
    float[][] columnArrays() {
        return columns;
    }
}
