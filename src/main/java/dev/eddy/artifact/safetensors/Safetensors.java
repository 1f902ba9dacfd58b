package dev.eddy.artifact.safetensors;

import dev.eddy.artifact.Tensor;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of a safetensors file.
 *
 * @param metadata the texts of {@code __metadata__}
 * @param tensors  name to tensor
 */
public record Safetensors(SortedMap<String, String> metadata, SortedMap<String, Tensor> tensors) {
    /** The key of the metadata in the header. */
    static final String METADATA = "__metadata__";

    public Safetensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
        this(new TreeMap<>(metadata), new TreeMap<>(tensors));
    }
}
