package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Linear;
import dev.eddy.artifact.onnx.Expressions.Normalised;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import dev.eddy.artifact.onnx.Expressions.Standardised;
import dev.eddy.artifact.onnx.Expressions.Sum;
import dev.eddy.model.Activation;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.LayerSpec.Direction;
import dev.eddy.model.TensorRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** Finds, walking back from the output of a graph, the stack of layers that computes it. */
final class ChainBuilder {
    static final String UNFINISHED =
            "it takes the last step of a layer that reads backward, which has then read one event"
                    + " only (or the first step of one that reads forward); export the final states instead (h_n, Y_h)";

    private static final int MAX_LAYERS = 256;

    private final Expressions expressions;
    private final Budget budget;
    private final List<Draft.Layer> layers = new ArrayList<>(); // last to first
    private Draft.Head head;
    private long[] at;

    ChainBuilder(Expressions expressions, Budget budget) {
        this.expressions = expressions;
        this.budget = budget;
    }

    /**
     * The network whose values these are, those of each output on a head of its own.
     *
     * @throws InvalidModelException if they are not computed by a plain stack of layers
     */
    Draft build(List<long[]> values) {
        List<Draft.Head> heads = heads(values);
        FeatureSources sources = new FeatureSources(expressions);
        while (!sources.covers(at)) {
            if (layers.size() > MAX_LAYERS) {
                throw new InvalidModelException("the graph has more than " + MAX_LAYERS + " layers");
            }
            layer();
        }
        List<Draft.Source> found = sources.of(at);
        int width = sources.width();
        if (sources.selection() != null) {
            dense(at.length, width, Activation.IDENTITY, matrix(at.length, width, sources.selection()), null);
        }
        Collections.reverse(layers);
        return new Draft(found, List.copyOf(layers), heads);
    }

    private List<Draft.Head> heads(List<long[]> values) {
        List<Draft.Head> heads = new ArrayList<>();
        long[] trunk = null;
        for (long[] refs : values) {
            at = refs;
            head();
            if (trunk != null && !Arrays.equals(trunk, at)) {
                throw new InvalidModelException(
                        "the graph has several outputs besides states, which are not all linear maps of"
                                + " one and the same layer; export it with one answer and its states, each state output in the form of"
                                + " its input, each cell an LSTM, GRU or RNN, or choose an output with \"head\": {\"from\": NAME} in"
                                + " the spec");
            }
            trunk = at;
            heads.add(values.size() > 1 && head.weight() == null ? identity(head) : head);
        }
        return heads;
    }

    /** One of several heads has weights, be it those that change nothing. */
    private Draft.Head identity(Draft.Head plain) {
        int[] diagonal = new int[at.length];
        Arrays.setAll(diagonal, i -> i);
        return new Draft.Head(
                plain.kind(), at.length, matrix(at.length, at.length, diagonal), null, plain.mean(), plain.std());
    }

    private void head() {
        Peeled peeled = Peeled.of(expressions, at);
        if (peeled.base() instanceof Normalised normalised && peeled.steps().isEmpty()) {
            linearHead(normalised.kind(), normalised.x());
        } else if (peeled.base() instanceof Activated activated
                && activated.activation().equals(Activation.SIGMOID)
                && peeled.steps().isEmpty()) {
            linearHead(HeadSpec.Kind.SIGMOID, activated.x());
        } else {
            linearHead(HeadSpec.Kind.LINEAR, at);
        }
    }

    private void linearHead(HeadSpec.Kind kind, long[] refs) {
        Peeled peeled = Peeled.of(expressions, refs);
        if (peeled.base() instanceof Linear linear) {
            int split = kind == HeadSpec.Kind.LINEAR
                    ? (peeled.biased() ? 1 : 0)
                    : peeled.steps().size();
            float[][] map = folded(linear, peeled.steps().subList(0, split));
            double[][] scaling =
                    scaling(peeled.steps().subList(split, peeled.steps().size()), linear.width());
            head = new Draft.Head(kind, linear.width(), map[0], map[1], scaling[0], scaling[1]);
            at = linear.x();
        } else if (kind == HeadSpec.Kind.LINEAR && !(peeled.base() instanceof Standardised)) {
            double[][] scaling = scaling(peeled.steps(), refs.length);
            head = new Draft.Head(kind, 0, null, null, scaling[0], scaling[1]);
            at = peeled.refs();
        } else {
            head = new Draft.Head(kind, 0, null, null, null, null);
            at = refs;
        }
    }

