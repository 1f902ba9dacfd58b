package dev.eddy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.app.EddyApplication;
import dev.eddy.app.files.EventFile;
import dev.eddy.app.files.EventSender;
import dev.eddy.app.files.FileScorer;
import dev.eddy.app.files.Progress;
import dev.eddy.app.models.ModelImport;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.Material;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.EventFileReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Real data through a real broker: the bytes that {@code eddy score} gives, and the answers PyTorch gives. */
class MaterialPipelineIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS_PER_SERIES = 3_000;

    @TempDir
    Path directory;

    @Test
    void shouldGiveTheSameBytesForTheNabSeriesInterleavedAsKeysAsScoreDoes() throws Exception {
        ModelFile model = new ModelImport(
                        Material.path("models/nab-lstm/weights.safetensors"),
                        "{\"features\":[{\"kind\":\"number\",\"field\":\"normalised\"}],"
                                + "\"task\":{\"kind\":\"predict\",\"fields\":[\"normalised\"]}}",
                        "nab-lstm",
                        "1",
                        Map.of())
                .run();
        Path events = directory.resolve("nab.jsonl");
        List<List<String>> series = nabSeries();
        assertThat(series).hasSize(39);
        writeInterleaved(events, series);

        Map<String, List<String>> scored = score(model, events);
        assertThat(stream("nab", model, events)).isEqualTo(scored);
        assertThat(scored).hasSize(39);
    }

    @Test
    void shouldTagTheEwtDevSentencesAsPyTorchDoes() throws Exception {
        ModelFile model = posTagger();
        List<List<String[]>> sentences = sentences(Material.path("ud-ewt/dev.tsv"));
        List<List<String[]>> expected = sentences(Material.path("models/pos-gru/dev-predictions.tsv"));
        Path events = directory.resolve("ewt.jsonl");
        List<List<String>> lines = new ArrayList<>();
        for (int s = 0; s < sentences.size(); s++) {
            List<String> sentence = new ArrayList<>();
            for (String[] word : sentences.get(s)) {
                ObjectNode event = JSON.createObjectNode();
                event.put("key", "dev-" + s);
                event.put("timestamp", sentence.size());
                event.put("word", word[0]);
                sentence.add(event.toString());
            }
            lines.add(sentence);
        }
        writeInterleaved(events, lines);

        Map<String, List<String>> streamed = stream("ewt", model, events);
        assertThat(streamed).isEqualTo(score(model, events));
        int words = 0;
        int right = 0;
        for (int s = 0; s < sentences.size(); s++) {
            List<String> predictions = streamed.get("dev-" + s);
            for (int w = 0; w < predictions.size(); w++) {
                String label = JSON.readTree(predictions.get(w)).get("label").textValue();
                assertThat(label).isEqualTo(expected.get(s).get(w)[1]);
                words++;
                right += label.equals(sentences.get(s).get(w)[1]) ? 1 : 0;
            }
        }
        System.out.printf("EWT dev: %d words, %.2f %% right%n", words, 100.0 * right / words);
        assertThat(words).isEqualTo(25_147);
        assertThat(100.0 * right / words).isBetween(91.055, 91.065);
    }

    /** What the broker path commits, by key. */
    private Map<String, List<String>> stream(String pipeline, ModelFile model, Path events) throws Exception {
        EddyConfig config = new TestPipeline(KAFKA, pipeline, directory.resolve("state-" + pipeline))
                .with("num.stream.threads", "2")
                .config();
        try (EddyApplication application = EddyApplication.start(config)) {
            new ModelPublisher(config).publish(model, written -> {});
            try (ModelDeployer deployer = new ModelDeployer(config)) {
                deployer.deploy(model.id(), deployer.now());
            }
            EventSender.Sent sent = new EventSender(config, 0, Progress.none())
                    .send(new EventFile(events.toString(), null, "key", "timestamp"), pipeline + ".input");
            Map<String, List<String>> values =
                    TestPipeline.byKey(KAFKA.consume(pipeline + ".output", (int) sent.events()));
            assertThat(application.isAlive()).isTrue();
            return values;
        }
    }

    private static Map<String, List<String>> score(ModelFile model, Path events) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileScorer scorer = new FileScorer(TestModels.live(model));
        try (EventFileReader reader = new EventFile(events.toString(), null, "key", "timestamp").open()) {
            scorer.score(reader, out, -1, Progress.none());
        }
        assertThat(scorer.rejected()).isEmpty();
        Map<String, List<String>> values = new TreeMap<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            JsonNode prediction = JSON.readTree(line);
            values.computeIfAbsent(prediction.get("key").textValue(), k -> new ArrayList<>())
                    .add(line);
        }
        return values;
    }

    /** The events of each series, normalised with the series' own mean and deviation, as the model was trained. */
    private static List<List<String>> nabSeries() throws IOException {
        JsonNode scaling = JSON.readTree(
                        Material.path("models/nab-lstm/normalisation.json").toFile())
                .get("series");
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
        List<List<String>> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> series : scaling.properties()) {
            double mean = series.getValue().get("mean").doubleValue();
            double std = series.getValue().get("std").doubleValue();
            List<String> events = new ArrayList<>();
            List<String> rows = Files.readAllLines(Material.path("nab/data/" + series.getKey()));
            for (String row : rows.subList(1, Math.min(rows.size(), ROWS_PER_SERIES))) {
                String[] cells = row.split(",", -1);
                ObjectNode event = JSON.createObjectNode();
                event.put("key", series.getKey());
                event.put(
                        "timestamp",
                        LocalDateTime.parse(cells[0], format)
                                .toInstant(ZoneOffset.UTC)
                                .toEpochMilli());
                event.put("normalised", (float) ((Double.parseDouble(cells[1]) - mean) / std));
                events.add(event.toString());
            }
            all.add(events);
        }
        return all;
    }

    /** One file of all sequences, shuffled so that each keeps its own order. */
    private static void writeInterleaved(Path file, List<List<String>> sequences) throws IOException {
        List<Integer> order = new ArrayList<>();
        for (int s = 0; s < sequences.size(); s++) {
            order.addAll(Collections.nCopies(sequences.get(s).size(), s));
        }
        Collections.shuffle(order, new Random(1));
        int[] next = new int[sequences.size()];
        try (Writer writer = Files.newBufferedWriter(file)) {
            for (int s : order) {
                writer.write(sequences.get(s).get(next[s]++) + "\n");
            }
        }
    }

    /** The shared tagger with words instead of ids: its vocabulary, and its rules for words that are not in it. */
    private static ModelFile posTagger() throws IOException {
        ObjectNode spec = JSON.createObjectNode();
        ObjectNode token = spec.putArray("features").addObject();
        token.put("kind", "token").put("field", "word").put("lowerCase", true);
        ArrayNode vocabulary = token.putArray("vocabulary");
        Files.readAllLines(Material.path("models/pos-gru/vocab.txt")).forEach(vocabulary::add);
        ArrayNode rules = token.putArray("unknown");
        rule(rules, "contains", "<unk:url>", "@", "www", "http", "/");
        rule(rules, "digit", "<unk:num>");
        rule(rules, "noLetter", "<unk:sym>");
        rule(rules, "upper", "<unk:CAPS>");
        rule(rules, "capitalised", "<unk:Cap>");
        for (String suffix : "ing ed ly ion er est able al ous ive ment ness ity y s".split(" ", -1)) {
            rule(rules, "suffix", "<unk:-" + suffix + ">", suffix);
        }
        rule(rules, "always", "<unk>");
        ArrayNode labels = spec.putObject("head").putArray("labels");
        Files.readAllLines(Material.path("models/pos-gru/tags.txt")).stream()
                .flatMap(line -> List.of(line.trim().split("\\s+", -1)).stream())
                .forEach(labels::add);
        spec.putObject("task").put("kind", "tag");
        Path weights = Material.path("models/pos-gru/weights.safetensors");
        return new ModelImport(weights, spec.toString(), "pos-gru", "1", Map.of()).run();
    }

    private static void rule(ArrayNode rules, String when, String token, String... of) {
        ObjectNode rule = rules.addObject().put("when", when).put("token", token);
        for (String part : of) {
            rule.withArray("of").add(part);
        }
    }

    private static List<List<String[]>> sentences(Path file) throws IOException {
        List<List<String[]>> sentences = new ArrayList<>();
        String text = Files.readString(file);
        for (String block : text.strip().split("\n\n", -1)) {
            sentences.add(block.strip()
                    .lines()
                    .map(line -> line.split("\t", -1))
                    .collect(Collectors.toCollection(ArrayList::new)));
        }
        return sentences;
    }
}
