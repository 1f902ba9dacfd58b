package dev.eddy.artifact.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads safetensors without trusting it: every size and offset is checked before it is used. */
public final class SafetensorsReader {
    /** The limit of the reference implementation. */
    private static final long MAX_HEADER = 100_000_000;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxStringLength((int) MAX_HEADER)
                            .build())
                    .build())
            .build();

    private SafetensorsReader() {}

    /**
     * Reads a file's bytes; the tensors are views of them.
     *
     * @throws InvalidModelException if the bytes are not a valid safetensors file
     */
    public static Safetensors read(byte[] file) {
        return read(file, Integer.MAX_VALUE);
    }

    /**
     * Reads a file's bytes, if it has not too many tensors; that is checked before memory is taken for them.
     *
     * @throws InvalidModelException if the bytes are not a valid safetensors file, or have more tensors
     */
    public static Safetensors read(byte[] file, int maxTensors) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < Long.BYTES) {
            throw new InvalidModelException(
                    "not a safetensors file: " + file.length + " bytes are too few for a header; is it truncated?");
        }
        long headerLength = bytes.getLong();
        if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > bytes.remaining()) {
            throw new InvalidModelException("not a safetensors file: its header claims "
                    + Long.toUnsignedString(headerLength) + " bytes, the file has " + file.length
                    + "; is it truncated or of another format?");
        }
        if (maxTensors < Integer.MAX_VALUE) {
            requireFewTensors(file, (int) headerLength, maxTensors);
        }
        JsonNode header = parse(file, (int) headerLength);
        ByteBuffer data = bytes.slice(Long.BYTES + (int) headerLength, file.length - Long.BYTES - (int) headerLength);
        return new Safetensors(metadata(header), tensors(header, data));
    }

    private static JsonNode parse(byte[] file, int length) {
        try {
            JsonNode header = JSON.readTree(file, Long.BYTES, length);
            if (header != null && header.isObject()) {
                return header;
            }
        } catch (IOException e) {
            throw new InvalidModelException("the safetensors header is not valid JSON: " + firstLine(e), e);
        }
        throw new InvalidModelException("the safetensors header is not a JSON object");
    }

    /** Counts the header's keys without building anything of them. */
    private static void requireFewTensors(byte[] file, int length, int maxTensors) {
        long keys = 0;
        try (JsonParser parser = JSON.createParser(file, Long.BYTES, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                keys += parser.currentName().equals(Safetensors.METADATA) ? 0 : 1;
                parser.nextToken();
                parser.skipChildren();
                if (keys > maxTensors) {
                    throw new InvalidModelException("the model has more than the " + maxTensors
                            + " tensors that eddy.model.max.tensors allows");
                }
            }
        } catch (IOException e) {
            throw new InvalidModelException("the safetensors header is not valid JSON: " + firstLine(e), e);
        }
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static Map<String, String> metadata(JsonNode header) {
        Map<String, String> metadata = new TreeMap<>();
        JsonNode node = header.path(Safetensors.METADATA);
        node.properties().forEach(entry -> {
            if (!entry.getValue().isTextual()) {
                throw new InvalidModelException("the safetensors metadata '" + entry.getKey() + "' is not a text");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        });
        return metadata;
    }

    private static Map<String, Tensor> tensors(JsonNode header, ByteBuffer data) {
        List<Entry> entries = header.properties().stream()
                .filter(entry -> !entry.getKey().equals(Safetensors.METADATA))
                .map(entry -> Entry.of(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .collect(Collectors.toCollection(ArrayList::new));
        checkCover(entries, data.remaining());
        Map<String, Tensor> tensors = new TreeMap<>();
        for (Entry entry : entries) {
            ByteBuffer slice = data.slice((int) entry.begin(), (int) (entry.end() - entry.begin()));
            tensors.put(entry.name(), new Tensor(entry.dtype(), entry.shape(), slice));
        }
        return tensors;
    }

    /** The tensors must lie end to end: no overlap, no hole, nothing behind the last. */
    private static void checkCover(List<Entry> entries, int available) {
        long next = 0;
        for (Entry entry : entries) {
            if (entry.end() > available) {
                throw new InvalidModelException("tensor '" + entry.name() + "' ends at byte " + entry.end()
                        + " but the file has " + available + " bytes of data; is it truncated?");
            }
            if (entry.begin() != next) {
                throw new InvalidModelException("tensor '" + entry.name() + "' begins at byte " + entry.begin()
                        + " instead of " + next + "; tensors may neither overlap nor leave holes");
            }
            next = entry.end();
        }
        if (next != available) {
            throw new InvalidModelException(
                    (available - next) + " bytes behind the last tensor belong to nothing; the file is damaged");
        }
    }

    private record Entry(String name, Tensor.DType dtype, int[] shape, long begin, long end) {
        static Entry of(String name, JsonNode node) {
            Tensor.DType dtype = dtype(name, node.path("dtype").asText());
            int[] shape = shape(name, node.path("shape"));
            JsonNode offsets = node.path("data_offsets");
            if (!offsets.isArray()
                    || offsets.size() != 2
                    || !offsets.get(0).canConvertToLong()
                    || !offsets.get(1).canConvertToLong()) {
                throw new InvalidModelException("tensor '" + name + "' has no two data_offsets");
            }
            long begin = offsets.get(0).longValue();
            long end = offsets.get(1).longValue();
            if (begin < 0 || end < begin || end - begin != Tensor.elements(shape) * dtype.bytes()) {
                throw new InvalidModelException("tensor '" + name + "' of shape " + Arrays.toString(shape)
                        + " and type " + dtype + " does not fit its bytes " + begin + " to " + end);
            }
            return new Entry(name, dtype, shape, begin, end);
        }

        private static Tensor.DType dtype(String name, String text) {
            for (Tensor.DType dtype : Tensor.DType.values()) {
                if (dtype.name().equals(text)) {
                    return dtype;
                }
            }
            throw new InvalidModelException("tensor '" + name + "' has the type '" + text + "'; supported are "
                    + Arrays.toString(Tensor.DType.values()));
        }

        private static int[] shape(String name, JsonNode node) {
            if (!node.isArray() || node.size() > 8) {
                throw new InvalidModelException("tensor '" + name + "' has no shape of at most 8 extents");
            }
            int[] shape = new int[node.size()];
            for (int i = 0; i < shape.length; i++) {
                if (!node.get(i).canConvertToInt()
                        || !node.get(i).isIntegralNumber()
                        || node.get(i).intValue() < 0) {
                    throw new InvalidModelException("tensor '" + name + "' has the extent " + node.get(i));
                }
                shape[i] = node.get(i).intValue();
            }
            return shape;
        }
    }
}
