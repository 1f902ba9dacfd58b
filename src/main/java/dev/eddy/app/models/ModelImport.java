package dev.eddy.app.models;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.ModelNames;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.OnnxImport;
import dev.eddy.artifact.pytorch.PytorchImport;
import dev.eddy.artifact.safetensors.SafetensorsReader;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Makes a model file of a file from elsewhere, whatever its format: imports it, lays the given spec over it, gives it a probe
 * and checks that it runs.
 *
 * @param file     ONNX or safetensors
 * @param spec     partial spec as JSON; {@code null} for none
 * @param name     name of the model; {@code null} for the spec's or the file's
 * @param version  version of the model; {@code null} for the spec's or "1"
 * @param bindings files of tensors for graph inputs that are weights
 */
public record ModelImport(Path file, String spec, String name, String version, Map<String, Path> bindings) {
    private static final int HEADER = Long.BYTES;

    /**
     * Imports the file.
     *
     * @throws InvalidModelException if it cannot be imported faithfully
     */
    public ModelFile run() throws IOException {
        PartialSpec partial = PartialSpec.read(spec == null ? "{}" : spec);
        ModelFile imported = imported(partial);
        ModelSpec named = imported.spec()
                .named(
                        Objects.requireNonNullElse(name, imported.spec().name()),
                        Objects.requireNonNullElse(version, imported.spec().version()));
        return ModelProber.withProbe(new ModelFile(named, imported.tensors()));
    }

    private ModelFile imported(PartialSpec partial) throws IOException {
        byte[] start = head();
        if (start.length > 2 && start[0] == 'P' && start[1] == 'K') {
            throw new InvalidModelException(
                    file + " is a pickle written by torch.save, which is not read for safety; write"
                            + " safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\") or an ONNX file");
        } else if (start.length > HEADER && start[HEADER] == '{') {
            return safetensors(partial);
        }
        ModelFile model = OnnxImport.read(file, tensors(), partial.outputs());
        return new ModelFile(partial.over(model.spec()), model.tensors());
    }

    private byte[] head() throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(HEADER + 1);
        }
    }

    private ModelFile safetensors(PartialSpec partial) throws IOException {
        if (!bindings.isEmpty()) {
            throw new InvalidModelException(
                    "only inputs of an ONNX graph can be bound; " + file + " is a safetensors file");
        }
        if (!partial.outputs().isEmpty()) {
            throw new InvalidModelException(
                    "only outputs of an ONNX graph can be chosen with 'from'; " + file + " is a safetensors file");
        }
        byte[] bytes = Files.readAllBytes(file);
        if (SafetensorsReader.read(bytes).metadata().containsKey(ModelFile.SPEC_KEY)) {
            ModelFile model = ModelFile.read(bytes);
            return new ModelFile(partial.over(model.spec()), model.tensors());
        }
        return PytorchImport.read(bytes, ModelNames.stemOf(file), partial);
    }

    private Map<String, Tensor> tensors() throws IOException {
        Map<String, Tensor> tensors = new TreeMap<>();
        for (Map.Entry<String, Path> entry : bindings.entrySet()) {
            tensors.put(entry.getKey(), OnnxImport.readTensor(Files.readAllBytes(entry.getValue())));
        }
        return tensors;
    }
}
