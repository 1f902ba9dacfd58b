package dev.eddy.kernel.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.eddy.kernel.Activations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What cells make of their gates, a register of units at a time, with nothing stored between: the functions of
 * {@link VectorActivations}, operation by operation. {@code count} is a multiple of the lanes.
 *
 * <p>Written out, without helpers of our own and with all constants broadcast before the loop: where the compiler does not inline
 * an operation in the middle of a loop, registers become objects. An LSTM takes two loops because one was measured to be slower.
 */
final class UnitLoops {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int L = LANES.length();

    private UnitLoops() {}

    /** {@code c = sigmoid(f) * c + sigmoid(i) * tanh(g)}; i, f and g begin there in {@code gates}, c in {@code state}. */
    static void lstmCells(float[] gates, int i, int f, int g, int count, float[] state, int c) {
        IntVector sign = IntVector.broadcast(INTS, VectorActivations.SIGN);
        IntVector magnitude = IntVector.broadcast(INTS, VectorActivations.MAGNITUDE);
        IntVector nans = IntVector.broadcast(INTS, VectorActivations.NANS);
        IntVector expBound = IntVector.broadcast(INTS, VectorActivations.EXP_BOUND);
        IntVector tanhBound = IntVector.broadcast(INTS, VectorActivations.TANH_BOUND);
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
        for (int u = 0; u < count; u += L) {
            IntVector inputBits = FloatVector.fromArray(LANES, gates, i + u).reinterpretAsInts();
            FloatVector inputX = inputBits
                    .and(magnitude)
                    .add(nans)
                    .min(expBound)
                    .sub(nans)
                    .or(inputBits.not().and(sign))
                    .reinterpretAsFloats();
            FloatVector inputShifted = inputX.fma(log2E, round);
            FloatVector inputN = inputShifted.sub(round);
            FloatVector inputPower =
                    inputShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector inputR = inputN.fma(ln2Low, inputN.fma(ln2High, inputX));
            FloatVector inputP = inputR.fma(p5, p4)
                    .fma(inputR, p3)
                    .fma(inputR, p2)
                    .fma(inputR, p1)
                    .fma(inputR, p0);
            FloatVector inputExpm1 = inputP.mul(inputR).fma(inputR, inputR);
            FloatVector input = one.div(one.add(inputPower.fma(inputExpm1, inputPower)));
            IntVector candidateBits = FloatVector.fromArray(LANES, gates, g + u).reinterpretAsInts();
            FloatVector candidateHalf = candidateBits
                    .and(magnitude)
                    .add(nans)
                    .min(tanhBound)
                    .sub(nans)
                    .reinterpretAsFloats();
            FloatVector candidateX = candidateHalf.add(candidateHalf);
            FloatVector candidateShifted = candidateX.fma(log2E, round);
            FloatVector candidateN = candidateShifted.sub(round);
            FloatVector candidatePower =
                    candidateShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector candidateR = candidateN.fma(ln2Low, candidateN.fma(ln2High, candidateX));
            FloatVector candidateP = candidateR
                    .fma(p5, p4)
                    .fma(candidateR, p3)
                    .fma(candidateR, p2)
                    .fma(candidateR, p1)
                    .fma(candidateR, p0);
            FloatVector candidateExpm1 = candidateP.mul(candidateR).fma(candidateR, candidateR);
            FloatVector candidateLess = candidatePower.fma(candidateExpm1, candidatePower.sub(one));
            FloatVector candidate = candidateLess
                    .div(candidateLess.add(two))
                    .reinterpretAsInts()
                    .or(candidateBits.and(sign))
                    .reinterpretAsFloats();
            IntVector forgetBits = FloatVector.fromArray(LANES, gates, f + u).reinterpretAsInts();
            FloatVector forgetX = forgetBits
                    .and(magnitude)
                    .add(nans)
                    .min(expBound)
                    .sub(nans)
                    .or(forgetBits.not().and(sign))
                    .reinterpretAsFloats();
            FloatVector forgetShifted = forgetX.fma(log2E, round);
            FloatVector forgetN = forgetShifted.sub(round);
            FloatVector forgetPower =
                    forgetShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector forgetR = forgetN.fma(ln2Low, forgetN.fma(ln2High, forgetX));
            FloatVector forgetP = forgetR.fma(p5, p4)
                    .fma(forgetR, p3)
                    .fma(forgetR, p2)
                    .fma(forgetR, p1)
                    .fma(forgetR, p0);
            FloatVector forgetExpm1 = forgetP.mul(forgetR).fma(forgetR, forgetR);
            FloatVector forget = one.div(one.add(forgetPower.fma(forgetExpm1, forgetPower)));
            forget.fma(FloatVector.fromArray(LANES, state, c + u), input.mul(candidate))
                    .intoArray(state, c + u);
        }
    }

