package dev.eddy.kernel;

/**
 * A weight matrix of which most elements are zero, as compressed sparse rows: row j has the elements
 * {@code values[indptr[j]] …  values[indptr[j + 1] - 1]} in the columns that {@code indices} names, ascending. Immutable.
 */
public final class SparseMatrix {
    private final int columns;
    private final int[] indptr; // (rows + 1)
    private final int[] indices; // (elements)
    private final float[] values; // (elements)

    /**
     * Takes the three arrays as they are; they are not to be changed any more.
     *
     * @param indptr  (rows + 1), from 0 to the number of elements, never descending
     * @param indices (elements), ascending within each row
     * @param values  (elements)
     * @throws IllegalArgumentException if the arrays are not that; the message says where
     */
    public SparseMatrix(int columns, int[] indptr, int[] indices, float[] values) {
        this.columns = columns;
        this.indptr = indptr;
        this.indices = indices;
        this.values = values;
        if (indptr.length < 1 || indptr[0] != 0 || indptr[indptr.length - 1] != values.length) {
            throw new IllegalArgumentException("indptr does not run from 0 to the number of values, " + values.length);
        }
        if (indices.length != values.length) {
            throw new IllegalArgumentException(
                    "there are " + indices.length + " indices for " + values.length + " values");
        }
        for (int j = 0; j < rows(); j++) {
            requireRow(j);
        }
    }

    private void requireRow(int j) {
        if (indptr[j + 1] < indptr[j] || indptr[j + 1] > values.length) {
            throw new IllegalArgumentException(
                    "indptr goes from " + indptr[j] + " to " + indptr[j + 1] + " at row " + j + " of " + rows());
        }
        int last = -1;
        for (int p = indptr[j]; p < indptr[j + 1]; p++) {
            if (indices[p] <= last || indices[p] >= columns) {
                throw new IllegalArgumentException("row " + j + " has an element in column " + indices[p]
                        + "; columns ascend, so here it must be from " + (last + 1) + " to " + (columns - 1));
            }
            last = indices[p];
        }
    }

    public int rows() {
        return indptr.length - 1;
    }

    public int columns() {
        return columns;
    }

    /** See {@link Kernel#multiplyAdd(SparseMatrix, float[], int, float[])}. */
    void multiplyAdd(float[] x, int xAt, float[] y) {
        for (int j = 0; j < rows(); j++) {
            float sum = y[j];
            for (int p = indptr[j]; p < indptr[j + 1]; p++) {
                sum = Math.fma(values[p], x[xAt + indices[p]], sum);
            }
            y[j] = sum;
        }
    }
}