    private static double[][] scaling(List<Scaled> steps, int width) {
        if (steps.isEmpty()) {
            return new double[2][];
        }
        double[][] affine = Peeled.affine(steps, width);
        return new double[][] {affine[1], affine[0]};
    }

    private void layer() {
        if (Arrays.stream(at).anyMatch(ref -> expressions.of(ref) instanceof Expressions.Unfinished)) {
            throw new InvalidModelException("the graph is no stack of layers that read whole sequences: " + UNFINISHED);
        }
        Expr expr = Peeled.whole(expressions, at);
        TwoWay both = TwoWay.of(expressions, at);
        if (both != null) {
            bidirectional(both);
        } else if (expr instanceof Sum sum && merged(sum) != null) {
            merge(sum, merged(sum).h());
        } else if (expr instanceof Cell cell) {
            recurrent(cell, false);
        } else if (Peeled.cellState(expressions, at)) {
            recurrent((Cell) expressions.of(at[0]), true);
        } else if (expr instanceof Activated activated) {
            affine(Peeled.of(expressions, activated.x()), activated.activation());
        } else if (Peeled.of(expressions, at).base() instanceof Standardised standardised) {
            layerNorm(standardised, Peeled.of(expressions, at).steps());
        } else if (expr instanceof Linear || expr instanceof Scaled) {
            affine(Peeled.of(expressions, at), Activation.IDENTITY);
        } else if (expr == null && single()) {
            select();
        } else {
            throw new InvalidModelException(
                    "the graph is not a plain stack of layers: " + what(expr)
                            + "; cells other than LSTM, GRU and RNN, residual connections, attention and several paths are not supported");
        }
    }

    private static String what(Expr expr) {
        if (expr == null) {
            return "it joins the outputs of several layers";
        }
        return "it uses "
                + (expr instanceof Expressions.Sum
                        ? "a sum of two layers"
                        : expr instanceof Expressions.Product
                                ? "a product of two computed values"
                                : expr instanceof Normalised
                                        ? "a softmax between layers"
                                        : expr instanceof Expressions.Input || expr instanceof Expressions.Fill
                                                ? "a token or constant as a number"
                                                : "a mean, root or absolute value other than in a LayerNorm");
    }

    private void recurrent(Cell cell, boolean handsOnCell) {
        recurrent(cell, cell.backward() ? Direction.BACKWARD : null, handsOnCell, cell.weights());
    }

    /** A layer that reads both ways; where its outputs are not taken as they are, a dense one picks them. */
    private void bidirectional(TwoWay both) {
        if (!both.gives(at) && !both.givesCell(at)) {
            pick(both.h());
            return;
        }
        Map<String, float[]> weights = new HashMap<>(both.forward().weights());
        both.backward().weights().forEach((role, tensor) -> weights.put(role + LayerSpec.REVERSE, tensor));
        recurrent(both.forward(), Direction.BOTH, both.givesCell(at), weights);
    }

    /** The layer that reads both ways whose outputs a sum adds; {@code null} where it adds anything else. */
    private TwoWay merged(Sum sum) {
        TwoWay both = TwoWay.of(
                expressions,
                LongStream.concat(Arrays.stream(sum.a()), Arrays.stream(sum.b()))
                        .toArray());
        if (both == null) {
            return null;
        }
        Set<Long> h = places(both.h()).keySet();
        boolean outputs = Arrays.stream(sum.a()).allMatch(h::contains)
                && Arrays.stream(sum.b()).allMatch(h::contains);
        return outputs ? both : null;
    }

    /** Outputs of the two directions are added up: a dense layer of ones. */
    private void merge(Sum sum, long[] from) {
        Map<Long, Integer> places = places(from);
        budget.take((long) at.length * from.length);
        float[] weight = new float[at.length * from.length];
        for (int j = 0; j < at.length; j++) {
            weight[j * from.length + places.get(sum.a()[j])] += 1;
            weight[j * from.length + places.get(sum.b()[j])] += 1;
        }
        dense(at.length, from.length, Activation.IDENTITY, weight, null);
        at = from;
    }

    private static Map<Long, Integer> places(long[] refs) {
        Map<Long, Integer> places = new HashMap<>();
        for (int i = 0; i < refs.length; i++) {
            places.put(refs[i], i);
        }
        return places;
    }

