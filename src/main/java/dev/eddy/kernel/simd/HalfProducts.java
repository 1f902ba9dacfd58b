package dev.eddy.kernel.simd;

import jdk.incubator.vector.FloatVector;

/** The products of {@link SimdKernel} with weights in bf16: the same chains of the same float32 numbers. */
final class HalfProducts {
    private static final int L = FloatVector.SPECIES_PREFERRED.length();
    private static final int ROWS = HalfPanelMatrix.ROWS;

    /** A unit is two registers of elements, four of rows. */
    private static final int UNIT = 2 * L;

    private static final int UNITS_OF_PANEL = HalfPanelMatrix.WIDTH / UNIT;

    /** With 512 bits come 32 registers, else there are 16. */
    private static final boolean MANY_REGISTERS = L >= 16;

    private HalfProducts() {}

    /** Whether weights can be kept and multiplied so; not for a few rows, of which a panel would be mostly empty. */
    static boolean canRead(int rows, float[] w, float[] u) {
        return UNITS_OF_PANEL >= 1
                && rows > HalfPanelMatrix.WIDTH
                && HalfPanelMatrix.holds(w)
                && (u == null || HalfPanelMatrix.holds(u));
    }

    /** {@code y = W x + b}. */
    static void onBias(HalfPanelMatrix panels, float[] x, int xAt, float[] y) {
        float[] w = panels.array();
        int columns = panels.inputs();
        int units = panels.panels() * UNITS_OF_PANEL;
        int i = 0;
        for (; MANY_REGISTERS && i + 4 <= units; i += 4) {
            int b0 = biasAt(panels, i);
            int b1 = biasAt(panels, i + 1);
            int b2 = biasAt(panels, i + 2);
            int b3 = biasAt(panels, i + 3);
            HalfPanels.fourUnits(
                    columns,
                    w,
                    b0 + ROWS,
                    b1 + ROWS,
                    b2 + ROWS,
                    b3 + ROWS,
                    x,
                    xAt,
                    w,
                    b0,
                    b1,
                    b2,
                    b3,
                    y,
                    row(i),
                    row(i + 1),
                    row(i + 2),
                    row(i + 3));
        }
        for (; i + 2 <= units; i += 2) {
            int b0 = biasAt(panels, i);
            int b1 = biasAt(panels, i + 1);
            HalfPanels.twoUnits(columns, w, b0 + ROWS, b1 + ROWS, x, xAt, w, b0, b1, y, row(i), row(i + 1));
        }
        for (; i < units; i++) {
            int b0 = biasAt(panels, i);
            HalfPanels.unit(columns, w, b0 + ROWS, x, xAt, w, b0, y, row(i));
        }
    }

    /** {@code y = y + A x}, where A is some columns from {@code first} on. */
    static void onSums(HalfPanelMatrix panels, int first, int columns, float[] x, int xAt, float[] y) {
        float[] w = panels.array();
        if (columns == 0) {
            return;
        }
        int skip = ROWS + first * HalfPanelMatrix.WIDTH;
        int units = panels.panels() * UNITS_OF_PANEL;
        int i = 0;
        for (; MANY_REGISTERS && i + 4 <= units; i += 4) {
            int u0 = biasAt(panels, i) + skip;
            int u1 = biasAt(panels, i + 1) + skip;
            int u2 = biasAt(panels, i + 2) + skip;
            int u3 = biasAt(panels, i + 3) + skip;
            int y0 = row(i);
            int y1 = row(i + 1);
            int y2 = row(i + 2);
            int y3 = row(i + 3);
            HalfPanels.fourUnits(columns, w, u0, u1, u2, u3, x, xAt, y, y0, y1, y2, y3, y, y0, y1, y2, y3);
        }
        for (; i + 2 <= units; i += 2) {
            int u0 = biasAt(panels, i) + skip;
            int u1 = biasAt(panels, i + 1) + skip;
            HalfPanels.twoUnits(columns, w, u0, u1, x, xAt, y, row(i), row(i + 1), y, row(i), row(i + 1));
        }
        for (; i < units; i++) {
            HalfPanels.unit(columns, w, biasAt(panels, i) + skip, x, xAt, y, row(i), y, row(i));
        }
    }

    /** {@code y = W x + U h + b} of an even number of keys. */
    static void ofKeys(HalfPanelMatrix panels, float[][] x, int xAt, float[][] h, int hAt, float[][] y, int count) {
        int units = panels.panels() * UNITS_OF_PANEL;
        for (int i = 0; i < units; i++) {
            int bias = biasAt(panels, i);
            unitOfKeys(panels.inputs(), panels.array(), bias + ROWS, x, xAt, true, bias, y, row(i), count);
            if (panels.fedBack() > 0) {
                int u = bias + ROWS + panels.inputs() * HalfPanelMatrix.WIDTH;
                unitOfKeys(panels.fedBack(), panels.array(), u, h, hAt, false, bias, y, row(i), count);
            }
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
        for (; MANY_REGISTERS && key + 4 <= count; key += 4) {
            HalfKeyPanels.fourKeys(columns, w, u, x, xAt, onBias, bias, y, row, key);
        }
        for (; key < count; key += 2) {
            HalfKeyPanels.twoKeys(columns, w, u, x, xAt, onBias, bias, y, row, key);
        }
    }

    /** Where the biases of the first rows of a unit are; its columns follow {@link #ROWS} later. */
    private static int biasAt(HalfPanelMatrix panels, int unit) {
        return panels.panelAt(unit / UNITS_OF_PANEL) + unit % UNITS_OF_PANEL * UNIT;
    }

    /** The first row of a unit. */
    private static int row(int unit) {
        return unit / UNITS_OF_PANEL * ROWS + unit % UNITS_OF_PANEL * UNIT;
    }
}