    /** {@code h = sigmoid(o) * tanh(c)}; o begins there in {@code gates}, h and c in {@code state}. */
    static void lstmOutputs(float[] gates, int o, int count, float[] state, int h, int c) {
        IntVector sign = IntVector.broadcast(INTS, VectorActivations.SIGN);
        IntVector magnitude = IntVector.broadcast(INTS, VectorActivations.MAGNITUDE);
        IntVector nans = IntVector.broadcast(INTS, VectorActivations.NANS);
        IntVector expBound = IntVector.broadcast(INTS, VectorActivations.EXP_BOUND);
        IntVector tanhBound = IntVector.broadcast(INTS, VectorActivations.TANH_BOUND);
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
        for (int u = 0; u < count; u += L) {
            IntVector outputBits = FloatVector.fromArray(LANES, gates, o + u).reinterpretAsInts();
            FloatVector outputX = outputBits
                    .and(magnitude)
                    .add(nans)
                    .min(expBound)
                    .sub(nans)
                    .or(outputBits.not().and(sign))
                    .reinterpretAsFloats();
            FloatVector outputShifted = outputX.fma(log2E, round);
            FloatVector outputN = outputShifted.sub(round);
            FloatVector outputPower =
                    outputShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector outputR = outputN.fma(ln2Low, outputN.fma(ln2High, outputX));
            FloatVector outputP = outputR.fma(p5, p4)
                    .fma(outputR, p3)
                    .fma(outputR, p2)
                    .fma(outputR, p1)
                    .fma(outputR, p0);
            FloatVector outputExpm1 = outputP.mul(outputR).fma(outputR, outputR);
            FloatVector output = one.div(one.add(outputPower.fma(outputExpm1, outputPower)));
            IntVector cellBits = FloatVector.fromArray(LANES, state, c + u).reinterpretAsInts();
            FloatVector cellHalf =
                    cellBits.and(magnitude).add(nans).min(tanhBound).sub(nans).reinterpretAsFloats();
            FloatVector cellX = cellHalf.add(cellHalf);
            FloatVector cellShifted = cellX.fma(log2E, round);
            FloatVector cellN = cellShifted.sub(round);
            FloatVector cellPower =
                    cellShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector cellR = cellN.fma(ln2Low, cellN.fma(ln2High, cellX));
            FloatVector cellP = cellR.fma(p5, p4)
                    .fma(cellR, p3)
                    .fma(cellR, p2)
                    .fma(cellR, p1)
                    .fma(cellR, p0);
            FloatVector cellExpm1 = cellP.mul(cellR).fma(cellR, cellR);
            FloatVector cellLess = cellPower.fma(cellExpm1, cellPower.sub(one));
            FloatVector cell = cellLess.div(cellLess.add(two))
                    .reinterpretAsInts()
                    .or(cellBits.and(sign))
                    .reinterpretAsFloats();
            output.mul(cell).intoArray(state, h + u);
        }
    }

