package dev.eddy.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.Tensor.DType;
import dev.eddy.model.InvalidModelException;
import dev.eddy.testing.RuntimeCases;
import dev.eddy.testing.Seq2SeqCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundedWeightsTest {
    @Test
    void shouldRoundMatricesAndNothingElse() {
        ModelFile model = TestModels.tagger("m", "1", 3, 5, List.of("a", "b"), 1);
        Map<String, Tensor> rounded = RoundedWeights.toBfloat16(model).tensors();
        rounded.forEach((name, tensor) -> {
            boolean matrix = tensor.shape().length == 2;
            assertThat(tensor.dtype()).as(name).isEqualTo(matrix ? DType.BF16 : DType.F32);
            float[] before = model.tensors().get(name).toFloats();
            float[] after = tensor.toFloats();
            for (int i = 0; i < before.length; i++) {
                assertThat(after[i])
                        .as(name)
                        .isEqualTo(matrix ? Bfloat16.toFloat(Bfloat16.round(before[i])) : before[i]);
            }
        });
    }

    @Test
    void shouldSurviveTheFileAndGiveItselfWhenRoundedAgain() {
        ModelFile rounded = RoundedWeights.toBfloat16(TestModels.tagger("m", "1", 3, 5, List.of("a", "b"), 1));
        ModelFile read = ModelFile.read(rounded.bytes());
        assertThat(read.tensors()).isEqualTo(rounded.tensors());
        assertThat(RoundedWeights.toBfloat16(read).fingerprint()).isEqualTo(rounded.fingerprint());
    }

    @Test
    void shouldRoundTheDecoderTooButNoEmbedding() throws IOException {
        for (String name : Seq2SeqCases.names()) {
            ModelFile rounded = RoundedWeights.toBfloat16(Seq2SeqCases.model(name));
            rounded.tensors().forEach((tensor, value) -> {
                boolean matrix = value.shape().length == 2 && !tensor.contains("embed");
                assertThat(value.dtype()).as(name + " " + tensor).isEqualTo(matrix ? DType.BF16 : DType.F32);
            });
        }
    }

    @Test
    void shouldRefuseAGraphOfAnotherEngine() throws IOException {
        ModelFile graph = RuntimeCases.model("residual-lstm");
        assertThatThrownBy(() -> RoundedWeights.toBfloat16(graph))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("another engine");
    }
}
