package dev.eddy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Golden cases: inputs, start states, and the outputs and final states a reference gave. */
public final class Golden {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    public static JsonNode read(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    /**
     * Runs a case.
     *
     * @return the largest difference, relative above 1
     */
    public static double error(ModelFile model, JsonNode golden) {
        Sequence sequence = new Sequence(model);
        start(sequence, golden.path("h0"), 0);
        start(sequence, golden.path("c0"), 1);
        double error = 0;
        JsonNode input = golden.get("input");
        for (int t = 0; t < input.size(); t++) {
            double[] values = sequence.step(event(model, input.get(t)));
            JsonNode wanted = golden.get("output").get(t);
            assertThat(values).hasSize(wanted.size());
            for (int i = 0; i < values.length; i++) {
                error = Math.max(error, difference(values[i], wanted.get(i).asDouble()));
            }
        }
        return Math.max(error, Math.max(end(sequence, golden.path("hn"), 0), end(sequence, golden.path("cn"), 1)));
    }

    /** An event with the one feature of a model. */
    public static Map<String, Object> event(ModelFile model, JsonNode input) {
        Feature feature = model.spec().features().get(0);
        if (feature instanceof Feature.Token) {
            return Map.of(feature.field(), input.asInt());
        }
        List<Object> values = new ArrayList<>();
        if (input.isArray()) {
            input.forEach(value -> values.add(value.asDouble()));
        } else {
            values.add(input.asDouble());
        }
        return Map.of(feature.field(), feature instanceof Feature.Vector ? values : values.get(0));
    }

    /** How far a value is off, relative above 1; NaN is infinitely far. */
    public static double difference(double got, double wanted) {
        double difference = Math.abs(got - wanted) / Math.max(1, Math.abs(wanted));
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    private static void start(Sequence sequence, JsonNode states, int part) {
        for (int layer = 0; layer < states.size(); layer++) {
            float[] values = new float[states.get(layer).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = states.get(layer).get(i).floatValue();
            }
            sequence.set(layer, part, values);
        }
    }

    private static double end(Sequence sequence, JsonNode states, int part) {
        double error = 0;
        for (int layer = 0; layer < states.size(); layer++) {
            int width = states.get(layer).size();
            for (int i = 0; i < width; i++) {
                double got = sequence.get(layer, part, width, i);
                error = Math.max(error, difference(got, states.get(layer).get(i).asDouble()));
            }
        }
        return error;
    }
}
