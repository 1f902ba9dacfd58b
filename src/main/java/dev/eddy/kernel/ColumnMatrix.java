package dev.eddy.kernel;

/**
 * Weights column after column, so that a step runs through them once and every output is one chain over the inner index. Each
 * column is an array of its own: loops over several arrays with one index are those that Java's compiler vectorises; with
 * offsets into one array it does not. Immutable.
 */
final class ColumnMatrix implements Matrix {
    private final float[] bias; // (rows)
    private final float[][] columns; // (inputs + fedBack, rows)
    private final int inputs;

    /** See {@link Kernel#pack}. */
    ColumnMatrix(float[] bias, float[] w, int inputs, float[] u, int fedBack) {
        this.bias = bias.clone();
        this.columns = new float[inputs + fedBack][bias.length];
        this.inputs = inputs;
        for (int j = 0; j < bias.length; j++) {
            for (int k = 0; k < inputs; k++) {
                columns[k][j] = w[j * inputs + k];
            }
            for (int k = 0; k < fedBack; k++) {
                columns[inputs + k][j] = u[j * fedBack + k];
            }
        }
    }

    @Override
    public int rows() {
        return bias.length;
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int fedBack() {
        return columns.length - inputs;
    }

    /** The biases, (rows); not to be changed. */
    float[] bias() {
        return bias;
    }

    /** The elements, (inputs + fedBack, rows); not to be changed. */
    float[][] columnArrays() {
        return columns;
    }
}
