package dev.eddy.artifact.onnx;

import static dev.eddy.artifact.onnx.OnnxBuilder.attribute;
import static dev.eddy.artifact.onnx.OnnxBuilder.reals;
import static dev.eddy.artifact.onnx.OnnxBuilder.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.onnx.OnnxBuilder.Message;
import dev.eddy.model.Activation;
import dev.eddy.model.Activation.Function;
import dev.eddy.model.CellOptions;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.TensorRole;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Attributes of recurrent nodes become options of the cell; what is not clear is refused. */
class CellVariantTest {
    private static final long ANY = -1;

    private static ModelFile lstm(Message... attributes) {
        OnnxBuilder graph = new OnnxBuilder(17)
                .input("x", ANY, ANY, 2)
                .weight("W", 1, 12, 2)
                .weight("R", 1, 12, 3)
                .weight("B", 1, 24)
                .weight("P", 1, 9)
                .node("LSTM", "x W R B - - - P", "Y", attributes)
                .output("Y");
        return OnnxImport.read(graph.build(), "m", null, Map.of());
    }

    private static LayerSpec layer(Message... attributes) {
        return lstm(attributes).spec().layers().get(0);
    }

    private static void refused(String reason, Message... attributes) {
        assertThatThrownBy(() -> lstm(attributes))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("the_LSTM", reason);
    }

    @Test
    void shouldSayNothingWhereTheNodeSaysTheUsual() {
        assertThat(layer(texts("activations", "sigmoid", "TANH", "Tanh"), attribute("input_forget", 0))
                        .options())
                .isNull();
    }

    @Test
    void shouldReadClippingAndCoupledGatesWhichNeedNoForgetPeephole() {
        LayerSpec layer = layer(attribute("clip", 2f), attribute("input_forget", 1));

        assertThat(layer.options()).isEqualTo(CellOptions.NONE.withClip(2f).withCoupled(true));
        assertThat(layer.tensors())
                .containsKeys(TensorRole.PEEPHOLE_I, TensorRole.PEEPHOLE_O)
                .doesNotContainKey(TensorRole.PEEPHOLE_F);
    }

    @Test
    void shouldGiveEachActivationThatHasAParameterTheNextOne() {
        CellOptions options = layer(
                        texts("activations", "HardSigmoid", "Softsign", "LeakyRelu"),
                        reals("activation_alpha", 0.25f, 0.1f),
                        reals("activation_beta", 0.4f))
                .options();

        assertThat(options.activations())
                .isEqualTo(List.of(
                        new Activation(Function.HARD_SIGMOID, 0.25f, 0.4f),
                        Activation.of(Function.SOFTSIGN),
                        new Activation(Function.LEAKY_RELU, 0.1f, null)));
    }

    @Test
    void shouldRefuseActivationsThatAreNotClear() {
        refused("no activation 'gelu'", texts("activations", "Sigmoid", "Gelu", "Tanh"));
        refused("one direction has 3", texts("activations", "Sigmoid", "Tanh"));
        refused(
                "scaledTanh has no parameters",
                texts("activations", "Sigmoid", "ScaledTanh", "Tanh"),
                reals("activation_alpha", 0.5f));
        refused("1 by the ONNX text and 0 in onnxruntime", texts("activations", "Sigmoid", "ThresholdedRelu", "Tanh"));
        refused(
                "activation_alpha has 3 numbers, of which its activations take 1",
                texts("activations", "Sigmoid", "Elu", "Tanh"),
                reals("activation_alpha", 0, 0.5f, 0));
    }

    @Test
    void shouldRefuseAClipThatIsNotAboveZero() {
        refused("clip is 0.0", attribute("clip", 0f));
        refused("clip is NaN", attribute("clip", Float.NaN));
    }
}
