package dev.eddy.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Graphs that ONNX Runtime runs, made by src/test/python/make_runtime_models.py. */
public final class RuntimeCases {
    /** Where they lie. */
    public static final Path FOLDER = Path.of("src/test/resources/golden/runtime");

    private RuntimeCases() {}

    /** The model of a case, as {@code eddy import} makes it. */
    public static ModelFile model(String name) throws IOException {
        return model(name, spec(name));
    }

    /** The model of a case under a spec. */
    public static ModelFile model(String name, String spec) throws IOException {
        return new ModelImport(FOLDER.resolve(name + ".onnx"), spec, name, null, Map.of()).run();
    }

    /** Events and what Python's onnxruntime gives for them. */
    public static JsonNode golden(String name) throws IOException {
        return Golden.read(FOLDER.resolve(name + ".json"));
    }

    /** What the names of a case do not tell. */
    private static String spec(String name) {
        return name.equals("traces") ? """
                {"engine": {"states": [{"input": "a", "output": "p"}, {"input": "b", "output": "q"}]}}""" : null;
    }
}
