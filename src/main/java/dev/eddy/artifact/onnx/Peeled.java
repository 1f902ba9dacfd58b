package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A vector taken apart into a base and the arithmetic with constants done to it.
 *
 * @param refs  the base
 * @param base  the one expression that the base is all of; {@code null} where it is pieced together
 * @param steps first to last
 */
record Peeled(long[] refs, Expr base, List<Scaled> steps) {
    static Peeled of(Expressions expressions, long[] refs) {
        List<Scaled> steps = new ArrayList<>();
        long[] at = refs;
        Expr base = whole(expressions, at);
        while (base instanceof Scaled scaled) {
            steps.add(scaled);
            at = scaled.x();
            base = whole(expressions, at);
        }
        Collections.reverse(steps);
        return new Peeled(at, base, steps);
    }

    /** The expression whose output a vector is, whole and in order; of a cell, its h. */
    static Expr whole(Expressions expressions, long[] refs) {
        if (refs.length == 0) {
            return null;
        }
        Expr expr = expressions.of(refs[0]);
        int width = expr instanceof Expressions.Cell cell ? cell.output() : expr.width();
        return Expressions.whole(refs, width) ? expr : null;
    }

    /** Whether a vector is all of an LSTM's c, in order. */
    static boolean cellState(Expressions expressions, long[] refs) {
        return refs.length > 0
                && expressions.of(refs[0]) instanceof Expressions.Cell cell
                && refs.length == cell.hidden()
                && Expressions.index(refs[0]) == cell.output()
                && Expressions.consecutive(refs);
    }

    /** Whether a bias follows the base at once. */
    boolean biased() {
        return !steps.isEmpty()
                && (steps.get(0).operation() == Arithmetic.ADD || steps.get(0).operation() == Arithmetic.SUB);
    }

    /** Steps as one map {@code y = x * factor + offset}, as {factor, offset}. */
    static double[][] affine(List<Scaled> steps, int width) {
        double[] factor = new double[width];
        double[] offset = new double[width];
        for (int i = 0; i < width; i++) {
            factor[i] = 1;
            for (Scaled step : steps) {
                double by = step.by()[i];
                switch (step.operation()) {
                    case ADD -> offset[i] += by;
                    case SUB -> offset[i] -= by;
                    case MUL -> {
                        factor[i] *= by;
                        offset[i] *= by;
                    }
                    case DIV -> {
                        factor[i] /= by;
                        offset[i] /= by;
                    }
                }
            }
        }
        return new double[][] {factor, offset};
    }
}
