package dev.eddy.kernel;

/** The specification of every kernel, in plain Java. */
final class ScalarKernel implements Kernel {
    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public void multiplyAdd(Matrix w, float[] x, int xAt, float[] y) {
        float[][] column = w.columnArrays();
        int rows = w.rows();
        int k = 0;
        // Four columns in one pass over y: the same chain of products, a quarter of the loads and stores.
        for (; k + 4 <= column.length; k += 4) {
            addFour(column[k], column[k + 1], column[k + 2], column[k + 3], x, xAt + k, y, rows);
        }
        for (; k < column.length; k++) {
            addOne(column[k], x[xAt + k], y, rows);
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