    /**
     * {@code h = z * h + (1 - z) * tanh(r * m + n)} with sigmoid(r) and sigmoid(z); r, z and n begin there in {@code gates}, m
     * and h in their arrays.
     */
    static void gru(float[] gates, int r, int z, int n, int count, float[] m, int mAt, float[] state, int h) {
        IntVector sign = IntVector.broadcast(INTS, VectorActivations.SIGN);
        IntVector magnitude = IntVector.broadcast(INTS, VectorActivations.MAGNITUDE);
        IntVector nans = IntVector.broadcast(INTS, VectorActivations.NANS);
        IntVector expBound = IntVector.broadcast(INTS, VectorActivations.EXP_BOUND);
        IntVector tanhBound = IntVector.broadcast(INTS, VectorActivations.TANH_BOUND);
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
        for (int u = 0; u < count; u += L) {
            IntVector resetBits = FloatVector.fromArray(LANES, gates, r + u).reinterpretAsInts();
            FloatVector resetX = resetBits
                    .and(magnitude)
                    .add(nans)
                    .min(expBound)
                    .sub(nans)
                    .or(resetBits.not().and(sign))
                    .reinterpretAsFloats();
            FloatVector resetShifted = resetX.fma(log2E, round);
            FloatVector resetN = resetShifted.sub(round);
            FloatVector resetPower =
                    resetShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector resetR = resetN.fma(ln2Low, resetN.fma(ln2High, resetX));
            FloatVector resetP = resetR.fma(p5, p4)
                    .fma(resetR, p3)
                    .fma(resetR, p2)
                    .fma(resetR, p1)
                    .fma(resetR, p0);
            FloatVector resetExpm1 = resetP.mul(resetR).fma(resetR, resetR);
            FloatVector reset = one.div(one.add(resetPower.fma(resetExpm1, resetPower)));
            FloatVector sum =
                    reset.fma(FloatVector.fromArray(LANES, m, mAt + u), FloatVector.fromArray(LANES, gates, n + u));
            IntVector updateBits = FloatVector.fromArray(LANES, gates, z + u).reinterpretAsInts();
            FloatVector updateX = updateBits
                    .and(magnitude)
                    .add(nans)
                    .min(expBound)
                    .sub(nans)
                    .or(updateBits.not().and(sign))
                    .reinterpretAsFloats();
            FloatVector updateShifted = updateX.fma(log2E, round);
            FloatVector updateN = updateShifted.sub(round);
            FloatVector updatePower =
                    updateShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector updateR = updateN.fma(ln2Low, updateN.fma(ln2High, updateX));
            FloatVector updateP = updateR.fma(p5, p4)
                    .fma(updateR, p3)
                    .fma(updateR, p2)
                    .fma(updateR, p1)
                    .fma(updateR, p0);
            FloatVector updateExpm1 = updateP.mul(updateR).fma(updateR, updateR);
            FloatVector update = one.div(one.add(updatePower.fma(updateExpm1, updatePower)));
            IntVector candidateBits = sum.reinterpretAsInts();
            FloatVector candidateHalf = candidateBits
                    .and(magnitude)
                    .add(nans)
                    .min(tanhBound)
                    .sub(nans)
                    .reinterpretAsFloats();
            FloatVector candidateX = candidateHalf.add(candidateHalf);
            FloatVector candidateShifted = candidateX.fma(log2E, round);
            FloatVector candidateN = candidateShifted.sub(round);
            FloatVector candidatePower =
                    candidateShifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector candidateR = candidateN.fma(ln2Low, candidateN.fma(ln2High, candidateX));
            FloatVector candidateP = candidateR
                    .fma(p5, p4)
                    .fma(candidateR, p3)
                    .fma(candidateR, p2)
                    .fma(candidateR, p1)
                    .fma(candidateR, p0);
            FloatVector candidateExpm1 = candidateP.mul(candidateR).fma(candidateR, candidateR);
            FloatVector candidateLess = candidatePower.fma(candidateExpm1, candidatePower.sub(one));
            FloatVector candidate = candidateLess
                    .div(candidateLess.add(two))
                    .reinterpretAsInts()
                    .or(candidateBits.and(sign))
                    .reinterpretAsFloats();
            FloatVector gain = one.sub(update).mul(candidate);
            update.fma(FloatVector.fromArray(LANES, state, h + u), gain).intoArray(state, h + u);
        }
    }
}
