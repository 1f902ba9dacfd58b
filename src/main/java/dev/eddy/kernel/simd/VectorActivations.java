package dev.eddy.kernel.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.eddy.kernel.Activations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Activations}, operation by operation, on whole registers: {@code v[i] = f(v[i])} for i in [from, from + count), where
 * count is a multiple of the lanes.
 *
 * <p>Each loop is written out and calls no helper of our own: the compiler may stop to inline those in a method that has grown
 * large by other inlining, and then every register is an object.
 *
 * <p>Bounds are compared, or taken of the bits as integers, not by min and max of floats, which cost more. The bits of magnitudes
 * are in the order of the magnitudes, NaNs above all; adding {@link #NANS} before the minimum makes NaNs, and nothing else,
 * negative, so that they stay what they are.
 */
final class VectorActivations {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();

    /** The sign of a float. */
    static final int SIGN = Integer.MIN_VALUE;

    /** All but its sign. */
    static final int MAGNITUDE = Integer.MAX_VALUE;

    /** From infinity to the greatest integer. */
    static final int NANS = Integer.MAX_VALUE - Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    /**
     * Bound of a magnitude, {@link #NANS} being added, whose exp a sigmoid takes. One for both signs: exp gives 0 where it is
     * less than {@link Activations#EXP_MIN}, and 0 and 1.2e-38 are the same beside 1.
     */
    static final int EXP_BOUND = Float.floatToRawIntBits(Activations.EXP_MAX) + NANS;

    /** That of half of which tanh takes expm1. */
    static final int TANH_BOUND = Float.floatToRawIntBits(Activations.TANH_MAX) + NANS;

    private VectorActivations() {}

    static void exps(float[] v, int from, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector x = FloatVector.fromArray(LANES, v, from + i);
            x = x.blend(Activations.EXP_MAX, x.compare(GT, Activations.EXP_MAX));
            x = x.blend(Activations.EXP_MIN, x.compare(LT, Activations.EXP_MIN));
            FloatVector shifted = x.fma(
                    FloatVector.broadcast(LANES, Activations.LOG2_E), FloatVector.broadcast(LANES, Activations.ROUND));
            FloatVector n = shifted.sub(Activations.ROUND);
            FloatVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector r = n.fma(FloatVector.broadcast(LANES, -Activations.LN2_HIGH), x);
            r = n.fma(FloatVector.broadcast(LANES, -Activations.LN2_LOW), r);
            FloatVector p =
                    r.fma(FloatVector.broadcast(LANES, Activations.P5), FloatVector.broadcast(LANES, Activations.P4));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P3));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P2));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P1));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P0));
            FloatVector expm1Reduced = p.mul(r).fma(r, r);
            power.fma(expm1Reduced, power).intoArray(v, from + i);
        }
    }

    static void sigmoids(float[] v, int from, int count) {
        IntVector sign = IntVector.broadcast(INTS, SIGN);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE);
        IntVector nans = IntVector.broadcast(INTS, NANS);
        IntVector expBound = IntVector.broadcast(INTS, EXP_BOUND);
        FloatVector one = FloatVector.broadcast(LANES, 1f);
        FloatVector log2E = FloatVector.broadcast(LANES, Activations.LOG2_E);
        FloatVector round = FloatVector.broadcast(LANES, Activations.ROUND);
        FloatVector ln2High = FloatVector.broadcast(LANES, -Activations.LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(LANES, -Activations.LN2_LOW);
        FloatVector p0 = FloatVector.broadcast(LANES, Activations.P0);
        FloatVector p1 = FloatVector.broadcast(LANES, Activations.P1);
        FloatVector p2 = FloatVector.broadcast(LANES, Activations.P2);
        FloatVector p3 = FloatVector.broadcast(LANES, Activations.P3);
        FloatVector p4 = FloatVector.broadcast(LANES, Activations.P4);
        FloatVector p5 = FloatVector.broadcast(LANES, Activations.P5);
        for (int i = 0; i < count; i += L) {
            IntVector bits = FloatVector.fromArray(LANES, v, from + i).reinterpretAsInts();
            FloatVector x = bits.and(magnitude)
                    .add(nans)
                    .min(expBound)
                    .sub(nans)
                    .or(bits.not().and(sign))
                    .reinterpretAsFloats();
            FloatVector shifted = x.fma(log2E, round);
            FloatVector n = shifted.sub(round);
            FloatVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
            FloatVector p = r.fma(p5, p4).fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0);
            FloatVector expm1 = p.mul(r).fma(r, r);
            one.div(one.add(power.fma(expm1, power))).intoArray(v, from + i);
        }
    }

    static void tanhs(float[] v, int from, int count) {
        IntVector sign = IntVector.broadcast(INTS, SIGN);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE);
        IntVector nans = IntVector.broadcast(INTS, NANS);
        IntVector tanhBound = IntVector.broadcast(INTS, TANH_BOUND);
        FloatVector one = FloatVector.broadcast(LANES, 1f);
        FloatVector two = FloatVector.broadcast(LANES, 2f);
        FloatVector log2E = FloatVector.broadcast(LANES, Activations.LOG2_E);
        FloatVector round = FloatVector.broadcast(LANES, Activations.ROUND);
        FloatVector ln2High = FloatVector.broadcast(LANES, -Activations.LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(LANES, -Activations.LN2_LOW);
        FloatVector p0 = FloatVector.broadcast(LANES, Activations.P0);
        FloatVector p1 = FloatVector.broadcast(LANES, Activations.P1);
        FloatVector p2 = FloatVector.broadcast(LANES, Activations.P2);
        FloatVector p3 = FloatVector.broadcast(LANES, Activations.P3);
        FloatVector p4 = FloatVector.broadcast(LANES, Activations.P4);
        FloatVector p5 = FloatVector.broadcast(LANES, Activations.P5);
        for (int i = 0; i < count; i += L) {
            IntVector bits = FloatVector.fromArray(LANES, v, from + i).reinterpretAsInts();
            FloatVector half =
                    bits.and(magnitude).add(nans).min(tanhBound).sub(nans).reinterpretAsFloats();
            FloatVector x = half.add(half);
            FloatVector shifted = x.fma(log2E, round);
            FloatVector n = shifted.sub(round);
            FloatVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
            FloatVector p = r.fma(p5, p4).fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0);
            FloatVector expm1 = p.mul(r).fma(r, r);
            FloatVector less = power.fma(expm1, power.sub(one));
            less.div(less.add(two))
                    .reinterpretAsInts()
                    .or(bits.and(sign))
                    .reinterpretAsFloats()
                    .intoArray(v, from + i);
        }
    }
}
