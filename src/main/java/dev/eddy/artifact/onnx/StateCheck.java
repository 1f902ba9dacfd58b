package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.OnnxModel.Port;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that a graph carries its states as Eddy does: each layer's state in one place of one input, back in the same place of
 * one output, none mixed up, none ignored.
 */
final class StateCheck {
    private final Expressions expressions;
    private final Draft draft;
    private final Map<Long, Long> before = new HashMap<>(); // element of a new state -> of the state input

    StateCheck(Expressions expressions, Draft draft) {
        this.expressions = expressions;
        this.draft = draft;
    }

    /**
     * Checks a graph's inputs and outputs.
     *
     * @param inputs inputs that are not weights
     * @param answers the outputs that are no states, or those of them that are wanted
     * @param several whether the graph has others besides the first
     * @throws InvalidModelException if a state goes astray
     */
    void run(List<Port> inputs, Map<String, Series> outputs, List<String> answers, boolean several) {
        requireOneKindOfStart();
        Set<Long> used = new HashSet<>();
        for (Draft.Layer layer : draft.layers()) {
            pair(layer, layer.h(), 0, used);
            pair(layer, layer.c(), layer.output(), used);
        }
        inputs.forEach(port -> requireUsed(port, used));
        Set<Long> returned = new HashSet<>();
        int last = -1;
        for (Map.Entry<String, Series> output : outputs.entrySet()) {
            if (!answers.contains(output.getKey()) && !before.isEmpty()) {
                requireState(output.getKey(), output.getValue());
                Arrays.stream(output.getValue().refs()).forEach(returned::add);
                last = requireOrder(
                        inputs, output.getKey(), before.get(output.getValue().refs()[0]), last);
            }
        }
        if (several) {
            requireAllReturned(answers, returned);
        }
    }

    /** One of several answers might be meant as a new state, computed from that of a cell: then another is missing. */
    private void requireAllReturned(List<String> answers, Set<Long> returned) {
        for (Map.Entry<Long, Long> state : before.entrySet()) {
            if (!returned.contains(state.getKey())) {
                throw new InvalidModelException("the graph has several outputs besides states, "
                        + Refusals.brief(answers.toString()) + ", but none is the new value of its state input '"
                        + name(state.getValue())
                        + "'; export all states as inputs and, as the layers give them, as outputs");
            }
        }
    }

    private void requireOneKindOfStart() {
        boolean given = false;
        boolean zero = false;
        for (Draft.Layer layer : draft.layers()) {
            if (layer.recurrent()) {
                given |= layer.h() != null || layer.c() != null;
                zero |= layer.h() == null || (layer.kind() == CellKind.LSTM && layer.c() == null);
            }
        }
        if (given && zero) {
            throw new InvalidModelException("the graph takes some states as inputs and starts others at zero with every"
                    + " call; export all states as inputs, or none");
        }
    }

    private void pair(Draft.Layer layer, long[] initial, int offset, Set<Long> used) {
        for (int k = 0; initial != null && k < initial.length; k++) {
            if (!used.add(initial[k])) {
                throw new InvalidModelException(
                        "the graph uses the state input '" + name(initial[k])
                                + "' for two states; was one tensor passed as both h0 and c0 when exporting? Pass distinct ones");
            }
            before.put(((long) layer.state() << 32) | (offset + k), initial[k]);
        }
    }

    private String name(long ref) {
        return expressions.of(ref) instanceof Expressions.Input input ? Refusals.brief(input.name()) : "?";
    }

    private void requireUsed(Port port, Set<Long> used) {
        boolean feature =
                draft.sources().stream().anyMatch(source -> source.input().equals(port.name()));
        List<Long> states = used.stream()
                .filter(ref -> name(ref).equals(Refusals.brief(port.name())))
                .toList();
        if (feature && states.isEmpty()) {
            return;
        } else if (feature) {
            throw new InvalidModelException(
                    "the graph input '" + Refusals.brief(port.name()) + "' is read both as values and as a state");
        } else if (states.isEmpty()) {
            throw new InvalidModelException("the graph declares the input '" + Refusals.brief(port.name())
                    + "' but its answer does not depend on it; when exporting, pass distinct tensors for all states and"
                    + " no unused inputs");
        }
        if (expressions.of(states.get(0)).width() != states.size()) {
            throw new InvalidModelException(
                    "the graph ignores a part of the state input '" + Refusals.brief(port.name()) + "'");
        }
    }

    /** States come out in the order in which they go in: whoever feeds them back goes by it. Gives the input's place. */
    private int requireOrder(List<Port> inputs, String output, long old, int last) {
        int place = -1;
        for (int i = 0; i < inputs.size(); i++) {
            place = Refusals.brief(inputs.get(i).name()).equals(name(old)) ? i : place;
        }
        if (place <= last) {
            throw new InvalidModelException(
                    "the output '" + Refusals.brief(output) + "' is the new value of '" + name(old)
                            + "', so states come out in another order than they go in; states are crossed: export state outputs in"
                            + " the order of the state inputs");
        }
        return place;
    }

    private void requireState(String output, Series series) {
        long[] refs = series.refs();
        for (int i = 0; i < refs.length; i++) {
            Long old = before.get(refs[i]);
            if (old == null) {
                throw new InvalidModelException("the output '" + Refusals.brief(output)
                        + "' is neither the answer nor the new value of a state input; remove it from the export");
            }
            if (Expressions.index(old) != i
                    || Expressions.id(old) != Expressions.id(before.get(refs[0]))
                    || expressions.of(old).width() != refs.length) {
                throw new InvalidModelException("the output '" + Refusals.brief(output)
                        + "' is not the new value of its own state input but of '" + name(old)
                        + "' in another place; states are crossed: let each state output match its input");
            }
        }
    }
}
