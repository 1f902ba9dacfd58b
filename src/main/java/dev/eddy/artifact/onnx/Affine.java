package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Linear;
import dev.eddy.artifact.onnx.Polynomial.Atom;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/** What stands inside an activation, as {@code W v + b} over single elements v. */
final class Affine {
    private final Map<Long, double[]> columns = new LinkedHashMap<>(); // element of v -> its column of W
    private final double[] bias;

    private Affine(int width) {
        bias = new double[width];
    }

    /** The map that gives zero. */
    static Affine zero(int width) {
        return new Affine(width);
    }

    /**
     * Reads a polynomial.
     *
     * @return {@code null} where it multiplies computed values
     */
    static Affine of(Polynomial polynomial, Expressions expressions, Budget budget) {
        Affine affine = new Affine(polynomial.width());
        for (Map.Entry<List<Atom>, double[]> term : polynomial.terms().entrySet()) {
            double[] coefficients = term.getValue();
            if (term.getKey().isEmpty()) {
                for (int k = 0; k < coefficients.length; k++) {
                    affine.bias[k] += coefficients[k];
                }
            } else if (term.getKey().size() == 1) {
                affine.add(term.getKey().get(0).refs(), coefficients, expressions, budget);
            } else {
                return null;
            }
        }
        return affine;
    }

    private void add(long[] refs, double[] coefficients, Expressions expressions, Budget budget) {
        if (!Operands.single(refs) || !(expressions.of(refs[0]) instanceof Linear linear)) {
            for (int k = 0; k < refs.length; k++) {
                column(refs[k], budget)[k] += coefficients[k];
            }
            return;
        }
        int in = linear.x().length;
        for (int j = 0; j < in; j++) {
            double[] column = column(linear.x()[j], budget);
            for (int k = 0; k < refs.length; k++) {
                column[k] += coefficients[k] * linear.weight()[Expressions.index(refs[k]) * in + j];
            }
        }
    }

    private double[] column(long ref, Budget budget) {
        return columns.computeIfAbsent(ref, r -> {
            budget.take(bias.length);
            return new double[bias.length];
        });
    }

    /** The elements that are read. */
    Set<Long> reads() {
        return Collections.unmodifiableSet(columns.keySet());
    }

    double[] column(long ref) {
        return columns.get(ref);
    }

    double[] bias() {
        return bias;
    }

    /** The same map with every number multiplied by -1. */
    Affine negated() {
        Affine negated = new Affine(bias.length);
        negated.add(this, ref -> ref, -1);
        return negated;
    }

    /**
     * How each number of the result reads the element at its own place of a vector.
     *
     * @return {@code null} where one reads an element at another place
     */
    double[] diagonal(long[] refs) {
        double[] diagonal = new double[bias.length];
        for (int j = 0; j < refs.length; j++) {
            double[] column = columns.get(refs[j]);
            for (int k = 0; column != null && k < column.length; k++) {
                if (k == j) {
                    diagonal[k] = column[k];
                } else if (column[k] != 0) {
                    return null;
                }
            }
        }
        return diagonal;
    }

    /** Whether it reads any of some elements. */
    boolean readsAny(long[] refs) {
        return Arrays.stream(refs).anyMatch(columns::containsKey);
    }

    /** The same map, some elements taken for zero. */
    Affine without(long[] refs) {
        Affine without = renamed(ref -> ref);
        Arrays.stream(refs).forEach(without.columns::remove);
        return without;
    }

    /** The same map without its bias. */
    Affine linear() {
        Affine linear = new Affine(bias.length);
        linear.columns.putAll(columns);
        return linear;
    }

    /** The sum of two maps. */
    Affine plus(Affine other) {
        Affine sum = renamed(ref -> ref);
        sum.add(other, ref -> ref, 1);
        return sum;
    }

    /** The same map over other elements; where two become one, their columns are added. */
    Affine renamed(LongUnaryOperator name) {
        Affine renamed = new Affine(bias.length);
        renamed.add(this, name, 1);
        return renamed;
    }

    private void add(Affine other, LongUnaryOperator name, double sign) {
        other.columns.forEach((ref, column) -> {
            double[] own = columns.computeIfAbsent(name.applyAsLong(ref), r -> new double[bias.length]);
            for (int k = 0; k < own.length; k++) {
                own[k] += sign * column[k];
            }
        });
        for (int k = 0; k < bias.length; k++) {
            bias[k] += sign * other.bias[k];
        }
    }
}
