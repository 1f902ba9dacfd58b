package dev.eddy.kernel.simd;

import static dev.eddy.kernel.simd.VectorActivations.exps;
import static dev.eddy.kernel.simd.VectorActivations.sigmoids;
import static dev.eddy.kernel.simd.VectorActivations.tanhs;

import dev.eddy.kernel.Activations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What cells do unit by unit. Units beyond the last full register: the cells copy them behind the gates, where a register has
 * room; functions over a range compute them one by one.
 */
final class Gates {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();

    private Gates() {}

    static void lstm(float[] gates, int hidden, float[] state, int h, int c) {
        int full = hidden / L * L;
        if (full > 0) {
            lstmUnits(gates, 0, hidden, full, state, h, c);
        }
        if (full < hidden) {
            lstmRest(gates, hidden, full, state, h, c);
        }
    }

    /** The units from {@code from} on, fewer than a register, in registers of their own behind the gates: i, f, g, o, c, h. */
    private static void lstmRest(float[] gates, int hidden, int from, float[] state, int h, int c) {
        int count = hidden - from;
        int at = 4 * hidden;
        for (int gate = 0; gate < 4; gate++) {
            System.arraycopy(gates, gate * hidden + from, gates, at + gate * L, count);
        }
        System.arraycopy(state, c + from, gates, at + 4 * L, count);
        lstmUnits(gates, at, L, L, gates, at + 5 * L, at + 4 * L);
        System.arraycopy(gates, at + 4 * L, state, c + from, count);
        System.arraycopy(gates, at + 5 * L, state, h + from, count);
    }

    /** {@code count} units of gates that begin at {@code i} and lie {@code apart}. */
    private static void lstmUnits(float[] gates, int i, int apart, int count, float[] state, int h, int c) {
        UnitLoops.lstmCells(gates, i, i + apart, i + 2 * apart, count, state, c);
        UnitLoops.lstmOutputs(gates, i + 3 * apart, count, state, h, c);
    }

    static void gru(float[] gates, int n, float[] m, int hidden, float[] state, int h) {
        int full = hidden / L * L;
        if (full > 0) {
            UnitLoops.gru(gates, 0, hidden, n, full, m, 0, state, h);
        }
        if (full < hidden) {
            gruRest(gates, n, m, hidden, full, state, h);
        }
    }

    /** The units from {@code from} on, fewer than a register, in registers of their own behind the gates: r, z, n, m, h. */
    private static void gruRest(float[] gates, int n, float[] m, int hidden, int from, float[] state, int h) {
        int count = hidden - from;
        int at = n + hidden;
        System.arraycopy(gates, from, gates, at, count);
        System.arraycopy(gates, hidden + from, gates, at + L, count);
        System.arraycopy(gates, n + from, gates, at + 2 * L, count);
        System.arraycopy(m, from, gates, at + 3 * L, count);
        System.arraycopy(state, h + from, gates, at + 4 * L, count);
        UnitLoops.gru(gates, at, at + L, at + 2 * L, L, gates, at + 3 * L, gates, at + 4 * L);
        System.arraycopy(gates, at + 4 * L, state, h + from, count);
    }

    static void sigmoid(float[] v, int from, int to) {
        int full = (to - from) / L * L;
        sigmoids(v, from, full);
        for (int i = from + full; i < to; i++) {
            v[i] = Activations.sigmoid(v[i]);
        }
    }

    static void tanh(float[] v, int from, int to) {
        int full = (to - from) / L * L;
        tanhs(v, from, full);
        for (int i = from + full; i < to; i++) {
            v[i] = Activations.tanh(v[i]);
        }
    }

    static void exp(float[] v, int from, int to) {
        int full = (to - from) / L * L;
        exps(v, from, full);
        for (int i = from + full; i < to; i++) {
            v[i] = Activations.exp(v[i]);
        }
    }

    static void relu(float[] v, int from, int to) {
        int i = from;
        for (; i + L <= to; i += L) {
            FloatVector.fromArray(LANES, v, i).max(0f).intoArray(v, i);
        }
        for (; i < to; i++) {
            v[i] = Math.max(v[i], 0f);
        }
    }
}
