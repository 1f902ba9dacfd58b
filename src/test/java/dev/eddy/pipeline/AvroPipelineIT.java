package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.AvroEventEncoder;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Avro in and Avro out, through a broker: the answers are those of JSON. */
class AvroPipelineIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final String SCHEMA =
            "{\"type\":\"record\",\"name\":\"Reading\",\"fields\":[{\"name\":\"value\",\"type\":\"double\"}]}";

    @TempDir
    Path directory;

    @Test
    void shouldAnswerAvroEventsAsItAnswersJsonOnes() throws Exception {
        Path schema = Files.writeString(directory.resolve("reading.avsc"), SCHEMA);
        TestPipeline pipeline = new TestPipeline(KAFKA, "avro", directory.resolve("state"))
                .with(EddyConfig.INPUT_FORMAT, "avro")
                .with(EddyConfig.INPUT_AVRO_SCHEMA, schema.toString())
                .with(EddyConfig.OUTPUT_FORMAT, "avro");
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 12, 1);
        List<ProducerRecord<byte[], byte[]>> json = events();
        try (EddyApplication application = EddyApplication.start(pipeline.config())) {
            pipeline.publishAndDeploy(model);
            KAFKA.produce(json.stream().map(AvroPipelineIT::inAvro).toList());
            List<ConsumerRecord<byte[], byte[]>> answers = KAFKA.consume("avro.output", json.size());
            assertThat(inJson(answers)).isEqualTo(TestPipeline.scored(model, json));
            assertThat(application.isReady()).isTrue();
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> events() {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        List<String> values = TestModels.valueEvents(300, 3);
        for (int i = 0; i < values.size(); i++) {
            byte[] key = ("key-" + i % 11).getBytes(StandardCharsets.UTF_8);
            byte[] value = values.get(i).getBytes(StandardCharsets.UTF_8);
            events.add(new ProducerRecord<>("avro.input", null, 1_000L + i, key, value));
        }
        return events;
    }

    private static ProducerRecord<byte[], byte[]> inAvro(ProducerRecord<byte[], byte[]> event) {
        byte[] value = new AvroEventEncoder(new Schema.Parser().parse(SCHEMA)).encode(event.value());
        return new ProducerRecord<>(event.topic(), null, event.timestamp(), event.key(), value);
    }

    private static Map<String, List<String>> inJson(List<ConsumerRecord<byte[], byte[]>> answers) throws IOException {
        JsonPredictions encoder = new JsonPredictions();
        Map<String, List<String>> values = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> answer : answers) {
            byte[] json = encoder.encode(AvroPredictions.decode(answer.key(), answer.value()));
            values.computeIfAbsent(new String(answer.key(), StandardCharsets.UTF_8), k -> new ArrayList<>())
                    .add(new String(json, StandardCharsets.UTF_8));
        }
        return values;
    }
}
