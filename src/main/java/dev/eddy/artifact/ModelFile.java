package dev.eddy.artifact;

import dev.eddy.artifact.safetensors.Safetensors;
import dev.eddy.artifact.safetensors.SafetensorsReader;
import dev.eddy.artifact.safetensors.SafetensorsWriter;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import dev.eddy.model.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model: its spec, its tensors and their fingerprint. As a file it is one safetensors file with the spec, as JSON, in its
 * metadata under {@value #SPEC_KEY}.
 */
public final class ModelFile implements Weights {
    /** The key of the spec in the file's metadata. */
    public static final String SPEC_KEY = "eddy";

    private final ModelSpec spec;
    private final SortedMap<String, Tensor> tensors;
    private final byte[] canonical;
    private final Fingerprint fingerprint;

    /** A model of these parts. */
    public ModelFile(ModelSpec spec, Map<String, Tensor> tensors) {
        this(spec, tensors, SafetensorsWriter.write(new Safetensors(Map.of(SPEC_KEY, SpecJson.write(spec)), tensors)));
    }

    private ModelFile(ModelSpec spec, Map<String, Tensor> tensors, byte[] canonical) {
        this.spec = spec;
        this.tensors = new TreeMap<>(tensors);
        this.canonical = canonical;
        this.fingerprint = Fingerprint.of(canonical);
    }

    /**
     * Reads a model file's bytes.
     *
     * @throws InvalidModelException if they are not a model file
     */
    public static ModelFile read(byte[] bytes) {
        return read(bytes, Integer.MAX_VALUE);
    }

    /**
     * Reads a model file's bytes, if it has not too many tensors.
     *
     * @throws InvalidModelException if they are not a model file, or have more tensors
     */
    public static ModelFile read(byte[] bytes, int maxTensors) {
        Safetensors content = SafetensorsReader.read(bytes, maxTensors);
        String json = content.metadata().get(SPEC_KEY);
        if (json == null) {
            throw new InvalidModelException("this safetensors file has no model spec in its metadata; make a model file"
                    + " of it with 'eddy import FILE --spec SPEC.json -o MODEL'");
        }
        return new ModelFile(SpecJson.read(json), content.tensors());
    }

    /** Reads a model file. */
    public static ModelFile read(Path path) throws IOException {
        try {
            return read(Files.readAllBytes(path));
        } catch (InvalidModelException e) {
            throw new InvalidModelException(path + ": " + e.getMessage(), e);
        }
    }

    /** Writes the canonical file, whole or not at all. */
    public void write(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        Path partial = Files.createTempFile(parent, ".eddy", ".partial");
        try {
            Files.write(partial, canonical);
            Files.move(partial, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** The canonical file's bytes; not to be changed. */
    public byte[] bytes() {
        return canonical;
    }

    public ModelSpec spec() {
        return spec;
    }

    /** All tensors, by name. */
    public SortedMap<String, Tensor> tensors() {
        return java.util.Collections.unmodifiableSortedMap(tensors);
    }

    public Fingerprint fingerprint() {
        return fingerprint;
    }

    public ModelId id() {
        return new ModelId(spec.name(), spec.version(), fingerprint);
    }

    @Override
    public int[] shape(String name) {
        return tensor(name).shape().clone();
    }

    @Override
    public float[] floats(String name, int... shape) {
        float[] values = shaped(name, shape).toFloats();
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new InvalidModelException("tensor '" + name + "' holds " + value + "; weights must be finite");
            }
        }
        return values;
    }

    @Override
    public int[] integers(String name, int... shape) {
        Tensor tensor = shaped(name, shape);
        if (tensor.dtype() != Tensor.DType.I32 && tensor.dtype() != Tensor.DType.I64) {
            throw new InvalidModelException(
                    "tensor '" + name + "' is of type " + tensor.dtype() + "; it must hold integers, I32 or I64");
        }
        return tensor.toInts();
    }

    @Override
    public ByteBuffer bytes(String name) {
        Tensor tensor = tensor(name);
        if (tensor.dtype() != Tensor.DType.U8) {
            throw new InvalidModelException(
                    "tensor '" + name + "' is of type " + tensor.dtype() + "; it must hold bytes, U8");
        }
        return tensor.data().asReadOnlyBuffer();
    }

    private Tensor shaped(String name, int... shape) {
        Tensor tensor = tensor(name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InvalidModelException("tensor '" + name + "' has the shape " + tensor.shapeText()
                    + ", the spec needs " + Arrays.toString(shape));
        }
        return tensor;
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new InvalidModelException(
                    "the spec names a tensor '" + name + "' that is not in the file; it has " + tensors.keySet());
        }
        return tensor;
    }
}
