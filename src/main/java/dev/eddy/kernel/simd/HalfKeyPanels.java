package dev.eddy.kernel.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link KeyPanels} of weights in bf16; see {@link HalfPanels}.
 */
final class HalfKeyPanels {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();
    private static final int WIDTH = HalfPanelMatrix.WIDTH;
    private static final int APART = HalfPanelMatrix.APART;
    private static final int UPPER = 0xffff0000;

    private HalfKeyPanels() {}

    /** Four keys from {@code key} on, a unit of a panel. */
    static void fourKeys(
            int columns,
            float[] w,
            int u,
            float[][] x,
            int xAt,
            boolean onBias,
            int biasAt,
            float[][] y,
            int yAt,
            int key) {
        float[] x0 = x[key];
        float[] x1 = x[key + 1];
        float[] x2 = x[key + 2];
        float[] x3 = x[key + 3];
        float[] y0 = y[key];
        float[] y1 = y[key + 1];
        float[] y2 = y[key + 2];
        float[] y3 = y[key + 3];
        int s = onBias ? biasAt : yAt;
        FloatVector a00 = FloatVector.fromArray(LANES, onBias ? w : y0, s);
        FloatVector a01 = FloatVector.fromArray(LANES, onBias ? w : y0, s + L);
        FloatVector a02 = FloatVector.fromArray(LANES, onBias ? w : y0, s + APART);
        FloatVector a03 = FloatVector.fromArray(LANES, onBias ? w : y0, s + APART + L);
        FloatVector a10 = FloatVector.fromArray(LANES, onBias ? w : y1, s);
        FloatVector a11 = FloatVector.fromArray(LANES, onBias ? w : y1, s + L);
        FloatVector a12 = FloatVector.fromArray(LANES, onBias ? w : y1, s + APART);
        FloatVector a13 = FloatVector.fromArray(LANES, onBias ? w : y1, s + APART + L);
        FloatVector a20 = FloatVector.fromArray(LANES, onBias ? w : y2, s);
        FloatVector a21 = FloatVector.fromArray(LANES, onBias ? w : y2, s + L);
        FloatVector a22 = FloatVector.fromArray(LANES, onBias ? w : y2, s + APART);
        FloatVector a23 = FloatVector.fromArray(LANES, onBias ? w : y2, s + APART + L);
        FloatVector a30 = FloatVector.fromArray(LANES, onBias ? w : y3, s);
        FloatVector a31 = FloatVector.fromArray(LANES, onBias ? w : y3, s + L);
        FloatVector a32 = FloatVector.fromArray(LANES, onBias ? w : y3, s + APART);
        FloatVector a33 = FloatVector.fromArray(LANES, onBias ? w : y3, s + APART + L);
        for (int k = 0; k < columns; k++) {
            int p = u + WIDTH * k;
            IntVector both0 = FloatVector.fromArray(LANES, w, p).reinterpretAsInts();
            IntVector both1 = FloatVector.fromArray(LANES, w, p + L).reinterpretAsInts();
            FloatVector w0 = both0.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector w1 = both1.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector w2 = both0.and(UPPER).reinterpretAsFloats();
            FloatVector w3 = both1.and(UPPER).reinterpretAsFloats();
            FloatVector b0 = FloatVector.broadcast(LANES, x0[xAt + k]);
            a00 = w0.fma(b0, a00);
            a01 = w1.fma(b0, a01);
            a02 = w2.fma(b0, a02);
            a03 = w3.fma(b0, a03);
            FloatVector b1 = FloatVector.broadcast(LANES, x1[xAt + k]);
            a10 = w0.fma(b1, a10);
            a11 = w1.fma(b1, a11);
            a12 = w2.fma(b1, a12);
            a13 = w3.fma(b1, a13);
            FloatVector b2 = FloatVector.broadcast(LANES, x2[xAt + k]);
            a20 = w0.fma(b2, a20);
            a21 = w1.fma(b2, a21);
            a22 = w2.fma(b2, a22);
            a23 = w3.fma(b2, a23);
            FloatVector b3 = FloatVector.broadcast(LANES, x3[xAt + k]);
            a30 = w0.fma(b3, a30);
            a31 = w1.fma(b3, a31);
            a32 = w2.fma(b3, a32);
            a33 = w3.fma(b3, a33);
        }
        a00.intoArray(y0, yAt);
        a01.intoArray(y0, yAt + L);
        a02.intoArray(y0, yAt + APART);
        a03.intoArray(y0, yAt + APART + L);
        a10.intoArray(y1, yAt);
        a11.intoArray(y1, yAt + L);
        a12.intoArray(y1, yAt + APART);
        a13.intoArray(y1, yAt + APART + L);
        a20.intoArray(y2, yAt);
        a21.intoArray(y2, yAt + L);
        a22.intoArray(y2, yAt + APART);
        a23.intoArray(y2, yAt + APART + L);
        a30.intoArray(y3, yAt);
        a31.intoArray(y3, yAt + L);
        a32.intoArray(y3, yAt + APART);
        a33.intoArray(y3, yAt + APART + L);
    }

