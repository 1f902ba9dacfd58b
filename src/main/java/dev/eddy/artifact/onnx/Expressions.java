package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a graph computes at one step, as vectors that refer to elements of each other. A reference is (expression, index). */
final class Expressions {
    private final List<Expr> all = new ArrayList<>();

    /** A vector of one step. */
    sealed interface Expr {
        /** Number of its elements. */
        int width();
    }

    /** What a graph input is. */
    enum Source {
        VECTOR,
        TOKEN,
        STATE
    }

    record Input(String name, Source source, int width) implements Expr {}

    /** Numbers that the graph knows. */
    record Fill(Numbers numbers) implements Expr {
        @Override
        public int width() {
            return numbers.size();
        }
    }

    /** The row of a table, (ids, width), that a token names. */
    record Embedding(Constant table, long token) implements Expr {
        @Override
        public int width() {
            return table.axes().get(1).size();
        }
    }

    /** Arithmetic with a constant. */
    enum Arithmetic {
        ADD,
        SUB,
        MUL,
        DIV
    }

    record Scaled(Arithmetic operation, double[] by, long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** {@code W x}; weight (out, in), row-major. */
    record Linear(float[] weight, int width, long[] x) implements Expr {}

    record Sum(long[] a, long[] b) implements Expr {
        @Override
        public int width() {
            return a.length;
        }
    }

    /** Element by element. */
    record Product(long[] a, long[] b) implements Expr {
        @Override
        public int width() {
            return a.length;
        }
    }

    record Activated(Activation activation, long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** The absolute value of each element. */
    record Absolute(long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** Whether each element is above a number. */
    record Above(double threshold, long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** The mean of all elements, one number. */
    record Mean(long[] x) implements Expr {
        @Override
        public int width() {
            return 1;
        }
    }

    /** The square root of each element. */
    record Root(long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** A vector minus its mean, over its deviation: {@code (x - mean) / sqrt(variance + epsilon)}. */
    record Standardised(float epsilon, long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** Softmax or its logarithm over the whole vector. */
    record Normalised(HeadSpec.Kind kind, long[] x) implements Expr {
        @Override
        public int width() {
            return x.length;
        }
    }

    /** What parts that read the other way have at an end of a sequence where they begin; nothing can use it. */
    record Unfinished(int width) implements Expr {}

    /**
     * A recurrent cell; its elements are h and, of an LSTM, c.
     *
     * @param backward whether it reads from the last step to the first
     * @param options variants of the cell; {@code null} for none
     * @param weights role to tensor, in the order of gates of a model file
     * @param h       initial state; {@code null} for zero
     * @param c       initial state; {@code null} for zero or none
     */
    record Cell(
            CellKind kind,
            boolean backward,
            Activation activation,
            boolean resetAfter,
            CellOptions options,
            int hidden,
            Map<String, float[]> weights,
            long[] x,
            long[] h,
            long[] c)
            implements Expr {
        /** A cell that reads forward. */
        Cell(
                CellKind kind,
                Activation activation,
                boolean resetAfter,
                CellOptions options,
                int hidden,
                Map<String, float[]> weights,
                long[] x,
                long[] h,
                long[] c) {
            this(kind, false, activation, resetAfter, options, hidden, weights, x, h, c);
        }

        @Override
        public int width() {
            return kind == CellKind.LSTM ? output() + hidden : hidden;
        }

        /** Width of h. */
        int output() {
            return options == null || options.projection() == null ? hidden : options.projection();
        }

        /** The same cell over another input. */
        Cell reading(long[] other) {
            return new Cell(kind, backward, activation, resetAfter, options, hidden, weights, other, h, c);
        }
    }

    /** Adds an expression and gives references to its elements in order. */
    long[] add(Expr expr) {
        all.add(expr);
        return refs(all.size() - 1, 0, expr.width());
    }

    List<Expr> all() {
        return Collections.unmodifiableList(all);
    }

    /** Inputs of the graph, in their order, by the number of their expression. */
    Map<Integer, Input> inputs() {
        Map<Integer, Input> inputs = new TreeMap<>();
        for (int id = 0; id < all.size(); id++) {
            if (all.get(id) instanceof Input input) {
                inputs.put(id, input);
            }
        }
        return inputs;
    }

    /** Lets every expression read other elements in place of some. */
    void replace(Map<Long, Long> by) {
        all.replaceAll(expr -> Operands.replaced(expr, by));
    }

    /** The expressions that read any of some elements. */
    Set<Integer> readers(Set<Long> refs) {
        Set<Integer> readers = new HashSet<>();
        for (int id = 0; id < all.size(); id++) {
            if (Operands.of(all.get(id)).stream().anyMatch(x -> Arrays.stream(x).anyMatch(refs::contains))) {
                readers.add(id);
            }
        }
        return readers;
    }

    /** The expression a reference points to. */
    Expr of(long ref) {
        return all.get(id(ref));
    }

    static int id(long ref) {
        return (int) (ref >>> 32);
    }

    static int index(long ref) {
        return (int) ref;
    }

    /** References to the elements of an expression in [from, to). */
    static long[] refs(int id, int from, int to) {
        long[] refs = new long[to - from];
        for (int i = 0; i < refs.length; i++) {
            refs[i] = ((long) id << 32) | (from + i);
        }
        return refs;
    }

    /** Whether references are to consecutive elements of one expression. */
    static boolean consecutive(long[] refs) {
        for (int i = 1; i < refs.length; i++) {
            if (refs[i] != refs[0] + i) {
                return false;
            }
        }
        return true;
    }

    /** Whether references are to all the first {@code width} elements of one expression, in order. */
    static boolean whole(long[] refs, int width) {
        return refs.length == width && width > 0 && index(refs[0]) == 0 && consecutive(refs);
    }

    /** Whether a value is a token's id. */
    boolean tokens(Series series) {
        for (long ref : series.refs()) {
            if (!(of(ref) instanceof Input input) || input.source() != Source.TOKEN) {
                return false;
            }
        }
        return true;
    }
}
