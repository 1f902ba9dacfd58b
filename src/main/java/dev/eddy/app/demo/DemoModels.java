package dev.eddy.app.demo;

import dev.eddy.artifact.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The models that ship with the demo; {@code src/main/python/train_demo_models.py} made them. */
public final class DemoModels {
    /** Name of the taggers: what is the condition of this pump? */
    public static final String CONDITION = "pump-condition";

    /** Name of the forecaster: what will its next temperature and vibration be? */
    public static final String FORECAST = "pump-forecast";

    private DemoModels() {}

    /** The modest tagger the demo begins with, version 1. */
    public static ModelFile firstTagger() {
        return load("tagger-1");
    }

    /** The better tagger the demo swaps to, version 2. */
    public static ModelFile betterTagger() {
        return load("tagger-2");
    }

    /** The next-value model, version 1. */
    public static ModelFile forecaster() {
        return load("forecast-1");
    }

    /** All of them. */
    public static List<ModelFile> all() {
        return List.of(firstTagger(), betterTagger(), forecaster());
    }

    private static ModelFile load(String name) {
        String resource = name + ".safetensors";
        try (InputStream in = DemoModels.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from the class path; the jar is incomplete");
            }
            return ModelFile.read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource + " from the class path", e);
        }
    }
}
