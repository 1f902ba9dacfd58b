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
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

/** {@code deploy} with every transition, challengers, {@code rollback} and {@code status} as somebody types them. */
class TransitionCommandsIT extends PipelineCommands {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> KEYS = List.of("a", "b", "c", "d");

    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 6, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 5, 2);
    private final ModelFile third = TestModels.predictor("m", "3", CellKind.GRU, 4, 3);
    private final ModelFile tuned = TestModels.tuned(first, "tuned", 0.75f);

    private int sent;

    @BeforeEach
    void writeConfig() throws IOException {
        config = Files.writeString(
                directory.resolve("eddy.properties"),
                "bootstrap.servers=" + KAFKA.bootstrapServers() + "\neddy.pipeline=moves\neddy.http.port=0\n"
                        + "eddy.topics.create=true\neddy.topics.partitions=2\neddy.instance.id=only\n"
                        + "eddy.status.interval.ms=200\ncommit.interval.ms=50\nstate.dir="
                        + directory.resolve("state") + "\n");
    }

    @Test
    void shouldMoveSequencesFromModelToModelAndBack() throws Exception {
        try (EddyApplication application = start()) {
            for (ModelFile model : List.of(first, second, third, tuned)) {
                assertThat(eddy("publish", write(model).toString()).err()).isEmpty();
            }
            refusesBeforeAnythingIsDeployed();
            assertThat(ok("deploy", "m@1"))
                    .contains("deployment 1 of pipeline moves: m@1", "ready on only", "known to only");
            send(0, 3);
            assertThat(models()).containsOnly(Map.entry("m@1", 12L));
            awaitSequences("m@1", 4);

            refusesWhatCannotBe();
            assertThat(ok("deploy", "m@tuned", "--from", "100", "--dry-run"))
                    .contains("would be deployment 2", "transition carry", "this is a dry run");
            assertThat(status().at("/history")).hasSize(1);
            assertThat(ok("deploy", "m@tuned", "--from", "100", "--keep", "2h"))
                    .contains("transition carry, chosen because", "for 7200000 ms of event time");
            send(100, 102);
            assertThat(steps("m@tuned")).containsOnly(4L, 5L);
            awaitSequences("m@tuned", 4);

            assertThat(ok("deploy", "m@2", "--from", "200", "--transition", "warm:2"))
                    .contains("transition warm 2: m@tuned answers until m@2 has seen 2 events");
            send(200, 201);
            awaitSequences("m@tuned", 4);
            send(201, 204);
            assertThat(steps("m@2")).containsOnly(3L, 4L);
            awaitSequences("m@2", 4);
            assertThat(status().at("/rollback/statesKeptUntil").longValue()).isEqualTo(200 + 3_600_000);

            assertThat(ok(
                            "deploy",
                            "--challenger",
                            "m@3",
                            "--share",
                            "0.5",
                            "--canary",
                            "--warm-up",
                            "1",
                            "--from",
                            "300"))
                    .contains("the champion stays m@2", "50 % of the sequences as a canary");
            assertThat(status().at("/deployment/challenger/mode").textValue()).isEqualTo("canary");
            assertThat(eddy("status").out()).contains("challenger m@3", "a canary for 50 %", "rollback to m@tuned");
            assertThat(ok("deploy", "--no-challenger", "--from", "300")).contains("challenger m@3 is dropped");
            assertThat(eddy("deploy", "--no-challenger").err()).contains("there is no challenger to drop");

            assertThat(ok("rollback", "--from", "400"))
                    .contains("rollback of deployment 5", "m@tuned", "1970-01-01T01:00:00.200Z at the earliest");
            send(400, 402);
            // The state in which it was left, one event into the warm-up of the other.
            assertThat(steps("m@tuned")).contains(8L, 9L);
            awaitSequences("m@tuned", 4);
            assertThat(ok("deploy", "m@3", "--transition", "reset", "--now")).contains("transition reset");
            showsEverything(application);
        }
        try (EddyApplication application = start()) {
            awaitSequences("m@tuned", 4);
            KAFKA.produce("eddy.control", "manifest/m/tuned", null, 0);
            assertThat(eddy("rollback").err())
                    .contains("m@tuned", "is not published any more")
                    .hasLineCount(1);
            assertThat(status().at("/history")).hasSize(7);
            assertThat(application.isAlive()).isTrue();
        }
    }

    private void refusesBeforeAnythingIsDeployed() {
        assertThat(eddy("rollback").err()).contains("nothing is deployed").hasLineCount(1);
        assertThat(eddy("deploy", "--challenger", "m@2").err())
                .contains("there is no champion yet")
                .hasLineCount(1);
    }

    private void refusesWhatCannotBe() throws IOException {
        assertThat(eddy("rollback").err())
                .contains("there is nothing to return to")
                .hasLineCount(1);
        assertThat(eddy("deploy", "m@2", "--transition", "carry").err())
                .contains("m@2", "cannot carry on the states of m@1", "stateOf")
                .hasLineCount(1);
        assertThat(eddy("deploy", "--challenger", "m@1").err())
                .contains("champion and challenger are the same model")
                .hasLineCount(1);
        assertThat(eddy("deploy", "--challenger", "m@2", "--promote-if", "error < champion over 10")
                        .err())
                .contains("the task of m@1 has no error")
                .hasLineCount(1);
        assertThat(eddy("deploy", "--challenger", "m@9").err()).contains("m@9 is not published");
        assertThat(status().at("/history")).hasSize(1);
    }

    private void showsEverything(EddyApplication application) throws Exception {
        Awaitility.await()
                .atMost(TestKafka.PATIENCE)
                .untilAsserted(
                        () -> assertThat(status().at("/lag/events").longValue()).isZero());
        JsonNode status = status();
        assertThat(status.at("/pipeline").textValue()).isEqualTo("moves");
        assertThat(status.at("/history")).hasSize(7);
        assertThat(status.at("/history/5/transition").textValue()).isEqualTo("restore");
        assertThat(status.at("/history/5/reason").textValue()).isEqualTo("rollback of deployment 5");
        assertThat(status.at("/lag/partitions")).hasSize(2);
        assertThat(status.at("/instances/0/instance").textValue()).isEqualTo("only");
        assertThat(status.at("/instances/0/models")).hasSize(4);
        assertThat(eddy("status").out())
                .contains("champion m@3", "sequences: m@tuned 100.0 % (4)", "lag 0 events in 2 partitions");
        String metrics = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(application.url() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        assertThat(metrics)
                .containsPattern("eddy_sequences\\{fingerprint=\"" + tuned.fingerprint()
                        + "\",name=\"m\",version=\"tuned\"\\} 4\\.0");
        watches();
    }

    private void watches() throws InterruptedException {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        Thread watcher = new Thread(() -> commandLine.execute("status", "-c", config.toString(), "--watch", "0.2"));
        watcher.start();
        Awaitility.await()
                .atMost(TestKafka.PATIENCE)
                .until(() -> out.toString().split("pipeline moves", -1).length > 2);
        watcher.interrupt();
        watcher.join(20_000);
        assertThat(watcher.isAlive()).isFalse();
        assertThat(out.toString()).doesNotContain("\u001B");
    }

    private void awaitSequences(String label, long count) {
        Awaitility.await().atMost(TestKafka.PATIENCE).untilAsserted(() -> {
            JsonNode sequences = status().at("/sequences");
            assertThat(sequences).hasSize(1);
            JsonNode only = sequences.get(0);
            assertThat(only.get("name").textValue() + "@" + only.get("version").textValue())
                    .isEqualTo(label);
            assertThat(only.get("count").longValue()).isEqualTo(count);
            assertThat(only.get("share").doubleValue()).isEqualTo(1);
        });
    }

    private JsonNode status() throws IOException {
        CommandRun run = eddy("status", "--json");
        assertThat(run.err()).isEmpty();
        return JSON.readTree(run.out());
    }

    /** Events of all keys at these times; returns when all are answered. */
    private void send(int from, int to) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (long time = from; time < to; time++) {
            for (String key : KEYS) {
                byte[] value = TestKafka.bytes("{\"value\":" + time % 7 + "}");
                events.add(new ProducerRecord<>("eddy.events", null, time, TestKafka.bytes(key), value));
            }
        }
        KAFKA.produce(events);
        sent += events.size();
        KAFKA.consume("eddy.predictions", sent);
    }

    private Map<String, Long> models() throws IOException {
        Map<String, Long> models = new TreeMap<>();
        for (JsonNode prediction : predictions()) {
            models.merge(label(prediction), 1L, Long::sum);
        }
        return models;
    }

    private List<Long> steps(String label) throws IOException {
        return predictions().stream()
                .filter(prediction -> label(prediction).equals(label))
                .map(prediction -> prediction.get("step").longValue())
                .toList();
    }

    private List<JsonNode> predictions() throws IOException {
        List<JsonNode> predictions = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : KAFKA.consume("eddy.predictions", sent)) {
            predictions.add(JSON.readTree(record.value()));
        }
        return predictions;
    }

    private static String label(JsonNode prediction) {
        return prediction.get("model").textValue() + "@"
                + prediction.get("version").textValue();
    }
}
