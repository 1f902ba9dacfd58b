package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Input;
import dev.eddy.artifact.onnx.Expressions.Source;
import dev.eddy.artifact.onnx.OnnxModel.Node;
import dev.eddy.artifact.onnx.OnnxModel.Port;
import dev.eddy.artifact.onnx.Series.Moment;
import dev.eddy.model.InvalidModelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the inputs of a graph are: values of an event, ids of tokens, or states. A recurrent node tells by where it reads them. */
final class GraphInputs {
    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

    private final Expressions expressions;
    private final Budget budget;
    private final boolean recurrent;
    private final Set<String> read;
    private final Set<String> states;

    GraphInputs(List<Node> nodes, Expressions expressions, Budget budget) {
        this.expressions = expressions;
        this.budget = budget;
        List<String> inputs = new ArrayList<>();
        List<String> initial = new ArrayList<>();
        for (Node node : nodes) {
            if (RECURRENT.contains(node.op())) {
                add(inputs, node, RecurrentOperators.X);
                add(initial, node, RecurrentOperators.INITIAL_H);
                add(initial, node, RecurrentOperators.INITIAL_C);
            }
        }
        recurrent = !inputs.isEmpty();
        Map<String, Node> makers = new HashMap<>();
        nodes.forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
        read = sources(inputs, makers);
        states = sources(initial, makers);
    }

    private static void add(List<String> names, Node node, int input) {
        if (input < node.inputs().size()) {
            names.add(node.inputs().get(input));
        }
    }

    /** Everything that some values are made of, up to recurrent nodes and lengths of axes. */
    private static Set<String> sources(List<String> names, Map<String, Node> makers) {
        Set<String> found = new HashSet<>(names);
        Deque<String> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            Node maker = makers.get(open.pop());
            if (maker != null && !RECURRENT.contains(maker.op()) && !maker.op().equals("Shape")) {
                maker.inputs().stream().filter(found::add).forEach(open::push);
            }
        }
        return found;
    }

    /**
     * The value of an input.
     *
     * @param lone whether the graph has no other
     */
    Series value(Port port, boolean lone) {
        if (port.dims() == null || port.dims().length > 8) {
            throw refuse(port, "has no usable shape; export it with one");
        }
        if (!port.integral() && !TensorDecoder.isReal(port.type())) {
            throw refuse(port, "has the ONNX type " + port.type() + "; use float, or int64 for ids");
        }
        boolean state = states.contains(port.name()) && !read.contains(port.name()) && !port.integral();
        List<Axis> axes = new ArrayList<>();
        long width = 1;
        for (int i = 0; i < port.dims().length; i++) {
            Axis axis = axis(port, i, state, lone);
            axes.add(axis);
            width = Math.min(width * axis.size(), Integer.MAX_VALUE);
        }
        budget.take(width);
        Source source = state ? Source.STATE : port.integral() ? Source.TOKEN : Source.VECTOR;
        long[] refs = expressions.add(new Input(port.name(), source, (int) width));
        return new Series(List.copyOf(axes), refs, state ? Moment.START : Moment.EVERY);
    }

    private Axis axis(Port port, int i, boolean state, boolean lone) {
        long extent = port.dims()[i];
        boolean last = i == port.dims().length - 1;
        boolean runs;
        if (port.integral()) {
            runs = true;
        } else if (state) {
            runs = port.dims().length == 3 && i == 1;
        } else {
            runs = (recurrent || lone) && !last;
        }
        if (extent == 1) {
            return Axis.UNIT;
        } else if (runs || (extent < 0 && !last)) {
            return Axis.of(new Symbol(Math.max(0, extent)));
        } else if (extent < 0 || extent > Integer.MAX_VALUE) {
            throw refuse(port, "has no fixed number of features in its last axis; only time and batch can be dynamic");
        }
        return Axis.of((int) extent);
    }

    private static InvalidModelException refuse(Port port, String why) {
        return new InvalidModelException("the graph input '" + Refusals.brief(port.name()) + "' " + why);
    }
}
