package dev.eddy.kernel.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Panels} of weights in bf16: one register read is two registers of weights, the rows in the lower halves and those
 * {@link HalfPanelMatrix#APART} further on in the upper ones.
 */
final class HalfPanels {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();
    private static final int WIDTH = HalfPanelMatrix.WIDTH;
    private static final int APART = HalfPanelMatrix.APART;
    private static final int UPPER = 0xffff0000;

    private HalfPanels() {}

    /** One unit of a panel, whose part of the first column begins at u0 and whose biases or sums so far at s0. */
    static void unit(int columns, float[] w, int u0, float[] x, int xAt, float[] start, int s0, float[] y, int y0) {
        FloatVector a0 = FloatVector.fromArray(LANES, start, s0);
        FloatVector a1 = FloatVector.fromArray(LANES, start, s0 + L);
        FloatVector a2 = FloatVector.fromArray(LANES, start, s0 + APART);
        FloatVector a3 = FloatVector.fromArray(LANES, start, s0 + APART + L);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            int p0 = u0 + WIDTH * k;
            IntVector w0 = FloatVector.fromArray(LANES, w, p0).reinterpretAsInts();
            a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a0);
            a2 = w0.and(UPPER).reinterpretAsFloats().fma(b, a2);
            IntVector w1 = FloatVector.fromArray(LANES, w, p0 + L).reinterpretAsInts();
            a1 = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a1);
            a3 = w1.and(UPPER).reinterpretAsFloats().fma(b, a3);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + L);
        a2.intoArray(y, y0 + APART);
        a3.intoArray(y, y0 + APART + L);
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
        FloatVector a2 = FloatVector.fromArray(LANES, start, s0 + APART);
        FloatVector a3 = FloatVector.fromArray(LANES, start, s0 + APART + L);
        FloatVector a4 = FloatVector.fromArray(LANES, start, s1);
        FloatVector a5 = FloatVector.fromArray(LANES, start, s1 + L);
        FloatVector a6 = FloatVector.fromArray(LANES, start, s1 + APART);
        FloatVector a7 = FloatVector.fromArray(LANES, start, s1 + APART + L);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            int p0 = u0 + WIDTH * k;
            IntVector w0 = FloatVector.fromArray(LANES, w, p0).reinterpretAsInts();
            a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a0);
            a2 = w0.and(UPPER).reinterpretAsFloats().fma(b, a2);
            IntVector w1 = FloatVector.fromArray(LANES, w, p0 + L).reinterpretAsInts();
            a1 = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a1);
            a3 = w1.and(UPPER).reinterpretAsFloats().fma(b, a3);
            int p1 = u1 + WIDTH * k;
            IntVector w2 = FloatVector.fromArray(LANES, w, p1).reinterpretAsInts();
            a4 = w2.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a4);
            a6 = w2.and(UPPER).reinterpretAsFloats().fma(b, a6);
            IntVector w3 = FloatVector.fromArray(LANES, w, p1 + L).reinterpretAsInts();
            a5 = w3.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a5);
            a7 = w3.and(UPPER).reinterpretAsFloats().fma(b, a7);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + L);
        a2.intoArray(y, y0 + APART);
        a3.intoArray(y, y0 + APART + L);
        a4.intoArray(y, y1);
        a5.intoArray(y, y1 + L);
        a6.intoArray(y, y1 + APART);
        a7.intoArray(y, y1 + APART + L);
    }

    /** Four units, for machines with 32 registers. */
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
        FloatVector a2 = FloatVector.fromArray(LANES, start, s0 + APART);
        FloatVector a3 = FloatVector.fromArray(LANES, start, s0 + APART + L);
        FloatVector a4 = FloatVector.fromArray(LANES, start, s1);
        FloatVector a5 = FloatVector.fromArray(LANES, start, s1 + L);
        FloatVector a6 = FloatVector.fromArray(LANES, start, s1 + APART);
        FloatVector a7 = FloatVector.fromArray(LANES, start, s1 + APART + L);
        FloatVector a8 = FloatVector.fromArray(LANES, start, s2);
        FloatVector a9 = FloatVector.fromArray(LANES, start, s2 + L);
        FloatVector a10 = FloatVector.fromArray(LANES, start, s2 + APART);
        FloatVector a11 = FloatVector.fromArray(LANES, start, s2 + APART + L);
        FloatVector a12 = FloatVector.fromArray(LANES, start, s3);
        FloatVector a13 = FloatVector.fromArray(LANES, start, s3 + L);
        FloatVector a14 = FloatVector.fromArray(LANES, start, s3 + APART);
        FloatVector a15 = FloatVector.fromArray(LANES, start, s3 + APART + L);
        for (int k = 0; k < columns; k++) {
            FloatVector b = FloatVector.broadcast(LANES, x[xAt + k]);
            int p0 = u0 + WIDTH * k;
            IntVector w0 = FloatVector.fromArray(LANES, w, p0).reinterpretAsInts();
            a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a0);
            a2 = w0.and(UPPER).reinterpretAsFloats().fma(b, a2);
            IntVector w1 = FloatVector.fromArray(LANES, w, p0 + L).reinterpretAsInts();
            a1 = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a1);
            a3 = w1.and(UPPER).reinterpretAsFloats().fma(b, a3);
            int p1 = u1 + WIDTH * k;
            IntVector w2 = FloatVector.fromArray(LANES, w, p1).reinterpretAsInts();
            a4 = w2.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a4);
            a6 = w2.and(UPPER).reinterpretAsFloats().fma(b, a6);
            IntVector w3 = FloatVector.fromArray(LANES, w, p1 + L).reinterpretAsInts();
            a5 = w3.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a5);
            a7 = w3.and(UPPER).reinterpretAsFloats().fma(b, a7);
            int p2 = u2 + WIDTH * k;
            IntVector w4 = FloatVector.fromArray(LANES, w, p2).reinterpretAsInts();
            a8 = w4.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a8);
            a10 = w4.and(UPPER).reinterpretAsFloats().fma(b, a10);
            IntVector w5 = FloatVector.fromArray(LANES, w, p2 + L).reinterpretAsInts();
            a9 = w5.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a9);
            a11 = w5.and(UPPER).reinterpretAsFloats().fma(b, a11);
            int p3 = u3 + WIDTH * k;
            IntVector w6 = FloatVector.fromArray(LANES, w, p3).reinterpretAsInts();
            a12 = w6.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a12);
            a14 = w6.and(UPPER).reinterpretAsFloats().fma(b, a14);
            IntVector w7 = FloatVector.fromArray(LANES, w, p3 + L).reinterpretAsInts();
            a13 = w7.lanewise(LSHL, 16).reinterpretAsFloats().fma(b, a13);
            a15 = w7.and(UPPER).reinterpretAsFloats().fma(b, a15);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + L);
        a2.intoArray(y, y0 + APART);
        a3.intoArray(y, y0 + APART + L);
        a4.intoArray(y, y1);
        a5.intoArray(y, y1 + L);
        a6.intoArray(y, y1 + APART);
        a7.intoArray(y, y1 + APART + L);
        a8.intoArray(y, y2);
        a9.intoArray(y, y2 + L);
        a10.intoArray(y, y2 + APART);
        a11.intoArray(y, y2 + APART + L);
        a12.intoArray(y, y3);
        a13.intoArray(y, y3 + L);
        a14.intoArray(y, y3 + APART);
        a15.intoArray(y, y3 + APART + L);
    }
}
