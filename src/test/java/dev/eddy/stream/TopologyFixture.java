package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The topology of {@code eddy run} without a broker. */
final class TopologyFixture implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Catalogue catalogue;
    final TopologyTestDriver driver;
    final TestInputTopic<byte[], byte[]> events;
    final TestOutputTopic<byte[], byte[]> predictions;
    final TestOutputTopic<byte[], byte[]> deadLetters;
    private final TestInputTopic<String, byte[]> control;
    private final TestInputTopic<byte[], byte[]> labels; // null: none are expected

    TopologyFixture(Path stateDir, Map<String, String> settings) {
        this(stateDir, settings, InferenceMonitor.NONE);
    }

    TopologyFixture(Path stateDir, Map<String, String> settings, InferenceMonitor monitor) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("bootstrap.servers", "unused:1");
        all.put("state.dir", stateDir.toString());
        EddyConfig config = new EddyConfig(all);
        catalogue = new Catalogue(config.pipeline(), config.getLong(EddyConfig.MODEL_MAX_BYTES));
        Properties streams = StreamsSettings.of(config);
        streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        driver = new TopologyTestDriver(
                EddyTopology.build(config, Eddy.of(config, catalogue).monitoredBy(monitor)), streams);
        events = driver.createInputTopic("eddy.events", new ByteArraySerializer(), new ByteArraySerializer());
        control = driver.createInputTopic("eddy.control", new StringSerializer(), new ByteArraySerializer());
        labels = config.labelsTopic() == null
                ? null
                : driver.createInputTopic(config.labelsTopic(), new ByteArraySerializer(), new ByteArraySerializer());
        predictions =
                driver.createOutputTopic("eddy.predictions", new ByteArrayDeserializer(), new ByteArrayDeserializer());
        deadLetters =
                driver.createOutputTopic("eddy.deadletters", new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    void publish(ModelFile file) {
        ControlRecords.publish(file, 0).forEach(this::control);
    }

    void deploy(ModelId model, long from) {
        deploy(new Deployment(catalogue.history().newestGeneration() + 1, model, from, 0));
    }

    void deploy(Deployment deployment) {
        control(
                ControlRecords.deploymentKey("eddy"),
                ControlRecords.encode("eddy", catalogue.history().with(deployment)));
    }

    void control(String key, byte[] value) {
        control.pipeInput(key, value);
        try {
            assertThat(catalogue.awaitLoaded(Duration.ofSeconds(30))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void event(String key, long time, String json) {
        event(key, time, json.getBytes(StandardCharsets.UTF_8), new RecordHeaders());
    }

    void event(String key, long time, byte[] value, Headers headers) {
        byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        events.pipeInput(new TestRecord<>(bytes, value, headers, time));
    }

    void label(String key, long time, String json) {
        byte[] value = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
        labels.pipeInput(new TestRecord<>(key.getBytes(StandardCharsets.UTF_8), value, new RecordHeaders(), time));
    }

    /** The next prediction, as JSON. */
    JsonNode prediction() {
        try {
            return JSON.readTree(predictions.readValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> allPredictions() {
        List<String> all = new ArrayList<>();
        predictions.readValuesToList().forEach(value -> all.add(new String(value, StandardCharsets.UTF_8)));
        return all;
    }

    /** Asserts that the next dead letter has a reason and a message. */
    TestRecord<byte[], byte[]> deadLetter(String reason, String... message) {
        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo(reason);
        for (String part : message) {
            assertThat(header(letter, DeadLetterHeaders.MESSAGE)).contains(part);
        }
        return letter;
    }

    static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    byte[] state(String key) {
        KeyValueStore<Bytes, byte[]> store = driver.getKeyValueStore(Eddy.STATE_STORE);
        return store.get(Bytes.wrap(key.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        driver.close();
        catalogue.close();
    }
}
