package dev.eddy.kernel.simd;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import jdk.incubator.vector.FloatVector;

/** Arithmetic in the widest registers of this machine, through the Vector API of the module jdk.incubator.vector. */
public final class SimdKernel implements Kernel {
    private static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    private static final int L = FloatVector.SPECIES_PREFERRED.length();
    private static final int WIDTH = PanelMatrix.WIDTH;
    private static final int NARROW = PanelMatrix.NARROW;
    private static final int UNIT = Panels.UNIT;

    /** Narrower ones gain nothing over what the compiler makes of the scalar kernel. */
    private static final int LEAST_BITS = 256;

    /** Units at once: with 512 bits come 32 registers, else there are 16. */
    private static final int MOST_UNITS = BITS >= 512 ? 4 : 2;

    /** Keys at once, likewise. */
    private static final int MOST_KEYS = BITS >= 512 ? 4 : 2;

    /** The kernel, or {@code null} where the registers are too narrow to gain anything. */
    public static Kernel ofWidestRegisters() {
        return BITS >= LEAST_BITS ? new SimdKernel() : null;
    }

    @Override
    public String name() {
        return "simd, " + BITS + " bits";
    }

    @Override
    public boolean batches() {
        return true;
    }

    @Override
    public Matrix pack(float[] bias, float[] w, int inputs, float[] u, int fedBack) {
        return HalfProducts.canRead(bias.length, w, u)
                ? new HalfPanelMatrix(bias, w, inputs, u, fedBack)
                : new PanelMatrix(bias, w, inputs, u, fedBack);
    }

    @Override
    public long packedBytes(long rows, long columns) {
        return Float.BYTES * PanelMatrix.length(rows, columns);
    }

    @Override
    public void product(Matrix matrix, float[] x, int xAt, float[] h, int hAt, float[] y) {
        if (matrix instanceof HalfPanelMatrix half) {
            HalfProducts.onBias(half, x, xAt, y);
            HalfProducts.onSums(half, half.inputs(), half.fedBack(), h, hAt, y);
            return;
        }
        PanelMatrix panels = (PanelMatrix) matrix;
        onBias(panels, x, xAt, y);
        if (panels.fedBack() > 0) {
            onSums(panels, panels.inputs(), panels.fedBack(), h, hAt, y);
        }
    }

    @Override
    public void multiplyAdd(Matrix matrix, float[] x, int xAt, float[] y) {
        if (matrix instanceof HalfPanelMatrix half) {
            HalfProducts.onSums(half, 0, half.inputs(), x, xAt, y);
            return;
        }
        PanelMatrix panels = (PanelMatrix) matrix;
        onSums(panels, 0, panels.inputs(), x, xAt, y);
    }

    /** {@code y = W x + b}. */
    private static void onBias(PanelMatrix panels, float[] x, int xAt, float[] y) {
        int columns = panels.inputs();
        float[] w = panels.array();
        int wide = panels.wideRows();
        int row = 0;
        for (; MOST_UNITS == 4 && row + 4 * UNIT <= wide; row += 4 * UNIT) {
            int row1 = row + UNIT;
            int row2 = row1 + UNIT;
            int row3 = row2 + UNIT;
            int b0 = panels.biasAt(row);
            int b1 = panels.biasAt(row1);
            int b2 = panels.biasAt(row2);
            int b3 = panels.biasAt(row3);
            Panels.fourUnits(
                    columns,
                    w,
                    b0 + WIDTH,
                    b1 + WIDTH,
                    b2 + WIDTH,
                    b3 + WIDTH,
                    x,
                    xAt,
                    w,
                    b0,
                    b1,
                    b2,
                    b3,
                    y,
                    row,
                    row1,
                    row2,
                    row3);
        }
        for (; row + 2 * UNIT <= wide; row += 2 * UNIT) {
            int row1 = row + UNIT;
            int b0 = panels.biasAt(row);
            int b1 = panels.biasAt(row1);
            Panels.twoUnits(columns, w, b0 + WIDTH, b1 + WIDTH, x, xAt, w, b0, b1, y, row, row1);
        }
        for (; row < wide; row += UNIT) {
            int b0 = panels.biasAt(row);
            Panels.unit(columns, w, b0 + WIDTH, x, xAt, w, b0, y, row);
        }
        for (; row < panels.rows(); row += L) {
            int b0 = panels.narrowBiasAt(row);
            Panels.narrow(columns, w, b0 + NARROW, x, xAt, w, b0, y, row);
        }
    }

