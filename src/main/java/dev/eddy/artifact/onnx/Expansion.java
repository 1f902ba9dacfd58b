package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Fill;
import dev.eddy.artifact.onnx.Expressions.Product;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import dev.eddy.artifact.onnx.Expressions.Sum;
import dev.eddy.artifact.onnx.Polynomial.Atom;
import dev.eddy.model.Activation;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Multiplies out what a graph computes element by element: sums, products and arithmetic with constants. */
final class Expansion {
    private static final int MAX_VISITS = 256;
    private static final int MAX_TERMS = 24;

    private final Expressions expressions;
    private final Budget budget;
    private final Set<Integer> visited = new HashSet<>();
    private int visits;

    Expansion(Expressions expressions, Budget budget) {
        this.expressions = expressions;
        this.budget = budget;
    }

    /** The expressions gone through so far. */
    Set<Integer> visited() {
        return visited;
    }

    /** A vector as a polynomial; {@code null} where it is longer than that of any cell. */
    Polynomial of(long[] refs) {
        visits = 0;
        return expand(refs, null);
    }

    /** The same, where one vector stays whole although it is computed itself. */
    Polynomial of(long[] refs, Atom whole) {
        visits = 0;
        return expand(refs, whole);
    }

    /** What an activation is applied to, or {@code null} where the vector is not all of one activation of that kind. */
    long[] argument(long[] refs, Activation activation) {
        return expressions.of(refs[0]) instanceof Activated activated
                        && activated.activation().equals(activation)
                        && Operands.single(refs)
                ? Operands.pick(activated.x(), refs)
                : null;
    }

    private Polynomial expand(long[] refs, Atom whole) {
        budget.take(refs.length);
        Atom atom = new Atom(refs);
        if (++visits > MAX_VISITS) {
            return null;
        } else if (atom.equals(whole) || !Operands.single(refs)) {
            return Polynomial.of(atom);
        }
        visited.add(Expressions.id(refs[0]));
        Expr expr = expressions.of(refs[0]);
        Polynomial result = Polynomial.of(atom);
        if (expr instanceof Sum sum) {
            result = both(Operands.pick(sum.a(), refs), Operands.pick(sum.b(), refs), whole, false);
        } else if (expr instanceof Product product) {
            result = both(Operands.pick(product.a(), refs), Operands.pick(product.b(), refs), whole, true);
        } else if (expr instanceof Scaled scaled) {
            result = scaled(scaled, refs, whole);
        } else if (expr instanceof Fill fill) {
            double[] numbers = new double[refs.length];
            Arrays.setAll(numbers, k -> fill.numbers().at(Expressions.index(refs[k])));
            result = Polynomial.of(numbers);
        }
        return result == null || result.terms().size() > MAX_TERMS ? null : result;
    }

    private Polynomial both(long[] a, long[] b, Atom whole, boolean multiply) {
        Polynomial x = expand(a, whole);
        Polynomial y = x == null ? null : expand(b, whole);
        if (y == null) {
            return null;
        }
        return multiply ? x.times(y) : x.plus(y);
    }

    private Polynomial scaled(Scaled scaled, long[] refs, Atom whole) {
        Polynomial x = expand(Operands.pick(scaled.x(), refs), whole);
        if (x == null) {
            return null;
        }
        double[] by = new double[refs.length];
        for (int k = 0; k < by.length; k++) {
            double number = scaled.by()[Expressions.index(refs[k])];
            by[k] = switch (scaled.operation()) {
                case ADD, MUL -> number;
                case SUB -> -number;
                case DIV -> 1 / number;
            };
        }
        return switch (scaled.operation()) {
            case ADD, SUB -> x.plus(Polynomial.of(by));
            case MUL, DIV -> x.times(Polynomial.of(by));
        };
    }
}
