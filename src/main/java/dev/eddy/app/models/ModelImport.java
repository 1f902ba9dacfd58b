package dev.eddy.app.models;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.ModelNames;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.GraphNames;
import dev.eddy.artifact.onnx.OnnxImport;
import dev.eddy.artifact.onnx.RuntimeImport;
import dev.eddy.artifact.onnx.WrongStreamException;
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
 * @param engine   what shall run an ONNX graph
 * @param weights  how the matrices are kept
 */
public record ModelImport(
        Path file,
        String spec,
        String name,
        String version,
        Map<String, Path> bindings,
        Engine engine,
        WeightType weights) {
    private static final int HEADER = Long.BYTES;

    /** An import of the weights as they are. */
    public ModelImport(Path file, String spec, String name, String version, Map<String, Path> bindings, Engine engine) {
        this(file, spec, name, version, bindings, engine, WeightType.ORIGINAL);
    }

    /** An import for whatever engine can run the file. */
    public ModelImport(Path file, String spec, String name, String version, Map<String, Path> bindings) {
        this(file, spec, name, version, bindings, Engine.AUTO);
    }

    /** What shall run an ONNX graph. */
    public enum Engine {
        /** Eddy, where it recognises the graph, else ONNX Runtime. */
        AUTO,
        /** Eddy alone. */
        NATIVE,
        /** ONNX Runtime, even where Eddy could. */
        ONNXRUNTIME
    }

    /** How the matrices that a step multiplies by are kept in the model file. */
    public enum WeightType {
        /** As in the imported file. */
        ORIGINAL,
        /** Rounded to the upper half of a float32. */
        BF16
    }

    /**
     * An imported model.
     *
     * @param reason   why Eddy does not run it itself; {@code null} where it does
     * @param rounding what became of its values when its weights were rounded, in one sentence; {@code null} if they were not
     */
    public record Imported(ModelFile model, String reason, String rounding) {}

    /**
     * Imports the file.
     *
     * @throws InvalidModelException if it cannot be imported faithfully
     */
    public ModelFile run() throws IOException {
        return imported().model();
    }

    /** Imports the file and says what will run it. */
    public Imported imported() throws IOException {
        PartialSpec partial = PartialSpec.read(spec == null ? "{}" : spec);
        byte[] start = head();
        if (start.length > 2 && start[0] == 'P' && start[1] == 'K') {
            throw new InvalidModelException(
                    file + " is a pickle written by torch.save, which is not read for safety; write"
                            + " safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\") or an ONNX file");
        } else if (start.length > HEADER && start[HEADER] == '{') {
            return finished(safetensors(partial), null);
        }
        return onnx(partial);
    }

    private Imported finished(ModelFile imported, String reason) {
        ModelSpec named = imported.spec()
                .named(
                        Objects.requireNonNullElse(name, imported.spec().name()),
                        Objects.requireNonNullElse(version, imported.spec().version()));
        ModelFile model = new ModelFile(named, imported.tensors());
        if (weights == WeightType.ORIGINAL) {
            return new Imported(ModelProber.withProbe(model), reason, null);
        }
        Rounding rounding = Rounding.of(model);
        return new Imported(rounding.model(), reason, rounding.sentence());
    }

    private Imported onnx(PartialSpec partial) throws IOException {
        boolean runtime = engine == Engine.ONNXRUNTIME
                || (engine == Engine.AUTO && partial.tree().has("engine"));
        ModelFile model;
        InvalidModelException refusal = null;
        try {
            model = OnnxImport.read(file, tensors(), partial.outputs());
        } catch (WrongStreamException e) {
            throw e; // No engine makes it right.
        } catch (InvalidModelException e) {
            if (!runtime && (engine == Engine.NATIVE || !bindings.isEmpty())) {
                throw e;
            }
            model = null;
            refusal = e;
        }
        if (model != null && !runtime) {
            return finished(new ModelFile(partial.over(model.spec()), model.tensors()), null);
        }
        return runtime ? graph(partial, "it was asked for") : inPlace(partial, refusal);
    }

    /** For ONNX Runtime, since Eddy itself refuses the file. */
    private Imported inPlace(PartialSpec partial, InvalidModelException refusal) throws IOException {
        String why = withoutFile(refusal);
        try {
            return graph(partial, why);
        } catch (InvalidModelException e) {
            if (withoutFile(e).equals(why)) {
                throw refusal;
            }
            throw new InvalidModelException(refusal.getMessage() + "; on ONNX Runtime instead: " + withoutFile(e), e);
        }
    }

    private Imported graph(PartialSpec partial, String reason) throws IOException {
        try {
            if (!bindings.isEmpty()) {
                throw new InvalidModelException(
                        "inputs cannot be bound for ONNX Runtime; export them as weights of the graph");
            }
            ModelFile model =
                    RuntimeImport.read(file, GraphNames.of(partial.tree().path("engine")));
            return finished(new ModelFile(partial.over(model.spec()), model.tensors()), reason);
        } catch (InvalidModelException e) {
            throw new InvalidModelException(file + ": " + e.getMessage(), e);
        }
    }

    private String withoutFile(InvalidModelException refusal) {
        String start = file + ": ";
        return refusal.getMessage().startsWith(start)
                ? refusal.getMessage().substring(start.length())
                : refusal.getMessage();
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
        if (engine == Engine.ONNXRUNTIME || partial.tree().has("engine")) {
            throw new InvalidModelException(
                    "another engine runs ONNX graphs alone; " + file + " is a safetensors file, leave it out");
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
