package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An engine that runs one step of a graph in place of Eddy's layers. Its inputs are the features' numbers and its states, its
 * outputs the new states and an answer.
 *
 * @param kind        which engine
 * @param graph       name of the tensor (U8) that holds the graph, complete in itself
 * @param inputs      inputs that the features fill, in their order
 * @param states      what is carried from event to event; empty for a graph without memory
 * @param output      the output that is the answer; it may be one of the states
 * @param headInGraph whether the graph ends with the function of the spec's head, so that it is not applied again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"kind", "graph", "inputs", "states", "output", "headInGraph"})
public record EngineSpec(
        Kind kind,
        String graph,
        List<Input> inputs,
        List<State> states,
        String output,
        @JsonSetter(nulls = Nulls.AS_EMPTY) boolean headInGraph) {
    /** More numbers do not fit into the record of a state or an event. */
    private static final long MAX_ELEMENTS = 250_000;

    public EngineSpec {
        if (kind == null || graph == null || inputs == null || inputs.isEmpty() || states == null || output == null) {
            throw new InvalidModelException("the spec's engine needs 'kind', 'graph', 'inputs', 'states' and 'output'");
        }
        inputs = List.copyOf(inputs);
        states = List.copyOf(states);
        Set<String> names = new HashSet<>();
        inputs.forEach(input -> requireNew(names, "input", input.name()));
        states.forEach(state -> requireNew(names, "input", state.input()));
        Set<String> returned = new HashSet<>();
        states.forEach(state -> requireNew(returned, "output", state.output()));
    }

    private static void requireNew(Set<String> names, String what, String name) {
        if (!names.add(name)) {
            throw new InvalidModelException("the spec's engine names the " + what + " '" + name + "' twice");
        }
    }

    /** Numbers that all inputs take of an event. */
    public int inputSize() {
        return inputs.stream().mapToInt(Input::elements).sum();
    }

    /** Numbers of all states. */
    public int stateSize() {
        return states.stream().mapToInt(State::elements).sum();
    }

    /** The input that takes the number at a place of an encoded event. */
    public Input inputAt(int place) {
        int end = 0;
        for (Input input : inputs) {
            end += input.elements();
            if (place < end) {
                return input;
            }
        }
        throw new InvalidModelException("the graph takes " + end + " numbers of each event, the features give more");
    }

    /** Engines. */
    public enum Kind {
        @JsonProperty("onnxruntime")
        ONNX_RUNTIME("onnxruntime");

        private final String spelling;

        Kind(String spelling) {
            this.spelling = spelling;
        }

        /** How a spec spells it. */
        public String spelling() {
            return spelling;
        }
    }

    /** Types of an input's elements. */
    public enum Type {
        @JsonProperty("float")
        FLOAT,
        @JsonProperty("int64")
        INT64,
        @JsonProperty("int32")
        INT32;

        /** Whether the elements are ids of tokens. */
        public boolean integral() {
            return this != FLOAT;
        }
    }

    /**
     * An input that an event fills.
     *
     * @param name  its name in the graph
     * @param type  type of its elements; {@code null} means float
     * @param shape its extents for one event
     * @param ids   how many ids a token has, from 0; {@code null} where the graph does not tell
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"name", "type", "shape", "ids"})
    public record Input(String name, Type type, int[] shape, Integer ids) {
        public Input {
            type = type == null ? Type.FLOAT : type;
            requireShape(name, shape);
            if (ids != null && (ids < 1 || ids > Feature.Token.MAX_IDS || !type.integral())) {
                throw new InvalidModelException("the engine's input '" + name + "' has " + ids + " ids; only tokens"
                        + " have ids, 1 to " + Feature.Token.MAX_IDS);
            }
        }

        /** How many numbers it takes. */
        public int elements() {
            return (int) product(shape);
        }
    }

    /**
     * A state.
     *
     * @param input  the input that takes it
     * @param output the output that gives it back
     * @param shape  its extents for one sequence
     */
    @JsonPropertyOrder({"input", "output", "shape"})
    public record State(String input, String output, int[] shape) {
        public State {
            requireShape(input, shape);
            if (output == null) {
                throw new InvalidModelException("the engine's state '" + input + "' names no 'output'");
            }
        }

        /** How many numbers it has. */
        public int elements() {
            return (int) product(shape);
        }
    }

    private static void requireShape(String name, int[] shape) {
        if (name == null || shape == null || product(shape) < 1 || product(shape) > MAX_ELEMENTS) {
            throw new InvalidModelException(
                    "the engine's input '" + name + "' needs a 'shape' of 1 to " + MAX_ELEMENTS + " numbers in all");
        }
    }

    /** Saturates above what is allowed; 0 where an extent is not positive. */
    private static long product(int[] shape) {
        long product = 1;
        for (int extent : shape) {
            product = extent < 1 ? 0 : Math.min(product * extent, MAX_ELEMENTS + 1);
            if (product == 0) {
                return 0;
            }
        }
        return product;
    }
}
