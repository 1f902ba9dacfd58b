package dev.eddy.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The golden files of encoder-decoders, made by src/test/python/make_seq2seq.py. */
public final class Seq2SeqCases {
    private static final Path FOLDER = Path.of("src/test/resources/golden/seq2seq");

    private Seq2SeqCases() {}

    /** The names of all models, sorted. */
    public static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".json"))
                    .map(file -> file.replace(".json", ""))
                    .sorted()
                    .toList();
        }
    }

    /** The state dict of a model. */
    public static Path weights(String name) {
        return FOLDER.resolve(name + ".safetensors");
    }

    /** The partial spec of a model, which may be edited. */
    public static ObjectNode spec(String name) throws IOException {
        return (ObjectNode) Golden.read(FOLDER.resolve(name + ".json")).get("spec");
    }

    /** What the reference gave for some sequences. */
    public static JsonNode cases(String name) throws IOException {
        return Golden.read(FOLDER.resolve(name + ".json")).get("cases");
    }

    /** A model, imported as {@code eddy import} does it. */
    public static ModelFile model(String name) throws IOException {
        return model(name, spec(name));
    }

    /** A model with another spec. */
    public static ModelFile model(String name, JsonNode spec) throws IOException {
        return new ModelImport(weights(name), spec.toString(), name, "1", Map.of()).run();
    }

    /** The events of a case. */
    public static List<Map<String, Object>> events(ModelFile model, JsonNode golden) {
        List<Map<String, Object>> events = new ArrayList<>();
        Feature feature = model.spec().features().get(0);
        boolean texts =
                feature instanceof Feature.Token token && !token.vocabulary().isEmpty();
        for (JsonNode input : golden.get("input")) {
            events.add(
                    texts
                            ? Map.of(
                                    feature.field(),
                                    ((Feature.Token) feature).vocabulary().get(input.asInt()))
                            : Golden.event(model, input));
        }
        return events;
    }
}
