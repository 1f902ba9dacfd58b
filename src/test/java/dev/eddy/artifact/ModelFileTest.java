package dev.eddy.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.onnx.OnnxImport;
import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files keep what they are given and refuse weights that do not fit. */
class ModelFileTest {
    private static ModelFile model() throws IOException {
        return OnnxImport.read(Path.of("src/test/resources/golden/lstm.onnx"), Map.of());
    }

    @Test
    void shouldKeepSpecTensorsAndFingerprintThroughAFile(@TempDir Path folder) throws IOException {
        ModelFile model = model();
        model.write(folder.resolve("m.eddy"));
        ModelFile read = ModelFile.read(folder.resolve("m.eddy"));
        assertThat(read.bytes()).isEqualTo(model.bytes());
        assertThat(read.fingerprint()).isEqualTo(model.fingerprint());
        assertThat(read.tensors()).isEqualTo(model.tensors());
    }

    @Test
    void shouldNameAMissingTensorAWrongShapeAndNaN() throws IOException {
        ModelFile model = model();
        assertThatThrownBy(() -> model.floats("nothing", 1))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("'nothing'");
        assertThatThrownBy(() -> model.floats("head.weight", 5, 2))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("has the shape [2, 5], the spec needs [5, 2]");
        Map<String, Tensor> damaged = new TreeMap<>(model.tensors());
        damaged.put("head.bias", Tensor.of(new float[] {1, Float.NaN}, 2));
        assertThatThrownBy(() -> new ModelFile(model.spec(), damaged).floats("head.bias", 2))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("holds NaN");
    }
}
