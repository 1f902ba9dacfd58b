package dev.eddy.kernel;

/** The specification of every kernel, in plain Java. */
final class ScalarKernel implements Kernel {
    /** A column's header and the reference to it. */
    private static final int COLUMN_OVERHEAD = 20;

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public boolean batches() {
        return false;
    }

    @Override
    public Matrix pack(float[] bias, float[] w, int inputs, float[] u, int fedBack) {
        return new ColumnMatrix(bias, w, inputs, u, fedBack);
    }

    @Override
    public long packedBytes(long rows, long columns) {
        return (Float.BYTES * rows + COLUMN_OVERHEAD) * columns;
    }

    @Override
    public void product(Matrix w, float[] x, int xAt, float[] h, int hAt, float[] y) {
        ColumnMatrix matrix = (ColumnMatrix) w;
        float[] bias = matrix.bias();
        System.arraycopy(bias, 0, y, 0, bias.length);
        addColumns(matrix, 0, matrix.inputs(), x, xAt, y);
        addColumns(matrix, matrix.inputs(), matrix.columnArrays().length, h, hAt, y);
    }

    @Override
    public void products(Matrix w, float[][] x, int xAt, float[][] h, int hAt, float[][] y, int count) {
        for (int key = 0; key < count; key++) {
            product(w, x[key], xAt, h[key], hAt, y[key]);
        }
    }

    @Override
    public void multiplyAdd(Matrix w, float[] x, int xAt, float[] y) {
        addColumns((ColumnMatrix) w, 0, w.inputs(), x, xAt, y);
    }

    /** Adds the columns in [from, to), the first of which goes with {@code x[xAt]}. */
    private static void addColumns(ColumnMatrix w, int from, int to, float[] x, int xAt, float[] y) {
        float[][] column = w.columnArrays();
        int rows = w.rows();
        int k = from;
        // Four columns in one pass over y: the same chain of products, a quarter of the loads and stores.
        for (; k + 4 <= to; k += 4) {
            int at = xAt + k - from;
            addFour(column[k], column[k + 1], column[k + 2], column[k + 3], x, at, y, rows);
        }
        for (; k < to; k++) {
            addOne(column[k], x[xAt + k - from], y, rows);
        }
    }

    /** The compiler makes vectors of this loop because all arrays have the same index. */
    private static void addFour(
            float[] w0, float[] w1, float[] w2, float[] w3, float[] x, int xAt, float[] y, int rows) {
        float x0 = x[xAt];
        float x1 = x[xAt + 1];
        float x2 = x[xAt + 2];
        float x3 = x[xAt + 3];
        for (int j = 0; j < rows; j++) {
            y[j] = Math.fma(w3[j], x3, Math.fma(w2[j], x2, Math.fma(w1[j], x1, Math.fma(w0[j], x0, y[j]))));
        }
    }

    private static void addOne(float[] w, float x, float[] y, int rows) {
        for (int j = 0; j < rows; j++) {
            y[j] = Math.fma(w[j], x, y[j]);
        }
    }

    @Override
    public void lstm(float[] gates, int hidden, float[] state, int h, int c) {
        int f = hidden;
        int g = 2 * hidden;
        int o = 3 * hidden;
        sigmoid(gates, 0, g);
        tanh(gates, g, o);
        sigmoid(gates, o, 4 * hidden);
        for (int u = 0; u < hidden; u++) {
            float moved = Math.fma(gates[f + u], state[c + u], gates[u] * gates[g + u]);
            state[c + u] = moved;
            state[h + u] = gates[o + u] * Activations.tanh(moved);
        }
    }

    @Override
    public void gru(float[] gates, int n, float[] m, int hidden, float[] state, int h) {
        int z = hidden;
        sigmoid(gates, 0, 2 * hidden);
        for (int u = 0; u < hidden; u++) {
            float candidate = Activations.tanh(Math.fma(gates[u], m[u], gates[n + u]));
            state[h + u] = Math.fma(gates[z + u], state[h + u], (1f - gates[z + u]) * candidate);
        }
    }

    @Override
    public void sigmoid(float[] v, int from, int to) {
        for (int i = from; i < to; i++) {
            v[i] = Activations.sigmoid(v[i]);
        }
    }

    @Override
    public void tanh(float[] v, int from, int to) {
        for (int i = from; i < to; i++) {
            v[i] = Activations.tanh(v[i]);
        }
    }

    @Override
    public void relu(float[] v, int from, int to) {
        for (int i = from; i < to; i++) {
            v[i] = Math.max(v[i], 0f);
        }
    }

    @Override
    public void exp(float[] v, int from, int to) {
        for (int i = from; i < to; i++) {
            v[i] = Activations.exp(v[i]);
        }
    }
}
