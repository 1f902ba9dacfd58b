package dev.eddy.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.onnx.OnnxImport;
import dev.eddy.artifact.pytorch.PytorchImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The golden files of every cell, made by src/test/python/make_cells.py. */
public final class CellCases {
    private static final Path FOLDER = Path.of("src/test/resources/golden/cells");
    private static final String JSON = ".json";

    private CellCases() {}

    /** The names of all cases, sorted. */
    public static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(JSON))
                    .map(file -> file.substring(0, file.length() - JSON.length()))
                    .sorted()
                    .toList();
        }
    }

    /** The inputs of a case, the outputs of its reference and the name of that. */
    public static JsonNode golden(String name) throws IOException {
        return Golden.read(FOLDER.resolve(name + JSON));
    }

    /** The model of a case: an ONNX file, a state dict or a model file. */
    public static ModelFile model(String name) throws IOException {
        Path onnx = FOLDER.resolve(name + ".onnx");
        if (Files.exists(onnx)) {
            return OnnxImport.read(onnx, Map.of());
        }
        byte[] bytes = Files.readAllBytes(FOLDER.resolve(name + ".safetensors"));
        boolean spec = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).contains("\"__metadata__\"");
        return spec ? ModelFile.read(bytes) : PytorchImport.read(bytes, name, PartialSpec.read("{}"));
    }
}