    /** Two keys from {@code key} on, a unit of a panel. */
    static void twoKeys(
            int columns,
            float[] w,
            int u,
            float[][] x,
            int xAt,
            boolean onBias,
            int biasAt,
            float[][] y,
            int yAt,
            int key) {
        float[] x0 = x[key];
        float[] x1 = x[key + 1];
        float[] y0 = y[key];
        float[] y1 = y[key + 1];
        int s = onBias ? biasAt : yAt;
        FloatVector a00 = FloatVector.fromArray(LANES, onBias ? w : y0, s);
        FloatVector a01 = FloatVector.fromArray(LANES, onBias ? w : y0, s + L);
        FloatVector a02 = FloatVector.fromArray(LANES, onBias ? w : y0, s + APART);
        FloatVector a03 = FloatVector.fromArray(LANES, onBias ? w : y0, s + APART + L);
        FloatVector a10 = FloatVector.fromArray(LANES, onBias ? w : y1, s);
        FloatVector a11 = FloatVector.fromArray(LANES, onBias ? w : y1, s + L);
        FloatVector a12 = FloatVector.fromArray(LANES, onBias ? w : y1, s + APART);
        FloatVector a13 = FloatVector.fromArray(LANES, onBias ? w : y1, s + APART + L);
        for (int k = 0; k < columns; k++) {
            int p = u + WIDTH * k;
            IntVector both0 = FloatVector.fromArray(LANES, w, p).reinterpretAsInts();
            IntVector both1 = FloatVector.fromArray(LANES, w, p + L).reinterpretAsInts();
            FloatVector w0 = both0.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector w1 = both1.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector w2 = both0.and(UPPER).reinterpretAsFloats();
            FloatVector w3 = both1.and(UPPER).reinterpretAsFloats();
            FloatVector b0 = FloatVector.broadcast(LANES, x0[xAt + k]);
            a00 = w0.fma(b0, a00);
            a01 = w1.fma(b0, a01);
            a02 = w2.fma(b0, a02);
            a03 = w3.fma(b0, a03);
            FloatVector b1 = FloatVector.broadcast(LANES, x1[xAt + k]);
            a10 = w0.fma(b1, a10);
            a11 = w1.fma(b1, a11);
            a12 = w2.fma(b1, a12);
            a13 = w3.fma(b1, a13);
        }
        a00.intoArray(y0, yAt);
        a01.intoArray(y0, yAt + L);
        a02.intoArray(y0, yAt + APART);
        a03.intoArray(y0, yAt + APART + L);
        a10.intoArray(y1, yAt);
        a11.intoArray(y1, yAt + L);
        a12.intoArray(y1, yAt + APART);
        a13.intoArray(y1, yAt + APART + L);
    }
}
