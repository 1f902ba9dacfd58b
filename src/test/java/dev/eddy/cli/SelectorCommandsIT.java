package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.EddyApplication;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code deploy}, {@code rollback} and {@code status} of a pipeline whose events name their models. */
class SelectorCommandsIT extends PipelineCommands {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ModelFile pump = TestModels.predictor("pump", "1", CellKind.LSTM, 6, 1);
    private final ModelFile newPump = TestModels.predictor("pump", "2", CellKind.GRU, 5, 2);
    private final ModelFile fan = TestModels.predictor("fan", "1", CellKind.GRU, 4, 3);

    private int sent;

    @Test
    void shouldSwapOneNameAndLeaveTheOtherAlone() throws Exception {
        config = Files.writeString(
                directory.resolve("eddy.properties"),
                "bootstrap.servers=" + KAFKA.bootstrapServers() + "\neddy.pipeline=names\neddy.http.port=0\n"
                        + "eddy.topics.create=true\neddy.topics.partitions=1\neddy.instance.id=only\n"
                        + "eddy.status.interval.ms=200\ncommit.interval.ms=50\neddy.model.selector=field:kind\n"
                        + "state.dir=" + directory.resolve("state") + "\n");
        try (EddyApplication application = start()) {
            for (ModelFile model : List.of(pump, newPump, fan)) {
                assertThat(eddy("publish", write(model).toString()).err()).isEmpty();
            }
            assertThat(ok("deploy", "pump@1")).contains("deployment 1 of pipeline names: pump@1");
            assertThat(ok("deploy", "fan@1", "--from", "0")).contains("deployment 2 of pipeline names: fan@1");
            assertThat(eddy("deploy", "pump@2", "--challenger", "fan@1").err())
                    .contains("cannot answer the events that ask for pump")
                    .hasLineCount(1);
            send(1, 4);
            assertThat(ok("deploy", "pump@2", "--from", "100", "--transition", "warm:2"))
                    .contains("deployment 3 of pipeline names: pump@2", "pump@1 answers until");
            send(100, 104);
            assertThat(labels()).endsWith("pump@1", "fan@1", "pump@1", "fan@1", "pump@2", "fan@1", "pump@2", "fan@1");
            showsBothNames();
            assertThat(eddy("rollback", "--model-name", "fan").err()).contains("there is nothing to return to");
            assertThat(ok("rollback", "--model-name", "pump", "--from", "200"))
                    .contains("deployment 4 of pipeline names: pump@1", "rollback of deployment 3");
            send(200, 201);
            assertThat(labels()).endsWith("pump@1", "fan@1");
            assertThat(predictions().get(sent - 2).get("step").longValue()).isEqualTo(6);
            assertThat(predictions().get(sent - 1).get("step").longValue()).isEqualTo(8);
            assertThat(application.isAlive()).isTrue();
        }
    }

    private void showsBothNames() throws IOException {
        JsonNode status = JSON.readTree(ok("status", "--json"));
        assertThat(status.at("/deployment").isNull()).isTrue();
        assertThat(status.at("/models/0/name").textValue()).isEqualTo("fan");
        assertThat(status.at("/models/0/deployment/generation").intValue()).isEqualTo(2);
        assertThat(status.at("/models/1/deployment/generation").intValue()).isEqualTo(3);
        assertThat(status.at("/models/1/rollback/model/version").textValue()).isEqualTo("1");
        assertThat(status.at("/history")).hasSize(3);
        Awaitility.await()
                .atMost(TestKafka.PATIENCE)
                .untilAsserted(() -> assertThat(ok("status"))
                        .contains(
                                "champion pump@2",
                                "champion fan@1",
                                "rollback to pump@1",
                                "fan@1 50.0 % (1)",
                                "pump@2 50.0 % (1)",
                                "measured champion fan@1",
                                "measured champion pump@2"));
    }

    /** Events of both names under the same key at these times; returns when all are answered. */
    private void send(int from, int to) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (long time = from; time < to; time++) {
            for (String kind : List.of("pump", "fan")) {
                byte[] value = TestKafka.bytes("{\"kind\":\"" + kind + "\",\"value\":" + time % 7 + "}");
                events.add(new ProducerRecord<>("eddy.events", null, time, TestKafka.bytes("a"), value));
            }
        }
        KAFKA.produce(events);
        sent += events.size();
        KAFKA.consume("eddy.predictions", sent);
    }

    private List<String> labels() throws IOException {
        return predictions().stream()
                .map(prediction -> prediction.get("model").textValue() + "@"
                        + prediction.get("version").textValue())
                .toList();
    }

    private List<JsonNode> predictions() throws IOException {
        List<JsonNode> predictions = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : KAFKA.consume("eddy.predictions", sent)) {
            predictions.add(JSON.readTree(record.value()));
        }
        return predictions;
    }
}
