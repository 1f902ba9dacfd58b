package dev.eddy.kernel;

/**
 * The operations a network is made of. An implementation has no state and gives, element by element, exactly the bits that
 * {@link ScalarKernel} gives: products are accumulated with fused multiply-add in ascending order of the inner index, and
 * activations are those of {@link Activations}.
 */
public interface Kernel {
    /** What it is, for logs. */
    String name();

    /**
     * {@code y[j] = fma(w[j][k], x[k], y[j])} for k = 0, 1, 2 … in this order.
     *
     * @param w   (rows, columns)
     * @param x   holds {@code w.columns()} elements from {@code xAt}
     * @param y   begins with {@code w.rows()} elements; another array than {@code x}
     */
    void multiplyAdd(Matrix w, float[] x, int xAt, float[] y);

    /**
     * {@code y[j] = fma(w[j][k], x[k], y[j])} for every k, ascending, that row j has an element for.
     *
     * <p>One implementation for all kernels: rows are short and their elements scattered, so wide registers gain nothing.
     *
     * @param w (rows, columns)
     * @param x holds {@code w.columns()} elements from {@code xAt}
     * @param y begins with {@code w.rows()} elements; another array than {@code x}
     */
    default void multiplyAdd(SparseMatrix w, float[] x, int xAt, float[] y) {
        w.multiplyAdd(x, xAt, y);
    }

    /** {@code v[i] = sigmoid(v[i])} for i in [from, to). */
    void sigmoid(float[] v, int from, int to);

    /** {@code v[i] = tanh(v[i])} for i in [from, to). */
    void tanh(float[] v, int from, int to);

    /** {@code v[i] = max(v[i], 0)} for i in [from, to). */
    void relu(float[] v, int from, int to);

    /** {@code v[i] = exp(v[i])} for i in [from, to). */
    void exp(float[] v, int from, int to);
}
