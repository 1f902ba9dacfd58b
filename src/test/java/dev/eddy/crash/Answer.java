package dev.eddy.crash;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * What an answer says of itself.
 *
 * @param time    of the event, epoch milliseconds
 * @param version of the model that answers
 * @param warm    whether its state was handed over
 * @param step    events the model has seen, this one included
 * @param values  what it gives
 */
record Answer(long time, String version, boolean warm, long step, List<Float> values) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Reads a committed prediction. */
    static Answer read(String prediction) {
        try {
            JsonNode node = JSON.readTree(prediction);
            List<Float> values = new ArrayList<>();
            node.path("values").forEach(value -> values.add((float) value.doubleValue()));
            return new Answer(
                    node.path("timestamp").longValue(),
                    node.path("version").textValue(),
                    node.path("start").textValue().equals("warm"),
                    node.path("step").longValue(),
                    values);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a prediction is not JSON: " + prediction, e);
        }
    }

    /** The model and how it began, for counting. */
    String kind() {
        return version + (warm ? " warm" : " cold");
    }
}
