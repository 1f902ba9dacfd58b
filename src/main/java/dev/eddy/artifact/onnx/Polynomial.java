package dev.eddy.artifact.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vector as a sum of element-wise products of other vectors, each with its coefficients. Two ways to write the same formula,
 * {@code (1-z)*n + z*h} and {@code n + z*(h-n)}, give the same polynomial.
 */
final class Polynomial {
    private static final Comparator<Atom> ORDER = (a, b) -> Arrays.compare(a.refs, b.refs);

    private final int width;
    private final Map<List<Atom>, double[]> terms = new LinkedHashMap<>();

    Polynomial(int width) {
        this.width = width;
    }

    /** A vector that is not taken apart further; equal where its elements are the same ones. */
    record Atom(long[] refs) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Atom atom && Arrays.equals(refs, atom.refs);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(refs);
        }

        @Override
        public String toString() {
            return Arrays.toString(refs);
        }
    }

    static Polynomial of(Atom atom) {
        return new Polynomial(atom.refs.length).add(List.of(atom), ones(atom.refs.length));
    }

    static Polynomial of(double[] constants) {
        return new Polynomial(constants.length).add(List.of(), constants.clone());
    }

    private static double[] ones(int width) {
        double[] ones = new double[width];
        Arrays.fill(ones, 1);
        return ones;
    }

    int width() {
        return width;
    }

    /** Products, each a sorted list of atoms, to their coefficients; none is zero throughout. */
    Map<List<Atom>, double[]> terms() {
        return Collections.unmodifiableMap(terms);
    }

    private Polynomial add(List<Atom> product, double[] coefficients) {
        double[] sum = terms.computeIfAbsent(product, p -> new double[width]);
        for (int k = 0; k < width; k++) {
            sum[k] += coefficients[k];
        }
        if (Arrays.stream(sum).allMatch(c -> c == 0)) {
            terms.remove(product);
        }
        return this;
    }

    Polynomial plus(Polynomial other) {
        Polynomial sum = new Polynomial(width);
        terms.forEach(sum::add);
        other.terms.forEach(sum::add);
        return sum;
    }

    Polynomial times(Polynomial other) {
        Polynomial product = new Polynomial(width);
        terms.forEach((atoms, x) -> other.terms.forEach((others, y) -> {
            List<Atom> both = new ArrayList<>(atoms);
            both.addAll(others);
            both.sort(ORDER);
            double[] coefficients = new double[width];
            Arrays.setAll(coefficients, k -> x[k] * y[k]);
            product.add(List.copyOf(both), coefficients);
        }));
        return product;
    }

    Polynomial negated() {
        double[] minus = ones(width);
        Arrays.setAll(minus, k -> -1);
        return times(of(minus));
    }

    /** The products that hold an atom, without it; those that hold it twice keep one. */
    Polynomial dividedBy(Atom atom) {
        Polynomial quotient = new Polynomial(width);
        terms.forEach((atoms, coefficients) -> {
            if (atoms.contains(atom)) {
                List<Atom> rest = new ArrayList<>(atoms);
                rest.remove(atom);
                quotient.add(List.copyOf(rest), coefficients);
            }
        });
        return quotient;
    }

    /** The products that do not hold an atom. */
    Polynomial without(Atom atom) {
        Polynomial rest = new Polynomial(width);
        terms.forEach((atoms, coefficients) -> {
            if (!atoms.contains(atom)) {
                rest.add(atoms, coefficients);
            }
        });
        return rest;
    }

    /** Whether a product stands in it with one coefficient for all elements. */
    boolean has(double coefficient, Atom... product) {
        List<Atom> sorted = new ArrayList<>(List.of(product));
        sorted.sort(ORDER);
        double[] found = terms.get(sorted);
        return found != null && Arrays.stream(found).allMatch(c -> c == coefficient);
    }

    /** The other factor of the one product of two that holds an atom, or {@code null}. */
    Atom partner(Atom atom) {
        List<List<Atom>> holding = terms.keySet().stream()
                .filter(p -> p.size() == 2 && p.contains(atom))
                .toList();
        if (holding.size() != 1) {
            return null;
        }
        List<Atom> product = holding.get(0);
        return product.get(0).equals(atom) ? product.get(1) : product.get(0);
    }
}
