package dev.eddy.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one key: {@code y[j] = start[j]}, then {@code y[j] = fma(w[j][k], x[k], y[j])} for k = 0, 1, 2 … Rows are summed
 * in registers; the more of them at once, the less each waits for its own last sum. A unit is four registers of rows, 64 where a
 * register holds 16.
 *
 * <p>No helpers of our own: the compiler stops to inline those in methods of this size, and then every register is an object.
 */
final class Panels {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();
    private static final int WIDTH = PanelMatrix.WIDTH;

    /** Rows of a unit. */
    static final int UNIT = 4 * L;

    private Panels() {}

    /** One unit of a wide panel, whose part of the first column begins at u0 and whose biases or sums so far at s0. */
    static void unit(int columns, float[] w, int u0, float[] x, int xAt, float[] start, int s0, float[] y, int y0) {
        FloatVector a0 = FloatVector.fromArray(LANES, start, s0);
        FloatVector a1 = FloatVector.fromArray(LANES, start, s0 + L);
        FloatVector a2 = FloatVector.fromArray(LANES, start, s0 + 2 * L);
        FloatVector a3 = FloatVector.fromArray(LANES, start, s0 + 3 * L);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            int p0 = u0 + WIDTH * k;
            a0 = FloatVector.fromArray(LANES, w, p0).fma(b, a0);
            a1 = FloatVector.fromArray(LANES, w, p0 + L).fma(b, a1);
            a2 = FloatVector.fromArray(LANES, w, p0 + 2 * L).fma(b, a2);
            a3 = FloatVector.fromArray(LANES, w, p0 + 3 * L).fma(b, a3);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + L);
        a2.intoArray(y, y0 + 2 * L);
        a3.intoArray(y, y0 + 3 * L);
    }

    /** Two units. */
    static void twoUnits(
            int columns,
            float[] w,
            int u0,
            int u1,
            float[] x,
            int xAt,
            float[] start,
            int s0,
            int s1,
            float[] y,
            int y0,
            int y1) {
        FloatVector a0 = FloatVector.fromArray(LANES, start, s0);
        FloatVector a1 = FloatVector.fromArray(LANES, start, s0 + L);
        FloatVector a2 = FloatVector.fromArray(LANES, start, s0 + 2 * L);
        FloatVector a3 = FloatVector.fromArray(LANES, start, s0 + 3 * L);
        FloatVector a4 = FloatVector.fromArray(LANES, start, s1);
        FloatVector a5 = FloatVector.fromArray(LANES, start, s1 + L);
        FloatVector a6 = FloatVector.fromArray(LANES, start, s1 + 2 * L);
        FloatVector a7 = FloatVector.fromArray(LANES, start, s1 + 3 * L);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            int p0 = u0 + WIDTH * k;
            a0 = FloatVector.fromArray(LANES, w, p0).fma(b, a0);
            a1 = FloatVector.fromArray(LANES, w, p0 + L).fma(b, a1);
            a2 = FloatVector.fromArray(LANES, w, p0 + 2 * L).fma(b, a2);
            a3 = FloatVector.fromArray(LANES, w, p0 + 3 * L).fma(b, a3);
            int p1 = u1 + WIDTH * k;
            a4 = FloatVector.fromArray(LANES, w, p1).fma(b, a4);
            a5 = FloatVector.fromArray(LANES, w, p1 + L).fma(b, a5);
            a6 = FloatVector.fromArray(LANES, w, p1 + 2 * L).fma(b, a6);
            a7 = FloatVector.fromArray(LANES, w, p1 + 3 * L).fma(b, a7);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + L);
        a2.intoArray(y, y0 + 2 * L);
        a3.intoArray(y, y0 + 3 * L);
        a4.intoArray(y, y1);
        a5.intoArray(y, y1 + L);
        a6.intoArray(y, y1 + 2 * L);
        a7.intoArray(y, y1 + 3 * L);
    }

    /** Four units: what 32 registers hold. */
    static void fourUnits(
            int columns,
            float[] w,
            int u0,
            int u1,
            int u2,
            int u3,
            float[] x,
            int xAt,
            float[] start,
            int s0,
            int s1,
            int s2,
            int s3,
            float[] y,
            int y0,
            int y1,
            int y2,
            int y3) {
        FloatVector a0 = FloatVector.fromArray(LANES, start, s0);
        FloatVector a1 = FloatVector.fromArray(LANES, start, s0 + L);
        FloatVector a2 = FloatVector.fromArray(LANES, start, s0 + 2 * L);
        FloatVector a3 = FloatVector.fromArray(LANES, start, s0 + 3 * L);
        FloatVector a4 = FloatVector.fromArray(LANES, start, s1);
        FloatVector a5 = FloatVector.fromArray(LANES, start, s1 + L);
        FloatVector a6 = FloatVector.fromArray(LANES, start, s1 + 2 * L);
        FloatVector a7 = FloatVector.fromArray(LANES, start, s1 + 3 * L);
        FloatVector a8 = FloatVector.fromArray(LANES, start, s2);
        FloatVector a9 = FloatVector.fromArray(LANES, start, s2 + L);
        FloatVector a10 = FloatVector.fromArray(LANES, start, s2 + 2 * L);
        FloatVector a11 = FloatVector.fromArray(LANES, start, s2 + 3 * L);
        FloatVector a12 = FloatVector.fromArray(LANES, start, s3);
        FloatVector a13 = FloatVector.fromArray(LANES, start, s3 + L);
        FloatVector a14 = FloatVector.fromArray(LANES, start, s3 + 2 * L);
        FloatVector a15 = FloatVector.fromArray(LANES, start, s3 + 3 * L);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            int p0 = u0 + WIDTH * k;
            a0 = FloatVector.fromArray(LANES, w, p0).fma(b, a0);
            a1 = FloatVector.fromArray(LANES, w, p0 + L).fma(b, a1);
            a2 = FloatVector.fromArray(LANES, w, p0 + 2 * L).fma(b, a2);
            a3 = FloatVector.fromArray(LANES, w, p0 + 3 * L).fma(b, a3);
            int p1 = u1 + WIDTH * k;
            a4 = FloatVector.fromArray(LANES, w, p1).fma(b, a4);
            a5 = FloatVector.fromArray(LANES, w, p1 + L).fma(b, a5);
            a6 = FloatVector.fromArray(LANES, w, p1 + 2 * L).fma(b, a6);
            a7 = FloatVector.fromArray(LANES, w, p1 + 3 * L).fma(b, a7);
            int p2 = u2 + WIDTH * k;
            a8 = FloatVector.fromArray(LANES, w, p2).fma(b, a8);
            a9 = FloatVector.fromArray(LANES, w, p2 + L).fma(b, a9);
            a10 = FloatVector.fromArray(LANES, w, p2 + 2 * L).fma(b, a10);
            a11 = FloatVector.fromArray(LANES, w, p2 + 3 * L).fma(b, a11);
            int p3 = u3 + WIDTH * k;
            a12 = FloatVector.fromArray(LANES, w, p3).fma(b, a12);
            a13 = FloatVector.fromArray(LANES, w, p3 + L).fma(b, a13);
            a14 = FloatVector.fromArray(LANES, w, p3 + 2 * L).fma(b, a14);
            a15 = FloatVector.fromArray(LANES, w, p3 + 3 * L).fma(b, a15);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + L);
        a2.intoArray(y, y0 + 2 * L);
        a3.intoArray(y, y0 + 3 * L);
        a4.intoArray(y, y1);
        a5.intoArray(y, y1 + L);
        a6.intoArray(y, y1 + 2 * L);
        a7.intoArray(y, y1 + 3 * L);
        a8.intoArray(y, y2);
        a9.intoArray(y, y2 + L);
        a10.intoArray(y, y2 + 2 * L);
        a11.intoArray(y, y2 + 3 * L);
        a12.intoArray(y, y3);
        a13.intoArray(y, y3 + L);
        a14.intoArray(y, y3 + 2 * L);
        a15.intoArray(y, y3 + 3 * L);
    }

    /** One register of a narrow panel. */
    static void narrow(int columns, float[] w, int u, float[] x, int xAt, float[] start, int s, float[] y, int yAt) {
        FloatVector a = FloatVector.fromArray(LANES, start, s);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            a = FloatVector.fromArray(LANES, w, u + PanelMatrix.NARROW * k).fma(b, a);
        }
        a.intoArray(y, yAt);
    }
}
