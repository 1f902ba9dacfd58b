package dev.eddy.network.onnxruntime;

import dev.eddy.model.EngineSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.network.onnxruntime.GraphReader.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the nodes of a graph must be so that one call for each event can give what the network means. */
final class GraphRules {
    /** Operators whose results are not a function of their inputs. */
    private static final Set<String> RANDOM = Set.of(
            "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli");

    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");
    private static final int INITIAL_H = 5;
    private static final int INITIAL_C = 6;
    private static final int Y = 0;
    private static final int Y_H = 1;
    private static final int Y_C = 2;

    private final EngineSpec spec;
    private final List<Node> nodes;
    private final Map<String, Node> makers = new HashMap<>();

    GraphRules(EngineSpec spec, List<Node> nodes) {
        this.spec = spec;
        this.nodes = nodes;
        nodes.forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
    }

    /**
     * Checks all nodes.
     *
     * @throws InvalidModelException if one cannot be
     */
    void check() {
        for (Node node : nodes) {
            boolean standard = node.domain().isEmpty() || node.domain().equals("ai.onnx");
            if (standard && RANDOM.contains(node.op())) {
                throw refuse(node, "it gives random numbers; a step must depend on its event and its state alone");
            } else if (standard && RECURRENT.contains(node.op())) {
                recurrent(node);
            }
        }
    }

    private void recurrent(Node node) {
        if (!node.direction().isEmpty() && !node.direction().equals("forward")) {
            throw refuse(
                    node,
                    "its direction is " + GraphReader.brief(node.direction())
                            + ", but of a stream only what came before is known; train a network that reads forward");
        }
        boolean lstm = node.op().equals("LSTM");
        Set<String> h = statesBefore(node, INITIAL_H, "initial_h");
        Set<String> c = lstm ? statesBefore(node, INITIAL_C, "initial_c") : Set.of();
        requireReturned(node, h, Set.of(Y, Y_H), "h");
        if (lstm) {
            requireReturned(node, c, Set.of(Y_C), "c");
        }
    }

    /** The states that an initial state is made of. */
    private Set<String> statesBefore(Node node, int input, String what) {
        String name = node.inputs().size() > input ? node.inputs().get(input) : "";
        Set<String> sources = sources(name, Set.of());
        Set<String> states = spec.states().stream()
                .map(EngineSpec.State::input)
                .filter(sources::contains)
                .collect(Collectors.toSet());
        if (states.isEmpty()) {
            throw refuse(
                    node,
                    "its " + what + " is made of no state, so it would start anew at every event; export all states as"
                            + " inputs and outputs");
        }
        return states;
    }

    /** One of the states it began with must come back from this node, not from another output of it. */
    private void requireReturned(Node node, Set<String> states, Set<Integer> outputs, String what) {
        for (EngineSpec.State state : spec.states()) {
            if (states.contains(state.input())) {
                Set<String> sources = sources(state.output(), Set.copyOf(node.outputs()));
                for (int output : outputs) {
                    if (node.outputs().size() > output
                            && sources.contains(node.outputs().get(output))) {
                        return;
                    }
                }
            }
        }
        throw refuse(
                node,
                "the " + what + " it begins with comes from " + states + ", but none of their outputs returns its new "
                        + what + "; are states crossed or missing among the outputs?");
    }

    /** Everything a value is made of, itself included, up to some values behind which is not looked. */
    private Set<String> sources(String name, Set<String> ends) {
        Set<String> found = new HashSet<>(Set.of(name));
        Deque<String> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            String value = open.pop();
            Node maker = ends.contains(value) ? null : makers.get(value);
            if (maker != null) {
                maker.inputs().stream()
                        .filter(input -> !input.isEmpty() && found.add(input))
                        .forEach(open::push);
            }
        }
        return found;
    }

    private static InvalidModelException refuse(Node node, String why) {
        return new InvalidModelException("the model's graph cannot stream: " + node.label() + ": " + why);
    }
}
