package dev.eddy.kernel;

/**
 * The operations a network is made of. An implementation has no state and gives, element by element, exactly the bits that
 * {@link ScalarKernel} gives: products are accumulated with fused multiply-add in ascending order of the inner index, and
 * activations are those of {@link Activations}. Nothing but packing allocates.
 *
 * <p>Arrays that receive products, and those that {@link #lstm} and {@link #gru} work in, are longer than what they hold:
 * {@link #room} says how long. What stands behind the elements spoken of is undefined afterwards.
 */
public interface Kernel {
    /** What it is, for logs. */
    String name();

    /**
     * Packs weights for the products of this kernel.
     *
     * @param bias b, (rows)
     * @param w    W, (rows, inputs), row after row
     * @param u    U, (rows, fedBack), row after row; may be {@code null} where {@code fedBack} is 0
     */
    Matrix pack(float[] bias, float[] w, int inputs, float[] u, int fedBack);

    /** Whether {@link #products} can be faster than one product after the other. */
    boolean batches();

    /** Packs {@code W x + b}. */
    default Matrix pack(float[] bias, float[] w, int inputs) {
        return pack(bias, w, inputs, null, 0);
    }

    /** Bytes that the weights of so many rows and columns take, packed. */
    long packedBytes(long rows, long columns);

    /** The smallest multiple of 64 from {@code rows} on: where a product of so many rows has certainly ended. */
    static int padded(int rows) {
        return (rows + 63) / 64 * 64;
    }

    /** Length of an array that has room for a product of so many rows. */
    static int room(int rows) {
        return padded(rows) + 128;
    }

    /**
     * {@code y = W x + U h + b}: {@code y[j] = b[j]}, then {@code y[j] = fma(w[j][k], x[k], y[j])} for k = 0, 1, 2 …, then
     * {@code y[j] = fma(u[j][k], h[k], y[j])} for k = 0, 1, 2 …
     *
     * @param w packed by this kernel
     * @param x holds {@code w.inputs()} elements from {@code xAt}
     * @param h holds {@code w.fedBack()} elements from {@code hAt}
     * @param y receives {@code w.rows()} elements and has {@link #room} for them; another array than x and h
     */
    void product(Matrix w, float[] x, int xAt, float[] h, int hAt, float[] y);

    /** {@code y = W x + b}, where nothing is fed back. */
    default void product(Matrix w, float[] x, int xAt, float[] y) {
        product(w, x, xAt, x, xAt, y);
    }

    /**
     * The products of many keys with the same weights. Each has the bits that {@link #product} gives it, whatever the number
     * of keys and its place among them.
     *
     * @param x     (keys), each as in {@link #product}; so {@code h} and {@code y}
     * @param count how many keys there are
     */
    void products(Matrix w, float[][] x, int xAt, float[][] h, int hAt, float[][] y, int count);

    /**
     * {@code y = W x + y}: a chain that goes on from where y is; U and b are left out.
     *
     * @param y begins with {@code w.rows()} elements and has {@link #room} for them; another array than {@code x}
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

    /**
     * What an LSTM makes of its gates:
     *
     * <pre>
     *   c' = sigmoid(f) * c + sigmoid(i) * tanh(g)     the second product first, then one fused multiply-add
     *   h' = sigmoid(o) * tanh(c')
     * </pre>
     *
     * @param gates  begins with the sums of i, f, g and o, (4, hidden), and has {@link #room} for them; overwritten
     * @param hidden number of units
     * @param state  holds h from {@code h} and c from {@code c}, each (hidden); another array than {@code gates}
     */
    void lstm(float[] gates, int hidden, float[] state, int h, int c);

    /**
     * What a GRU whose reset gate acts after the product makes of its gates:
     *
     * <pre>
     *   n' = tanh(fma(sigmoid(r), m, n))
     *   h' = fma(sigmoid(z), h, (1 - sigmoid(z)) * n')
     * </pre>
     *
     * @param gates  begins with the sums of r and z, (2, hidden), and holds W_n x + b_in, (hidden), from {@code n}; has
     *               {@link #room} for {@code n + hidden} elements; overwritten
     * @param n      at least {@code 2 * hidden}
     * @param m      begins with U_n h + b_hn, (hidden), and has {@link #room} for it
     * @param hidden number of units
     * @param state  holds h, (hidden), from {@code h}; another array than {@code gates} and {@code m}
     */
    void gru(float[] gates, int n, float[] m, int hidden, float[] state, int h);

    /** {@code v[i] = sigmoid(v[i])} for i in [from, to). */
    void sigmoid(float[] v, int from, int to);

    /** {@code v[i] = tanh(v[i])} for i in [from, to). */
    void tanh(float[] v, int from, int to);

    /** {@code v[i] = max(v[i], 0)} for i in [from, to). */
    void relu(float[] v, int from, int to);

    /** {@code v[i] = exp(v[i])} for i in [from, to). */
    void exp(float[] v, int from, int to);
}
