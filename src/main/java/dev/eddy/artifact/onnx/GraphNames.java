package dev.eddy.artifact.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.SpecJson;
import java.util.List;

/**
 * What a given spec says of a graph's inputs and outputs: the part {@code engine} of it, without what the graph tells itself.
 *
 * @param kind   the engine; {@code null} for the only one
 * @param states which output gives which input back; {@code null} where the names tell, empty for a graph without memory
 * @param output the output that is the answer; {@code null} where it is the only one left
 */
public record GraphNames(EngineSpec.Kind kind, List<State> states, String output) {
    /** Nothing: the names tell. */
    public static final GraphNames NONE = new GraphNames(null, null, null);

    /** An input and the output that gives it back. */
    public record State(String input, String output) {
        public State {
            if (input == null || output == null) {
                throw new InvalidModelException("a state of the spec's engine needs an 'input' and an 'output'");
            }
        }
    }

    /**
     * Reads the part of a spec.
     *
     * @param engine a missing node for none
     * @throws InvalidModelException if it says what the graph tells itself
     */
    public static GraphNames of(JsonNode engine) {
        return engine.isMissingNode() ? NONE : SpecJson.convert(engine, GraphNames.class);
    }
}
