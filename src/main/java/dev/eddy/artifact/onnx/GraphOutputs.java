package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Symbol.Role;
import dev.eddy.model.InvalidModelException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which outputs of a graph are its answers; all others must be states. */
final class GraphOutputs {
    private final Expressions expressions;
    private final Map<String, Series> outputs;

    GraphOutputs(Expressions expressions, Map<String, Series> outputs) {
        this.expressions = expressions;
        this.outputs = outputs;
    }

    /**
     * The names of the answers, in the order of the graph or of the choice.
     *
     * @param chosen names of outputs; empty for all that are no states
     * @throws InvalidModelException if there is none
     */
    List<String> answers(List<String> chosen) {
        for (String name : chosen) {
            if (!outputs.containsKey(name)) {
                throw new InvalidModelException(
                        "the graph has no output '" + Refusals.brief(name) + "'; it has " + brief(outputs.keySet()));
            }
        }
        if (!chosen.isEmpty()) {
            return chosen;
        }
        List<String> computed = computed();
        return computed.isEmpty() ? List.of(last()) : computed;
    }

    /** The outputs without those that are neither chosen nor states. */
    Map<String, Series> without(List<String> chosen) {
        Map<String, Series> kept = new LinkedHashMap<>(outputs);
        if (!chosen.isEmpty()) {
            kept.keySet().removeIf(name -> !chosen.contains(name) && !state(outputs.get(name)));
        }
        return kept;
    }

    /** Whether several outputs are no states. */
    boolean several() {
        return computed().size() > 1;
    }

    private List<String> computed() {
        return outputs.keySet().stream()
                .filter(name -> !state(outputs.get(name)))
                .toList();
    }

    /** The answer of a graph whose outputs are all states: the only one, or the one that is given twice. */
    private String last() {
        List<String> whole = outputs.keySet().stream()
                .filter(name -> whole(outputs.get(name).refs()))
                .toList();
        if (whole.isEmpty() && outputs.size() == 1 && cellState(only().refs())) {
            return outputs.keySet().iterator().next();
        }
        List<String> twice = whole.stream()
                .filter(name -> whole.stream().anyMatch(other -> !other.equals(name) && same(name, other)))
                .toList();
        if (!twice.isEmpty() && twice.stream().allMatch(name -> same(name, twice.get(0)))) {
            return twice.get(0);
        }
        if (whole.size() != 1) {
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
