package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.models.ModelImport;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Fields;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.Forecaster;
import dev.eddy.network.Forecaster.Forecast;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.network.TokenGenerator;
import dev.eddy.network.TokenGenerator.Token;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.testing.EddyProcess;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code eddy generate --key} against {@code eddy run} in processes of its own. */
class LiveGenerateIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] BINARY = {(byte) 0xFF, 0, 65};
    private static final long START = System.currentTimeMillis() - 3_600_000;

    @TempDir
    Path directory;

    @Test
    void shouldForecastFromTheLiveStateWhicheverInstanceHoldsIt() throws Exception {
        ModelFile model = TestModels.predictor("next", "1", CellKind.LSTM, 6, 1);
        Path config = config("forecast", "0");
        try (EddyProcess first = run(config, "first");
                EddyProcess second = run(config, "second")) {
            awaitInstances(config, 2);
            deploy(config, model);
            List<String> keys = List.of("pump-007", "a/b c?%ä", "", "base64:/wBB");
            int events = send("forecast.input", keys, "{\"value\":%s}");
            KAFKA.consume("forecast.output", events);

            for (String key : keys) {
                CommandRun run = generate(config, "--key", key, "--steps", "6", "--interval", "500");
                assertThat(run.err()).as(key).contains("\"step\":20").hasLineCount(1);
                assertThat(run.exitCode()).isZero();
                assertStart(run, key, model);
                assertForecasts(run, replay(model), 500);
                // The stream did not notice: again is the same.
                assertThat(generate(config, "--key", key, "--steps", "6", "--interval", "500")
                                .out())
                        .isEqualTo(run.out());
            }
            Path file = write(model);
            assertThat(generate(config, "--key", "pump-007", "-m", file.toString())
                            .out())
                    .isEqualTo(generate(config, "--key", "pump-007").out());
            assertRefused(
                    generate(
                            config,
                            "--key",
                            "pump-007",
                            "-m",
                            write(TestModels.predictor("next", "1", CellKind.LSTM, 6, 2))
                                    .toString()),
                    "the sequence is on model next@1 (" + model.fingerprint().brief() + ")");
            assertRefused(generate(config, "--key", "pump-008"), "no instance of pipeline forecast holds a sequence");
            assertNotHeldIsNotFound(config);

            second.kill();
            CommandRun afterwards = generate(config, "--key", "nobody");
            assertRefused(afterwards, "sequence 'nobody' was not found, but the partitions [", "could not be searched");
            assertThat(first.terminate()).isIn(0, 143);
        }
    }

    @Test
    void shouldGenerateTokensFromTheLiveState() throws Exception {
        ModelFile model = new ModelImport(
                        Path.of("src/test/resources/golden/language.safetensors"),
                        "{\"task\":{\"kind\":\"language\"}}",
                        "language",
                        "1",
                        Map.of())
                .run();
        Path config = config("tokens", "0");
        try (EddyProcess process = run(config, "only")) {
            awaitInstances(config, 1);
            deploy(config, model);
            List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
            LiveModel live = TestModels.live(model);
            Rollout replay = new Rollout(live);
            for (int id : new int[] {3, 1, 4, 1, 5, 9}) {
                String value = "{\"token\":" + id + "}";
                events.add(new ProducerRecord<>(
                        "tokens.input", null, START, TestKafka.bytes("s"), TestKafka.bytes(value)));
                replay.step(Fields.of(Map.of("token", id)), START);
            }
            KAFKA.produce(events);
            KAFKA.consume("tokens.output", events.size());
            // Start tokens are read after the live state.
            replay.step(Fields.of(Map.of("token", 2)), START);
            List<Token> expected =
                    new TokenGenerator(live, new TokenGenerator.Options(0.8, 5, 7, 12, -1)).generate(replay);
            CommandRun run = generate(
                    config, "--key", "s", "--temperature", "0.8", "--top-k", "5", "--seed", "7", "--steps", "12", "2");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()
                            .lines()
                            .map(LiveGenerateIT::tree)
                            .map(line -> line.get("id").intValue()))
                    .containsExactlyElementsOf(expected.stream().map(Token::id).toList());
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void shouldSayWhatToDoWhenNoStateCanBeRead() throws Exception {
        Path config = config("off", "-1");
        try (EddyProcess process = run(config, "silent")) {
            awaitInstances(config, 1);
            assertRefused(generate(config, "--key", "a"), "instance silent: its HTTP is off", "eddy.http.port");
            assertThat(process.terminate()).isIn(0, 143);
        }
        Awaitility.await()
                .atMost(TestKafka.PATIENCE)
                .until(() -> instances(config).isEmpty());
        assertRefused(generate(config, "--key", "a"), "no instance of pipeline off is running", "'eddy run'");
        CommandRun nothing = CommandRun.of("generate");
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err()).contains("name a model file with -m, or a live sequence with --key");
    }

    private static void assertStart(CommandRun run, String key, ModelFile model) {
        JsonNode start = tree(run.err());
        assertThat(start.get("key").textValue()).isEqualTo(key);
        assertThat(start.get("instance").textValue()).isIn("first", "second");
        assertThat(start.get("model").textValue()).isEqualTo("next");
        assertThat(start.get("version").textValue()).isEqualTo("1");
        assertThat(start.get("fingerprint").textValue())
                .isEqualTo(model.fingerprint().toString());
        assertThat(start.get("generation").intValue()).isEqualTo(1);
        assertThat(start.get("lastEventTime").longValue()).isEqualTo(START + 19);
    }

    private static void assertForecasts(CommandRun run, Rollout replay, long interval) {
        LiveModel model = TestModels.live(TestModels.predictor("next", "1", CellKind.LSTM, 6, 1));
        List<Forecast> expected = new Forecaster(model).forecast(replay, interval, 6);
        List<JsonNode> lines = run.out().lines().map(LiveGenerateIT::tree).toList();
        assertThat(lines).hasSize(6);
        for (int i = 0; i < 6; i++) {
            JsonNode line = lines.get(i);
            assertThat(line.get("position").intValue()).isEqualTo(i + 1);
            assertThat(line.get("timestamp").longValue()).isEqualTo(START + 19 + (i + 1) * interval);
            assertThat(line.get("values").get(0).doubleValue())
                    .isEqualTo(expected.get(i).values()[0]);
            assertThat(line.get("deviation").get(0).doubleValue())
                    .isEqualTo(expected.get(i).deviation()[0])
                    .isPositive();
        }
    }

    /** Each instance says 404 for what the other holds, with a sentence. */
    private static void assertNotHeldIsNotFound(Path config) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (InstanceStatus instance : instances(config)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(instance.getHttp() + "/sequences/pump-007"))
                    .build();
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            statuses.add(response.statusCode());
            JsonNode json = tree(response.body());
            assertThat(json.get("instance").textValue()).isEqualTo(instance.getInstance());
            if (response.statusCode() == 404) {
                assertThat(json.get("error").textValue()).contains("holds no sequence 'pump-007'");
            }
        }
        assertThat(statuses).containsExactlyInAnyOrder(200, 404);
    }

    private static void assertRefused(CommandRun run, String... parts) {
        assertThat(run.err()).contains(parts).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private static Rollout replay(ModelFile model) {
        Rollout replay = new Rollout(TestModels.live(model));
        for (int t = 0; t < 20; t++) {
            replay.step(Fields.of(Map.of("value", value(t))), START + t);
        }
        return replay;
    }

    private static double value(int t) {
        return 8 + t * 7 % 11 * 0.5;
    }

    private static int send(String topic, List<String> keys, String format) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int t = 0; t < 20; t++) {
            for (String key : keys) {
                byte[] bytes = key.startsWith("base64:") ? BINARY : TestKafka.bytes(key);
                byte[] value = TestKafka.bytes(String.format(java.util.Locale.ROOT, format, value(t)));
                events.add(new ProducerRecord<>(topic, null, START + t, bytes, value));
            }
        }
        KAFKA.produce(events);
        return events.size();
    }

    private static void deploy(Path config, ModelFile model) throws IOException {
        Path file = Files.createTempFile(config.getParent(), "model", ".safetensors");
        model.write(file);
        CommandRun published = CommandRun.of("publish", "-c", config.toString(), file.toString());
        assertThat(published.exitCode()).as(published.err()).isZero();
        CommandRun deployed =
                CommandRun.of("deploy", "-c", config.toString(), model.id().label());
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    }

    private Path write(ModelFile model) throws IOException {
        Path file = directory.resolve(model.fingerprint().brief());
        model.write(file);
        return file;
    }

    private EddyProcess run(Path config, String instance) throws IOException {
        return EddyProcess.start(
                directory.resolve(instance + ".log"),
                "run",
                "-c",
                config.toString(),
                "-D",
                "eddy.instance.id=" + instance,
                "-D",
                "state.dir=" + directory.resolve(instance));
    }

    private static CommandRun generate(Path config, String... arguments) {
        List<String> all = new ArrayList<>(List.of("generate", "-c", config.toString()));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static void awaitInstances(Path config, int count) {
        Awaitility.await()
                .atMost(TestKafka.PATIENCE)
                .ignoreExceptions()
                .until(() -> instances(config).stream()
                                .filter(instance -> instance.getState().equals("RUNNING")
                                        || instance.getState().equals("WAITING_FOR_MODEL"))
                                .count()
                        == count);
    }

    private static List<InstanceStatus> instances(Path config) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(config)));
        try (InstanceReports reports = new InstanceReports(new EddyConfig(properties))) {
            return reports.live();
        }
    }

    private Path config(String pipeline, String port) throws IOException {
        StringBuilder text = new StringBuilder("bootstrap.servers=" + KAFKA.bootstrapServers() + "\n");
        for (String topic : List.of("input", "output", "deadletter", "control", "status")) {
            text.append("eddy.topics." + topic + "=" + pipeline + "." + topic + "\n");
        }
        text.append("eddy.pipeline=" + pipeline + "\neddy.topics.create=true\neddy.topics.partitions=4\n");
        text.append("eddy.status.interval.ms=500\neddy.http.port=" + port + "\n");
        return Files.writeString(directory.resolve(pipeline + ".properties"), text);
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }
}
