package dev.eddy.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.OperationFailedException;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Feature;
import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.Fields;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Formats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomEventsTest {
    private static final List<Feature> FEATURES = List.of(
            new Feature.Numeric("machine.temperature", 61.2, 4.8, null),
            new Feature.Numeric("tiny", 0.0, 1e-9, null),
            new Feature.Category("mode", List.of("idle", "run"), null),
            new Feature.Category("machine.level", List.of("1", "2"), null),
            new Feature.Token("word", "words", List.of("the", "pump", "leaks"), false, List.of(), null),
            new Feature.Token("id", "ids", List.of(), false, List.of(), null),
            new Feature.Vector("readings", 3, new double[] {1, 2, 3}, new double[] {1, 1, 2}, null),
            new Feature.Time(List.of(Feature.Time.Cycle.HOUR)));

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"json", "avro"})
    void shouldMakeValidEventsOfAllKindsOfFeatures(String format) throws IOException {
        RandomEvents events = new RandomEvents(model(FEATURES), format, 300, 100);
        EventDecoder decoder = decoder(format, events);
        FeatureEncoder encoder = new FeatureEncoder(FEATURES);
        float[] input = new float[encoder.width()];
        for (int i = 0; i < 500; i++) {
            Fields fields = decoder.decode("events", new RecordHeaders(), events.nextValue());
            encoder.encode(fields, 1, new float[0], input);
            assertThat(Math.abs(input[0])).isLessThan(4);
            assertThat(input[4] + input[7])
                    .as("the place of any other category")
                    .isZero();
            assertThat(input[8]).as("a word's id").isBetween(0f, 2f);
            assertThat(input[9]).as("an id").isBetween(0f, 4f);
            assertThat(fields.get(new String[] {"target"})).isInstanceOf(Number.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "avro"})
    void shouldFillValuesUp(String format) {
        RandomEvents events = new RandomEvents(model(FEATURES), format, 700, 100);
        assertThat(events.nextValue().length).isBetween(680, 720);
        assertThat(events.valueBytes()).isBetween(680.0, 720.0);
    }

    @Test
    void shouldUseAllKeys() {
        RandomEvents events = new RandomEvents(model(FEATURES), "json", 100, 10);
        for (int i = 0; i < 500; i++) {
            assertThat(events.nextKey().length).isLessThanOrEqualTo(events.keyBytes());
        }
        assertThat(events.keysSeen()).isEqualTo(10);
    }

    @Test
    void shouldSayWhichFieldAvroCannotName() {
        List<Feature> features = List.of(new Feature.Numeric("flow-rate", null, null, null));
        assertThatThrownBy(() -> new RandomEvents(model(features), "avro", 100, 10))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageContaining("flow-rate")
                .hasMessageContaining("--format json");
    }

    private EventDecoder decoder(String format, RandomEvents events) throws IOException {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", "localhost:9092");
        settings.put(EddyConfig.INPUT_FORMAT, format);
        if (events.schema() != null) {
            Path schema = Files.writeString(
                    directory.resolve("event.avsc"), events.schema().toString());
            settings.put(EddyConfig.INPUT_AVRO_SCHEMA, schema.toString());
        }
        return Formats.events(new EddyConfig(settings)).get();
    }

    /** Features are all that counts of it. */
    private static ModelFile model(List<Feature> features) {
        ModelFile plain = TestModels.model(
                "any", "1", features, CellKind.GRU, 2, 1, new Task.Predict(List.of("target"), 1), List.of(), 1);
        Map<String, Tensor> tensors = new TreeMap<>(plain.tensors());
        tensors.put("words", Tensor.of(new float[6], 3, 2));
        tensors.put("ids", Tensor.of(new float[10], 5, 2));
        return new ModelFile(plain.spec(), tensors);
    }
}
