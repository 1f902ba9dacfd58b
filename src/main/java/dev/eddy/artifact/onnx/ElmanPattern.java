package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Arithmetic;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Input;
import dev.eddy.artifact.onnx.Expressions.Linear;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import dev.eddy.artifact.onnx.Expressions.Source;
import dev.eddy.artifact.onnx.Expressions.Sum;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.TensorRole;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Recognises a simple recurrent cell that an exporter took apart into {@code f(W x + U h + b)}. Which of the two linear maps
 * reads the state shows in the outputs: the new state stands there in the very places where the old one stood in the input.
 */
final class ElmanPattern {
    private static final int MAX_TERMS = 8;

    private final Expressions expressions;
    private final Collection<Series> outputs;

    ElmanPattern(Expressions expressions, Collection<Series> outputs) {
        this.expressions = expressions;
        this.outputs = outputs;
    }

    /** The layer, and where its input comes from. */
    record Match(Draft.Layer layer, long[] x) {}

    /**
     * Matches an activation.
     *
     * @param first a reference to the activation's first element
     * @return {@code null} where it is none of a recurrent cell
     */
    Match match(Activated activated, long first) {
        List<Linear> maps = new ArrayList<>();
        double[] bias = new double[activated.width()];
        if (!takeApart(activated.x(), maps, bias) || maps.size() != 2) {
            return null;
        }
        boolean zero = isState(maps.get(0).x(), first, activated.width());
        boolean one = isState(maps.get(1).x(), first, activated.width());
        if (zero == one) {
            return null;
        }
        Linear recurrent = maps.get(zero ? 0 : 1);
        Linear input = maps.get(zero ? 1 : 0);
        Map<String, float[]> weights = new HashMap<>();
        weights.put(TensorRole.WEIGHT_IH, input.weight());
        weights.put(TensorRole.WEIGHT_HH, recurrent.weight());
        weights.put(TensorRole.BIAS_IH, new Numbers.Doubles(bias).floats());
        int hidden = activated.width();
        Draft.Layer layer = new Draft.Layer(
                CellKind.RNN,
                input.x().length,
                hidden,
                activated.activation(),
                null,
                false,
                null,
                weights,
                Expressions.id(first),
                recurrent.x(),
                null);
        return new Match(layer, input.x());
    }

    /** Whether a vector is part of an input that comes back in an output, replaced by the activation. */
    private boolean isState(long[] refs, long first, int width) {
        if (refs.length != width
                || !(expressions.of(refs[0]) instanceof Input input)
                || input.source() == Source.TOKEN) {
            return false;
        }
        return outputs.stream()
                .anyMatch(output -> output.refs().length == input.width() && replaced(refs, first, output));
    }

    private static boolean replaced(long[] refs, long first, Series output) {
        for (int k = 0; k < refs.length; k++) {
            int place = Expressions.index(refs[k]);
            if (Expressions.id(refs[k]) != Expressions.id(refs[0])
                    || place >= output.refs().length
                    || output.refs()[place] != first + k) {
                return false;
            }
        }
        return true;
    }

    private boolean takeApart(long[] refs, List<Linear> maps, double[] bias) {
        Deque<long[]> open = new ArrayDeque<>(List.of(refs));
        for (int terms = 0; !open.isEmpty(); terms++) {
            Expr expr = Peeled.whole(expressions, open.peek());
            open.pop();
            if (expr instanceof Sum sum && terms < MAX_TERMS) {
                open.push(sum.a());
                open.push(sum.b());
            } else if (expr instanceof Scaled scaled && added(scaled, bias)) {
                open.push(scaled.x());
            } else if (expr instanceof Linear linear) {
                maps.add(linear);
            } else {
                return false;
            }
        }
        return true;
    }

    private static boolean added(Scaled scaled, double[] bias) {
        if (scaled.operation() != Arithmetic.ADD && scaled.operation() != Arithmetic.SUB) {
            return false;
        }
        for (int i = 0; i < bias.length; i++) {
            bias[i] += scaled.operation() == Arithmetic.ADD ? scaled.by()[i] : -scaled.by()[i];
        }
        return true;
    }
}