    /** {@code y = y + A x}, where A is some columns from {@code first} on. */
    private static void onSums(PanelMatrix panels, int first, int columns, float[] x, int xAt, float[] y) {
        int skip = (1 + first) * WIDTH;
        float[] w = panels.array();
        int wide = panels.wideRows();
        int row = 0;
        for (; MOST_UNITS == 4 && row + 4 * UNIT <= wide; row += 4 * UNIT) {
            int row1 = row + UNIT;
            int row2 = row1 + UNIT;
            int row3 = row2 + UNIT;
            int u0 = panels.biasAt(row) + skip;
            int u1 = panels.biasAt(row1) + skip;
            int u2 = panels.biasAt(row2) + skip;
            int u3 = panels.biasAt(row3) + skip;
            Panels.fourUnits(columns, w, u0, u1, u2, u3, x, xAt, y, row, row1, row2, row3, y, row, row1, row2, row3);
        }
        for (; row + 2 * UNIT <= wide; row += 2 * UNIT) {
            int row1 = row + UNIT;
            int u0 = panels.biasAt(row) + skip;
            int u1 = panels.biasAt(row1) + skip;
            Panels.twoUnits(columns, w, u0, u1, x, xAt, y, row, row1, y, row, row1);
        }
        for (; row < wide; row += UNIT) {
            Panels.unit(columns, w, panels.biasAt(row) + skip, x, xAt, y, row, y, row);
        }
        for (; row < panels.rows(); row += L) {
            int u0 = panels.narrowBiasAt(row) + (1 + first) * NARROW;
            Panels.narrow(columns, w, u0, x, xAt, y, row, y, row);
        }
    }

    @Override
    public void products(Matrix matrix, float[][] x, int xAt, float[][] h, int hAt, float[][] y, int count) {
        int even = count & ~1;
        if (matrix instanceof HalfPanelMatrix half) {
            HalfProducts.ofKeys(half, x, xAt, h, hAt, y, even);
        } else {
            ofKeys((PanelMatrix) matrix, x, xAt, h, hAt, y, even);
        }
        if (even < count) {
            product(matrix, x[even], xAt, h[even], hAt, y[even]);
        }
    }

    /** {@code y = W x + U h + b} of an even number of keys. */
    private static void ofKeys(PanelMatrix panels, float[][] x, int xAt, float[][] h, int hAt, float[][] y, int even) {
        for (int row = 0; row < panels.wideRows(); row += UNIT) {
            int bias = panels.biasAt(row);
            unitOfKeys(panels.inputs(), panels.array(), bias + WIDTH, x, xAt, true, bias, y, row, even);
            int u = bias + (1 + panels.inputs()) * WIDTH;
            unitOfKeys(panels.fedBack(), panels.array(), u, h, hAt, false, bias, y, row, even);
        }
        for (int row = panels.wideRows(); row < panels.rows(); row += L) {
            int bias = panels.narrowBiasAt(row);
            narrowOfKeys(panels.inputs(), panels.array(), bias + NARROW, x, xAt, true, bias, y, row, even);
            int u = bias + (1 + panels.inputs()) * NARROW;
            narrowOfKeys(panels.fedBack(), panels.array(), u, h, hAt, false, bias, y, row, even);
        }
    }

    private static void unitOfKeys(
            int columns,
            float[] w,
            int u,
            float[][] x,
            int xAt,
            boolean onBias,
            int bias,
            float[][] y,
            int row,
            int count) {
        int key = 0;
        for (; columns > 0 && MOST_KEYS == 4 && key + 4 <= count; key += 4) {
            KeyPanels.fourKeys(columns, w, u, x, xAt, onBias, bias, y, row, key);
        }
        for (; key < count && columns > 0; key += 2) {
            KeyPanels.twoKeys(columns, w, u, x, xAt, onBias, bias, y, row, key);
        }
    }

    private static void narrowOfKeys(
            int columns,
            float[] w,
            int u,
            float[][] x,
            int xAt,
            boolean onBias,
            int bias,
            float[][] y,
            int row,
            int count) {
        int key = 0;
        for (; columns > 0 && key + 4 <= count; key += 4) {
            KeyPanels.fourNarrowKeys(columns, w, u, x, xAt, onBias, bias, y, row, key);
        }
        for (; key < count && columns > 0; key += 2) {
            KeyPanels.twoNarrowKeys(columns, w, u, x, xAt, onBias, bias, y, row, key);
        }
    }

    @Override
    public void lstm(float[] gates, int hidden, float[] state, int h, int c) {
        Gates.lstm(gates, hidden, state, h, c);
    }

    @Override
    public void gru(float[] gates, int n, float[] m, int hidden, float[] state, int h) {
        Gates.gru(gates, n, m, hidden, state, h);
    }

    @Override
    public void sigmoid(float[] v, int from, int to) {
        Gates.sigmoid(v, from, to);
    }

    @Override
    public void tanh(float[] v, int from, int to) {
        Gates.tanh(v, from, to);
    }

    @Override
    public void relu(float[] v, int from, int to) {
        Gates.relu(v, from, to);
    }

    @Override
    public void exp(float[] v, int from, int to) {
        Gates.exp(v, from, to);
    }
}
