package dev.eddy.artifact.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sound files come back as written; every kind of damage is named. */
class SafetensorsReaderTest {
    private static final String ENTRY = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}";

    private static byte[] file(long headerLength, String header, int data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(headerLength < 0 ? text.length : headerLength)
                .put(text)
                .array();
    }

    private static void refused(byte[] file, String part) {
        assertThatThrownBy(() -> SafetensorsReader.read(file))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(part);
    }

    private static void refused(String header, int data, String part) {
        refused(file(-1, header, data), part);
    }

    @Test
    void shouldRefuseMoreTensorsThanAllowed() {
        Map<String, Tensor> tensors = Map.of(
                "a", Tensor.of(new float[] {1}), "b", Tensor.of(new float[] {2}), "c", Tensor.of(new float[] {3}));
        byte[] file = SafetensorsWriter.write(new Safetensors(Map.of("key", "value"), tensors));
        assertThat(SafetensorsReader.read(file, 3).tensors()).hasSize(3);
        assertThatThrownBy(() -> SafetensorsReader.read(file, 2))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("more than the 2 tensors");
        assertThatThrownBy(() -> SafetensorsReader.read(file(-1, "{\"a\":", 0), 2))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void shouldReadWhatItWrote() {
        Map<String, Tensor> tensors = Map.of(
                "b", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
                "a", Tensor.of(new float[] {7}),
                "empty", Tensor.of(new float[0], 0, 4));
        byte[] file = SafetensorsWriter.write(new Safetensors(Map.of("key", "välue"), tensors));
        Safetensors read = SafetensorsReader.read(file);
        assertThat(read.tensors()).isEqualTo(tensors);
        assertThat(read.metadata()).isEqualTo(Map.of("key", "välue"));
        assertThat(SafetensorsWriter.write(read)).isEqualTo(file);
    }

    @Test
    void shouldRefuseATruncatedFileAtEveryLength() {
        byte[] file =
                SafetensorsWriter.write(new Safetensors(Map.of(), Map.of("a", Tensor.of(new float[] {1, 2, 3}, 3))));
        for (int length = 0; length < file.length; length++) {
            byte[] part = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> SafetensorsReader.read(part)).isInstanceOf(InvalidModelException.class);
        }
    }

    @Test
    void shouldRefuseAHeaderThatClaimsMoreThanTheFileHas() {
        refused(file(1L << 60, "{}", 0), "its header claims 1152921504606846976 bytes");
        refused(file(3, "{}", 0), "its header claims 3 bytes");
    }

    @Test
    void shouldRefuseTensorsThatOverlapOrLeaveHoles() {
        refused("{\"a\":" + ENTRY.formatted(0, 8) + ",\"b\":" + ENTRY.formatted(4, 12) + "}", 12, "neither overlap");
        refused("{\"a\":" + ENTRY.formatted(0, 8) + ",\"b\":" + ENTRY.formatted(12, 20) + "}", 20, "leave holes");
        refused("{\"a\":" + ENTRY.formatted(0, 8) + "}", 12, "belong to nothing");
        refused("{\"a\":" + ENTRY.formatted(0, 8) + "}", 4, "truncated");
    }

    @Test
    void shouldShowAHostileNameInOneLine() {
        assertThatThrownBy(() -> SafetensorsReader.read(file(-1, "{\"a\\nb\":" + ENTRY.formatted(0, 8) + "}", 4)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageStartingWith("tensor 'a?b' ends at byte 8");
    }

    @Test
    void shouldRefuseAHeaderThatIsNoHeader() {
        refused("{\"a\":" + ENTRY.formatted(0, 8) + ",\"a\":" + ENTRY.formatted(0, 8) + "}", 8, "not valid JSON");
        refused("[1]", 0, "not a JSON object");
        refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "does not fit");
        refused("{\"a\":{\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "type 'Q4'");
        refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "extent -2");
        refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647],\"data_offsets\":[0,8]}}", 8, "not fit");
        refused("{\"__metadata__\":{\"a\":1}}", 0, "not a text");
    }
}
