package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Embedding;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Input;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import dev.eddy.artifact.onnx.Expressions.Source;
import dev.eddy.model.InvalidModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the first layer reads: graph inputs, normalised by the graph or not, and rows of embeddings. */
final class FeatureSources {
    private final Expressions expressions;
    private final Map<Integer, Base> bases = new LinkedHashMap<>();
    private int[] selection;
    private int width;

    FeatureSources(Expressions expressions) {
        this.expressions = expressions;
    }

    private static final class Base {
        private final Expr expr;
        private final int at;
        private final double[] mean;
        private final double[] std; // 0: not used yet

        Base(Expr expr, int at) {
            this.expr = expr;
            this.at = at;
            this.mean = new double[expr.width()];
            this.std = new double[expr.width()];
        }
    }

    /** An element of an input, as {@code (element - mean) / std}. */
    private record Origin(long ref, double mean, double std) {}

    /** One step of arithmetic done to an element. */
    private record Step(Expressions.Arithmetic operation, double by) {}

    /** Whether a vector consists of nothing but inputs. */
    boolean covers(long[] refs) {
        return Arrays.stream(refs).allMatch(ref -> origin(ref) != null);
    }

    /** The sources a vector consists of. */
    List<Draft.Source> of(long[] refs) {
        int[] columns = new int[refs.length];
        List<Origin> origins = Arrays.stream(refs).mapToObj(this::origin).toList();
        for (int i = 0; i < columns.length; i++) {
            Origin origin = origins.get(i);
            Base base = bases.computeIfAbsent(Expressions.id(origin.ref()), id -> {
                Base added = new Base(expressions.of(origin.ref()), width);
                width += added.expr.width();
                return added;
            });
            int index = Expressions.index(origin.ref());
            columns[i] = base.at + index;
            scale(base, index, origin);
        }
        boolean plain = columns.length == width;
        for (int i = 0; plain && i < width; i++) {
            plain = columns[i] == i;
        }
        selection = plain ? null : columns;
        return bases.values().stream().map(this::source).toList();
    }

    /** Numbers of all sources together. */
    int width() {
        return width;
    }

    /** Which of them the first layer reads, in its order; {@code null} for all in order. */
    int[] selection() {
        return selection;
    }

    private static void scale(Base base, int index, Origin origin) {
        if (base.std[index] != 0 && (base.std[index] != origin.std() || base.mean[index] != origin.mean())) {
            throw new InvalidModelException("the graph normalises an input in two ways; normalise it once");
        }
        base.mean[index] = origin.mean();
        base.std[index] = origin.std();
    }

    private Origin origin(long ref) {
        double mean = 0;
        double std = 1;
        long at = ref;
        List<Step> steps = new ArrayList<>(); // last to first
        while (expressions.of(at) instanceof Scaled scaled) {
            int i = Expressions.index(at);
            steps.add(new Step(scaled.operation(), scaled.by()[i]));
            at = scaled.x()[i];
        }
        for (int i = steps.size() - 1; i >= 0; i--) {
            double by = steps.get(i).by();
            switch (steps.get(i).operation()) {
                case ADD -> mean -= by * std;
                case SUB -> mean += by * std;
                case MUL -> std /= by;
                case DIV -> std *= by;
            }
        }
        Expr base = expressions.of(at);
        boolean usable = (base instanceof Input input && input.source() == Source.VECTOR)
                || (base instanceof Embedding && steps.isEmpty());
        return usable ? new Origin(at, mean, std) : null;
    }

    private Draft.Source source(Base base) {
        if (base.expr instanceof Embedding embedding) {
            Input token = (Input) expressions.of(embedding.token());
            if (token.width() != 1) {
                throw new InvalidModelException("the graph input '" + Refusals.brief(token.name())
                        + "' has several ids for each event; give each an input of its own");
            }
            return new Draft.Source(token.name(), embedding.width(), embedding.table(), null, null);
        }
        boolean scaled = false;
        for (int i = 0; i < base.std.length; i++) {
            base.std[i] = base.std[i] == 0 ? 1 : base.std[i];
            scaled |= base.std[i] != 1 || base.mean[i] != 0;
        }
        Input input = (Input) base.expr;
        return new Draft.Source(input.name(), input.width(), null, scaled ? base.mean : null, scaled ? base.std : null);
    }
}