    /** Some elements of a vector, or in another order. */
    private void pick(long[] from) {
        Map<Long, Integer> places = places(from);
        int[] columns = new int[at.length];
        for (int i = 0; i < at.length; i++) {
            Integer place = places.get(at[i]);
            if (place == null) {
                throw new InvalidModelException(
                        "the graph is not a plain stack of layers: it uses a part of the cell state"
                                + " of a layer that reads both ways; use all of it, or the output");
            }
            columns[i] = place;
        }
        dense(at.length, from.length, Activation.IDENTITY, matrix(at.length, from.length, columns), null);
        at = from;
    }

    private void recurrent(Cell cell, Direction direction, boolean handsOnCell, Map<String, float[]> weights) {
        layers.add(new Draft.Layer(
                cell.kind(),
                cell.x().length,
                cell.hidden(),
                direction,
                cell.activation(),
                cell.kind() == CellKind.GRU ? cell.resetAfter() : null,
                handsOnCell,
                cell.options(),
                weights,
                Expressions.id(at[0]),
                cell.h(),
                cell.c()));
        at = cell.x();
    }

    /** A dense layer; where there is no linear map, one that leaves everything in its place. */
    private void affine(Peeled peeled, Activation activation) {
        if (peeled.base() instanceof Linear linear) {
            float[][] map = folded(linear, peeled.steps());
            dense(linear.width(), linear.x().length, activation, map[0], map[1]);
            at = linear.x();
            return;
        }
        int width = peeled.refs().length;
        double[][] affine = Peeled.affine(peeled.steps(), width);
        int[] diagonal = new int[width];
        Arrays.setAll(diagonal, i -> i);
        float[] weight = matrix(width, width, diagonal);
        float[] bias = new float[width];
        for (int i = 0; i < width; i++) {
            weight[i * width + i] = (float) affine[0][i];
            bias[i] = (float) affine[1][i];
        }
        dense(width, width, activation, weight, peeled.steps().isEmpty() ? null : bias);
        at = peeled.refs();
    }

    private void layerNorm(Standardised standardised, List<Scaled> steps) {
        int width = standardised.width();
        Map<String, float[]> weights = new HashMap<>();
        if (!steps.isEmpty()) {
            double[][] affine = Peeled.affine(steps, width);
            weights.put(TensorRole.WEIGHT, floats(affine[0]));
            weights.put(TensorRole.BIAS, floats(affine[1]));
        }
        layers.add(Draft.Layer.layerNorm(width, standardised.epsilon(), weights));
        at = standardised.x();
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private boolean single() {
        int id = Expressions.id(at[0]);
        Expr expr = expressions.of(at[0]);
        boolean cell = expr instanceof Cell;
        for (long ref : at) {
            if (Expressions.id(ref) != id || (cell && Expressions.index(ref) >= ((Cell) expr).output())) {
                return false;
            }
        }
        return true;
    }

    /** Some outputs of one layer, or in another order. */
    private void select() {
        Expr expr = expressions.of(at[0]);
        int width = expr instanceof Cell cell ? cell.output() : expr.width();
        int[] columns = new int[at.length];
        Arrays.setAll(columns, i -> Expressions.index(at[i]));
        dense(at.length, width, Activation.IDENTITY, matrix(at.length, width, columns), null);
        at = Expressions.refs(Expressions.id(at[0]), 0, width);
    }

    private void dense(int rows, int columns, Activation activation, float[] weight, float[] bias) {
        Map<String, float[]> weights = new HashMap<>();
        weights.put(TensorRole.WEIGHT, weight);
        if (bias != null) {
            weights.put(TensorRole.BIAS, bias);
        }
        layers.add(Draft.Layer.dense(columns, rows, activation, weights));
    }

    /** A matrix with one 1 in each row. */
    private float[] matrix(int rows, int columns, int[] ones) {
        budget.take((long) rows * columns);
        float[] matrix = new float[rows * columns];
        for (int j = 0; j < rows; j++) {
            matrix[j * columns + ones[j]] = 1;
        }
        return matrix;
    }

    /** W and b of a linear map followed by arithmetic; b is {@code null} where nothing follows. */
    private float[][] folded(Linear linear, List<Scaled> steps) {
        if (steps.isEmpty()) {
            return new float[][] {linear.weight(), null};
        }
        int in = linear.x().length;
        double[][] affine = Peeled.affine(steps, linear.width());
        budget.take(linear.weight().length);
        float[] weight = linear.weight().clone();
        float[] bias = new float[linear.width()];
        for (int j = 0; j < bias.length; j++) {
            bias[j] = (float) affine[1][j];
            for (int k = 0; k < in; k++) {
                weight[j * in + k] = (float) (affine[0][j] * weight[j * in + k]);
            }
        }
        return new float[][] {weight, bias};
    }
}
