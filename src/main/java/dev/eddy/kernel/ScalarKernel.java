package dev.eddy.kernel;

/** The specification of every kernel, in plain Java. */
final class ScalarKernel implements Kernel {
    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public void multiplyAdd(Matrix w, float[] x, int xAt, float[] y, int yAt) {
        float[] packed = w.packed();
        int rows = w.rows();
        int columns = w.columns();
        int k = 0;
        // Four columns in one pass over y: the same chain of products, a quarter of the loads and stores.
        for (; k + 4 <= columns; k += 4) {
            addFourColumns(packed, k * rows, rows, x, xAt + k, y, yAt);
        }
        for (; k < columns; k++) {
            addColumn(packed, k * rows, rows, x[xAt + k], y, yAt);
        }
    }

    private static void addFourColumns(float[] w, int at, int rows, float[] x, int xAt, float[] y, int yAt) {
        float x0 = x[xAt];
        float x1 = x[xAt + 1];
        float x2 = x[xAt + 2];
        float x3 = x[xAt + 3];
        int at1 = at + rows;
        int at2 = at1 + rows;
        int at3 = at2 + rows;
        for (int j = 0; j < rows; j++) {
            float sum = Math.fma(w[at + j], x0, y[yAt + j]);
            sum = Math.fma(w[at1 + j], x1, sum);
            sum = Math.fma(w[at2 + j], x2, sum);
            y[yAt + j] = Math.fma(w[at3 + j], x3, sum);
        }
    }

    private static void addColumn(float[] w, int at, int rows, float x, float[] y, int yAt) {
        for (int j = 0; j < rows; j++) {
            y[yAt + j] = Math.fma(w[at + j], x, y[yAt + j]);
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
