package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Symbol.Role;
import dev.eddy.model.InvalidModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Which output of a graph is its answer; all others must be states. */
final class GraphOutputs {
    private final Expressions expressions;
    private final Map<String, Series> outputs;

    GraphOutputs(Expressions expressions, Map<String, Series> outputs) {
        this.expressions = expressions;
        this.outputs = outputs;
    }

    /**
     * The name of the answer.
     *
     * @throws InvalidModelException if there is none or more than one
     */
    String answer() {
        List<String> computed = outputs.keySet().stream()
                .filter(name -> !state(outputs.get(name)))
                .toList();
        if (computed.size() > 1) {
            throw new InvalidModelException("the graph has several outputs besides states: " + brief(computed)
                    + "; export it with one answer and its states, each state output in the form of its input, each cell an"
                    + " LSTM, GRU or RNN");
        } else if (computed.size() == 1) {
            return computed.get(0);
        }
        List<String> whole = outputs.keySet().stream()
                .filter(name -> whole(outputs.get(name).refs()))
                .toList();
        if (whole.isEmpty() && outputs.size() == 1 && cellState(only().refs())) {
            return outputs.keySet().iterator().next();
        }
        if (whole.isEmpty() || whole.stream().anyMatch(name -> !same(name, whole.get(0)))) {
            throw new InvalidModelException("the graph has no output that is its answer, only states: "
                    + brief(outputs.keySet()) + "; export the output of the last layer as well");
        }
        return whole.get(0);
    }

    /** Whether a vector is all that one layer hands on. */
    private boolean whole(long[] refs) {
        TwoWay both = TwoWay.of(expressions, refs);
        return Peeled.whole(expressions, refs) != null || (both != null && both.gives(refs));
    }

    private boolean cellState(long[] refs) {
        TwoWay both = TwoWay.of(expressions, refs);
        return Peeled.cellState(expressions, refs) || (both != null && both.givesCell(refs));
    }

    private Series only() {
        return outputs.values().iterator().next();
    }

    private static String brief(java.util.Collection<String> names) {
        return Refusals.brief(names.toString());
    }

    private boolean same(String one, String other) {
        return Arrays.equals(outputs.get(one).refs(), outputs.get(other).refs());
    }

    /** Whether an output is made of nothing but the new states of cells, at the end. */
    private boolean state(Series series) {
        if (series.axes().stream().anyMatch(axis -> axis.is(Role.TIME))) {
            return false;
        }
        for (long ref : series.refs()) {
            if (!(expressions.of(ref) instanceof Cell)) {
                return false;
            }
        }
        return true;
    }
}
