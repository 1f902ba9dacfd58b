package dev.eddy.artifact.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.artifact.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes safetensors in one canonical way: names in ascending order, no holes, the header padded to 8 bytes. */
public final class SafetensorsWriter {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** The file's bytes. */
    public static byte[] write(Safetensors content) {
        ObjectNode header = JSON.createObjectNode();
        if (!content.metadata().isEmpty()) {
            ObjectNode metadata = header.putObject(Safetensors.METADATA);
            content.metadata().forEach(metadata::put);
        }
        long end = 0;
        for (var entry : content.tensors().entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey());
            node.put("dtype", tensor.dtype().name());
            for (int extent : tensor.shape()) {
                node.withArray("shape").add(extent);
            }
            node.withArray("shape");
            node.putArray("data_offsets").add(end).add(end + tensor.data().remaining());
            end += tensor.data().remaining();
        }
        byte[] text = padded(header);
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(Long.BYTES + text.length + end))
                .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        content.tensors().values().forEach(tensor -> file.put(tensor.data().duplicate()));
        return file.array();
    }

    private static byte[] padded(ObjectNode header) {
        try {
            String text = JSON.writeValueAsString(header);
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            return (text + " ".repeat(Math.floorMod(-length, ALIGNMENT))).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree always has a JSON form", e);
        }
    }
}
