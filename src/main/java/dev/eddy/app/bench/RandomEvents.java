package dev.eddy.app.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.wire.AvroEventEncoder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;

/**
 * Events that a model can score, all from one seed: numbers around their mean, categories and words of the vocabulary evenly,
 * and a text that fills a value up to its size. Values are made once and come again and again under other keys, so that sending
 * them costs little beside what is measured. Used by one thread.
 */
final class RandomEvents {
    /** A field that no feature has; most readers leave it out. */
    static final String FILLING = "filling";

    private static final int MOST_VALUES = 4_096;
    private static final int FEWEST_VALUES = 16;
    private static final int VALUES_BYTES = 16 << 20;
    private static final int DIGITS = 4;
    private static final int MOST_DECIMALS = 12;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Map<String, Supplier<Object>> fields = new LinkedHashMap<>(); // by path
    private final ObjectMapper json = new ObjectMapper();
    private final Schema schema; // null: JSON
    private final int keys;
    private final BitSet seen;
    private final List<byte[]> values = new ArrayList<>();

    /**
     * Events of a model.
     *
     * @param format    json or avro
     * @param valueSize bytes of a value, give or take a few, unless the fields alone are more
     * @param keys      number of keys, all equally likely
     * @throws dev.eddy.app.OperationFailedException if the fields cannot be written in that format
     */
    RandomEvents(ModelFile model, String format, int valueSize, int keys) {
        this.keys = keys;
        this.seen = new BitSet(keys);
        addFields(model);
        this.schema = format.equals("avro") ? EventSchema.of(nextFields("")) : null;
        UnaryOperator<byte[]> encoding =
                format.equals("avro") ? new AvroEventEncoder(schema)::encode : UnaryOperator.identity();
        int bare = encoding.apply(jsonOf(nextFields(""))).length;
        String filling = "x".repeat(Math.max(0, valueSize - bare));
        int fitting = VALUES_BYTES / Math.max(1, Math.max(bare, valueSize));
        int count = Math.min(Math.max(fitting, FEWEST_VALUES), MOST_VALUES);
        for (int i = 0; i < count; i++) {
            values.add(encoding.apply(jsonOf(nextFields(filling))));
        }
    }

    /** Of features that share a field, the one whose values suit the others too comes first. */
    private void addFields(ModelFile model) {
        ModelSpec spec = model.spec();
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Token token) {
                fields.putIfAbsent(token.field(), tokens(token, model));
            } else if (feature instanceof Feature.Vector vector) {
                fields.putIfAbsent(vector.field(), () -> vector(vector));
            }
        }
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Numeric number) {
                fields.putIfAbsent(number.field(), () -> number(number.mean(), number.std()));
            }
        }
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Category category) {
                fields.putIfAbsent(category.field(), () -> oneOf(category.values()));
            }
        }
        if (spec.task() instanceof Task.Predict predict) {
            predict.fields().forEach(field -> fields.putIfAbsent(field, () -> number(0, 1)));
        }
    }

    private Supplier<Object> tokens(Feature.Token token, ModelFile model) {
        if (!token.vocabulary().isEmpty()) {
            return () -> oneOf(token.vocabulary());
        }
        Integer known = model.spec().engine() == null
                ? Integer.valueOf(model.shape(token.embedding())[0])
                : model.spec().idsOf(token);
        int ids = known == null ? 1 : known;
        return () -> random.nextInt(ids);
    }

    private Object oneOf(List<String> texts) {
        return texts.get(random.nextInt(texts.size()));
    }

    private List<Object> vector(Feature.Vector feature) {
        List<Object> numbers = new ArrayList<>(feature.length());
        for (int i = 0; i < feature.length(); i++) {
            numbers.add(feature.mean() == null ? number(0, 1) : number(feature.mean()[i], feature.std()[i]));
        }
        return numbers;
    }

    /** About normal (Irwin-Hall of four), with as many digits as a sensor has. */
    private double number(double mean, double std) {
        double sum = random.nextDouble() + random.nextDouble() + random.nextDouble() + random.nextDouble();
        double value = mean + std * (sum - 2) * Math.sqrt(3);
        int decimals = DIGITS - (int) Math.ceil(Math.log10(Math.abs(std)));
        return decimals < 0 || decimals > MOST_DECIMALS
                ? value
                : BigDecimal.valueOf(value)
                        .setScale(decimals, RoundingMode.HALF_EVEN)
                        .doubleValue();
    }

    /** The fields of another event, as nested maps. */
    Map<String, Object> nextFields(String filling) {
        Map<String, Object> event = new LinkedHashMap<>();
        fields.forEach((path, value) -> put(event, Fields.path(path), value.get()));
        event.putIfAbsent(FILLING, filling);
        return event;
    }

    @SuppressWarnings("unchecked") // all inner maps are made here
    private static void put(Map<String, Object> event, String[] path, Object value) {
        Map<String, Object> inner = event;
        for (int i = 0; i < path.length - 1; i++) {
            inner = (Map<String, Object>) inner.computeIfAbsent(path[i], name -> new LinkedHashMap<String, Object>());
        }
        inner.put(path[path.length - 1], value);
    }

    private byte[] jsonOf(Map<String, Object> event) {
        try {
            return json.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The Avro schema of the events; null where they are JSON. */
    Schema schema() {
        return schema;
    }

    /** The key of the next event. */
    byte[] nextKey() {
        int key = random.nextInt(keys);
        seen.set(key);
        return ("sensor-" + key).getBytes(StandardCharsets.UTF_8);
    }

    /** The value of the next event; not to be changed. */
    byte[] nextValue() {
        return values.get(random.nextInt(values.size()));
    }

    /** How many keys have had an event. */
    int keysSeen() {
        return seen.cardinality();
    }

    /** Bytes of a value, on average. */
    double valueBytes() {
        return values.stream().mapToInt(value -> value.length).average().orElseThrow();
    }

    /** Bytes of the longest key. */
    int keyBytes() {
        return ("sensor-" + (keys - 1)).length();
    }
}
