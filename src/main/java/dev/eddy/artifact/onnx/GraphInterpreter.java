package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.OnnxModel.Node;
import dev.eddy.artifact.onnx.OnnxModel.Port;
import dev.eddy.model.InvalidModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs a graph on symbols instead of numbers: what does each output of the graph consist of? */
final class GraphInterpreter {
    private static final Map<String, Operator> OPERATORS = operators();
    private static final long MAX_OPSET = 27;

    private final OnnxModel model;
    private final TensorDecoder tensors;
    private final Budget budget;
    private final Expressions expressions = new Expressions();
    private final Map<String, Value> values = new HashMap<>();

    GraphInterpreter(OnnxModel model, Map<String, Constant> bound, TensorDecoder tensors, Budget budget) {
        this.model = model;
        this.tensors = tensors;
        this.budget = budget;
        values.putAll(bound);
    }

    private static Map<String, Operator> operators() {
        Map<String, Operator> table = new HashMap<>();
        AxisOperators.register(table);
        SelectionOperators.register(table);
        ShapeOperators.register(table);
        ArithmeticOperators.register(table);
        ActivationOperators.register(table);
        NormalisingOperators.register(table);
        DenseOperators.register(table);
        RecurrentOperators.register(table);
        FillOperators.register(table);
        return table;
    }

    Expressions expressions() {
        return expressions;
    }

    /**
     * Interprets the graph.
     *
     * @return its outputs, in order
     * @throws InvalidModelException if it holds anything without a known meaning
     */
    Map<String, Series> run() {
        interpret();
        Map<String, Series> outputs = new LinkedHashMap<>();
        for (Port port : model.outputs()) {
            if (values.get(port.name()) instanceof Series series) {
                outputs.put(port.name(), series);
            } else {
                throw new InvalidModelException(
                        "the output '" + Refusals.brief(port.name()) + "' of the graph does not depend on its inputs");
            }
        }
        return outputs;
    }

    /** What a name of the graph stands for, once it is interpreted. */
    Value value(String name) {
        return values.get(name);
    }

    /** Gives every name that outputs depend on its value. */
    void interpret() {
        if (model.opset() < 6 || model.opset() > MAX_OPSET || model.sparse()) {
            throw new InvalidModelException("the file uses opset " + model.opset()
                    + (model.sparse() ? " and sparse weights" : "") + "; supported are opsets 6 to " + MAX_OPSET
                    + " with dense weights: export with opset_version=17");
        }
        model.initializers().forEach((name, tensor) -> values.computeIfAbsent(name, n -> tensors.decode(tensor)));
        GraphInputs inputs = new GraphInputs(model.nodes(), expressions, budget);
        List<Port> open = openInputs();
        open.forEach(port -> values.put(port.name(), inputs.value(port, open.size() == 1)));
        live().forEach(this::interpret);
    }

    /** The inputs of the graph that are not weights. */
    List<Port> openInputs() {
        return model.inputs().stream()
                .filter(port -> !(values.get(port.name()) instanceof Constant))
                .toList();
    }

    private void interpret(Node node) {
        if (!node.domain().isEmpty() && !node.domain().equals("ai.onnx")) {
            throw Refusals.at(
                    node,
                    "operators of the domain '" + Refusals.brief(node.domain()) + "' are not supported; export without"
                            + " custom operators and without optimising for a runtime");
        }
        Operator operator = OPERATORS.get(node.op());
        if (operator == null) {
            throw Refusals.at(
                    node,
                    "this operator has no counterpart in a stack of recurrent and dense layers; leave it out of the exported"
                            + " model and do its work before or behind it");
        }
        List<Value> inputs = new ArrayList<>();
        for (String name : node.inputs()) {
            if (!name.isEmpty() && !values.containsKey(name)) {
                throw Refusals.at(node, "it reads '" + Refusals.brief(name) + "', which nothing before it gives");
            }
            inputs.add(name.isEmpty() ? null : values.get(name));
        }
        List<Value> outputs = operator.apply(new Call(node, inputs, model.opset(), expressions, tensors, budget));
        for (int i = 0; i < Math.min(outputs.size(), node.outputs().size()); i++) {
            define(node, node.outputs().get(i), outputs.get(i));
        }
    }

    private void define(Node node, String name, Value value) {
        if (!name.isEmpty() && values.put(name, value) != null) {
            throw Refusals.at(node, "it gives '" + Refusals.brief(name) + "', which is given already");
        }
    }

    /** The nodes that outputs depend on, in the order of the file. */
    private List<Node> live() {
        Set<String> needed = new HashSet<>();
        model.outputs().forEach(port -> needed.add(port.name()));
        List<Node> live = new ArrayList<>();
        for (int i = model.nodes().size() - 1; i >= 0; i--) {
            Node node = model.nodes().get(i);
            if (node.outputs().stream().anyMatch(needed::contains)) {
                needed.addAll(node.inputs());
                live.add(node);
            }
        }
        java.util.Collections.reverse(live);
        return live;
    }
}
