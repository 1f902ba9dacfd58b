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
 * large by other inlining, and then every register is an object. Bounds are compared, not taken by min and max, which cost more.
 */
final class VectorActivations {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();

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
        for (int i = 0; i < count; i += L) {
            FloatVector x = FloatVector.fromArray(LANES, v, from + i).neg();
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
            FloatVector one = FloatVector.broadcast(LANES, 1f);
            one.div(one.add(power.fma(expm1Reduced, power))).intoArray(v, from + i);
        }
    }

    static void tanhs(float[] v, int from, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector x = FloatVector.fromArray(LANES, v, from + i);
            FloatVector t = x.abs();
            t = t.blend(Activations.TANH_MAX, t.compare(GT, Activations.TANH_MAX));
            t = t.add(t);
            FloatVector shifted = t.fma(
                    FloatVector.broadcast(LANES, Activations.LOG2_E), FloatVector.broadcast(LANES, Activations.ROUND));
            FloatVector n = shifted.sub(Activations.ROUND);
            FloatVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector r = n.fma(FloatVector.broadcast(LANES, -Activations.LN2_HIGH), t);
            r = n.fma(FloatVector.broadcast(LANES, -Activations.LN2_LOW), r);
            FloatVector p =
                    r.fma(FloatVector.broadcast(LANES, Activations.P5), FloatVector.broadcast(LANES, Activations.P4));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P3));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P2));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P1));
            p = p.fma(r, FloatVector.broadcast(LANES, Activations.P0));
            FloatVector expm1Reduced = p.mul(r).fma(r, r);
            FloatVector expm1 = power.fma(expm1Reduced, power.sub(1f));
            IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
            expm1.div(expm1.add(2f))
                    .reinterpretAsInts()
                    .or(sign)
                    .reinterpretAsFloats()
                    .intoArray(v, from + i);
        }
    }
}
