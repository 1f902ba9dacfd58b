package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.OnnxModel.Attribute;
import dev.eddy.artifact.onnx.OnnxModel.Node;
import dev.eddy.model.InvalidModelException;
import java.util.List;

/**
 * One node with the values of its inputs.
 *
 * @param inputs   one for each input of the node; {@code null} for an absent optional one
 * @param budget   bounds what it may allocate
 */
record Call(Node node, List<Value> inputs, long opset, Expressions expressions, TensorDecoder tensors, Budget budget) {
    /** What an operator does. */
    interface Operator {
        /** The node's outputs; the last ones may be left out where nothing reads them. */
        List<Value> apply(Call call);
    }

    InvalidModelException refuse(String why) {
        return Refusals.at(node, why);
    }

    /** A required input. */
    Value input(int i) {
        Value value = optional(i);
        if (value == null) {
            throw refuse("input " + i + " is missing");
        }
        return value;
    }

    /** An optional input, or {@code null}. */
    Value optional(int i) {
        return i < inputs.size() ? inputs.get(i) : null;
    }

    /** A required input that depends on the events. */
    Series series(int i) {
        if (input(i) instanceof Series series) {
            return series;
        }
        throw refuse("input " + i + " does not depend on the graph's inputs, which is not supported");
    }

    /** An input that must be known, or {@code null} where it is absent. */
    Constant constant(int i, String what) {
        Value value = optional(i);
        Constant constant = value instanceof Dims dims ? dims.fixed() : value instanceof Constant c ? c : null;
        if (value != null && constant == null) {
            throw refuse("its " + what + " is not a constant" + advice(value));
        }
        return constant;
    }

    /** An input that must be there and known. */
    Constant required(int i, String what) {
        input(i);
        return constant(i, what);
    }

    /** Weights that are graph inputs can be bound. */
    private String advice(Value value) {
        if (value instanceof Series series
                && series.refs().length > 0
                && expressions.of(series.refs()[0]) instanceof Expressions.Input input) {
            return " but the graph input '" + Refusals.brief(input.name())
                    + "'; if that is a weight, bind it with --bind " + Refusals.brief(input.name()) + "=FILE.pb";
        }
        return "; export the model with its weights as initializers and fixed parameters";
    }

    boolean has(String attribute) {
        return node.attributes().containsKey(attribute);
    }

    long number(String attribute, long otherwise) {
        Attribute found = node.attributes().get(attribute);
        return found == null ? otherwise : found.i();
    }

    float real(String attribute, float otherwise) {
        Attribute found = node.attributes().get(attribute);
        return found == null ? otherwise : found.f();
    }

    /** Integers that older opsets give as an attribute and newer ones as an input; {@code null} for none. */
    long[] ints(String attribute, int input) {
        Attribute found = node.attributes().get(attribute);
        if (found != null) {
            return found.ints();
        }
        Constant constant = constant(input, attribute);
        return constant == null ? null : constant.longs();
    }

    /** An axis counted from the front. */
    int axis(long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw refuse("it has no axis " + axis);
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** A constant as a value that stands at every point of time. */
    Series always(Constant constant) {
        budget.take(constant.numbers().size());
        return new Series(
                constant.axes(), expressions.add(new Expressions.Fill(constant.numbers())), Series.Moment.ALWAYS);
    }
}
