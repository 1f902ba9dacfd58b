package dev.eddy.artifact.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.safetensors.Safetensors;
import dev.eddy.artifact.safetensors.SafetensorsWriter;
import dev.eddy.model.Activation;
import dev.eddy.model.DecoderSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a state dict tells by itself, and what it is refused for. */
class PytorchImportTest {
    private final Map<String, Tensor> tensors = new HashMap<>();

    private void tensor(String name, int... shape) {
        tensors.put(name, Tensor.of(new float[(int) Tensor.elements(shape)], shape));
    }

    private void layer(String module, int layer, int gates, int input, int hidden) {
        tensor(module + "weight_ih_l" + layer, gates * hidden, input);
        tensor(module + "weight_hh_l" + layer, gates * hidden, hidden);
        tensor(module + "bias_ih_l" + layer, gates * hidden);
        tensor(module + "bias_hh_l" + layer, gates * hidden);
    }

    private ModelFile read(String spec) {
        byte[] file = SafetensorsWriter.write(new Safetensors(Map.of(), tensors));
        return PytorchImport.read(file, "m", PartialSpec.read(spec));
    }

    private void refused(String spec, String... parts) {
        assertThatThrownBy(() -> read(spec))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void shouldFindKindSizesAndLayersBehindAPrefix() {
        layer("model.gru.", 0, 3, 2, 4);
        layer("model.gru.", 1, 3, 4, 4);
        tensor("model.fc.weight", 5, 4);
        ModelFile model = read("{}");
        assertThat(model.spec().layers())
                .extracting(LayerSpec::cell, LayerSpec::input, LayerSpec::hidden)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(LayerSpec.CellKind.GRU, 2, 4),
                        org.assertj.core.groups.Tuple.tuple(LayerSpec.CellKind.GRU, 4, 4));
        assertThat(model.spec().head().output()).isEqualTo(5);
        assertThat(model.spec().features()).containsExactly(new Feature.Vector("features", 2, null, null, null));
    }

    @Test
    void shouldTakeAnEmbeddingByItsName() {
        layer("rnn.", 0, 4, 6, 3);
        tensor("embedding.weight", 10, 6);
        tensor("fc.weight", 6, 3);
        assertThat(read("{}").spec().features().get(0)).isInstanceOf(Feature.Token.class);
    }

    @Test
    void shouldAskForTheActivationOfAnRnn() {
        layer("rnn.", 0, 1, 2, 4);
        refused("{}", "tanh or relu", "\"activation\":\"tanh\"");
        assertThat(read("{\"layers\":[{\"cell\":\"rnn\",\"activation\":\"relu\"}]}")
                        .spec()
                        .layers()
                        .get(0)
                        .activation())
                .isEqualTo(Activation.RELU);
    }

    @Test
    void shouldAskForTheActivationsBetweenLinearLayers() {
        layer("rnn.", 0, 4, 2, 4);
        tensor("a.weight", 7, 4);
        tensor("b.weight", 2, 7);
        refused("{}", "activations the weights do not tell", "\"cell\":\"dense\"");
        assertThat(read("{\"layers\":[{\"cell\":\"lstm\"},{\"cell\":\"dense\",\"activation\":\"relu\"}]}")
                        .spec()
                        .layers())
                .hasSize(2);
    }

    @Test
    void shouldAskForTheOrderOfSeveralModules() {
        layer("a.", 0, 4, 2, 4);
        layer("b.", 0, 4, 4, 4);
        refused("{}", "[a., b.]", "write their order");
        assertThat(read("{\"layers\":[{\"cell\":\"lstm\",\"tensors\":\"a\"},{\"cell\":\"lstm\",\"tensors\":\"b\"}]}")
                        .spec()
                        .layers())
                .hasSize(2);
    }

    private void reverse(String module, int layer, int gates, int input, int hidden) {
        layer(module, layer, gates, input, hidden);
        for (String role : new String[] {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"}) {
            String name = module + role + layer;
            tensors.put(name + "_reverse", tensors.get(name));
        }
    }

    @Test
    void shouldReadBidirectionalLayersWithALookAhead() {
        reverse("l.", 0, 4, 2, 3);
        reverse("l.", 1, 4, 6, 3);
        tensor("fc.weight", 2, 6);
        ModelFile model = read("{\"lookAhead\":4,\"layers\":[{\"cell\":\"lstm\",\"direction\":\"both\"}]}");
        assertThat(model.spec().layers())
                .extracting(LayerSpec::direction, LayerSpec::input, LayerSpec::outputSize)
                .containsOnly(
                        org.assertj.core.groups.Tuple.tuple(LayerSpec.Direction.BOTH, 2, 6),
                        org.assertj.core.groups.Tuple.tuple(LayerSpec.Direction.BOTH, 6, 6));
        assertThat(model.spec().layers().get(1).tensors()).containsEntry("bias_hh_reverse", "l.bias_hh_l1_reverse");
        assertThat(read("{\"maxLength\":40,\"emit\":\"end\"}").spec().emit()).isEqualTo(ModelSpec.Emit.END);
        refused("{}", "layer 0 (lstm)", "lookAhead", "maxLength");
        refused("{\"lookAhead\":4,\"layers\":[{\"cell\":\"lstm\",\"direction\":\"backward\"}]}", "direction backward");
    }

    @Test
    void shouldLetTheSpecSayThatALayerReadsBackward() {
        layer("l.", 0, 3, 2, 4);
        String backward = "\"layers\":[{\"cell\":\"gru\",\"direction\":\"backward\"}]";
        LayerSpec layer =
                read("{\"lookAhead\":4," + backward + "}").spec().layers().get(0);
        assertThat(layer.direction()).isEqualTo(LayerSpec.Direction.BACKWARD);
        assertThat(layer.outputSize()).isEqualTo(4);
        refused("{" + backward + "}", "lookAhead");
        refused("{\"layers\":[{\"cell\":\"gru\",\"direction\":\"both\"}]}", "'l.weight_ih_l0'", "_reverse");
    }

    @Test
    void shouldRefuseABidirectionalLayerThatLacksATensor() {
        reverse("l.", 0, 4, 2, 4);
        tensors.remove("l.bias_hh_l0_reverse");
        refused("{\"lookAhead\":4}", "'l.bias_hh_l0'", "no counterpart 'bias_hh_reverse'");
    }

    @Test
    void shouldRefuseWhatIsNotKnown() {
        layer("l.", 0, 4, 2, 4);
        tensor("norm.running_mean", 4);
        refused("{}", "norm.running_mean", "belongs to no LSTM");
    }

    @Test
    void shouldReadAProjection() {
        layer("l.", 0, 4, 2, 4);
        tensor("l.weight_hh_l0", 16, 3);
        tensor("l.weight_hr_l0", 3, 4);
        tensor("fc.weight", 2, 3);
        LayerSpec lstm = read("{}").spec().layers().get(0);
        assertThat(lstm.hidden()).isEqualTo(4);
        assertThat(lstm.outputSize()).isEqualTo(3);
        refused(
                "{\"layers\":[{\"cell\":\"lstm\",\"options\":{\"projection\":2}}]}",
                "says projection 2",
                "projection 3");
    }

    @Test
    void shouldReadASingleCellAndPassOverCountersAndDropout() {
        for (String role : new String[] {"weight_ih", "weight_hh"}) {
            tensor("module.cell." + role, 12, role.endsWith("ih") ? 2 : 4);
        }
        tensor("module.num_batches_tracked");
        tensor("fc.weight", 2, 4);
        ModelFile model = read("{\"layers\":[{\"cell\":\"gru\"},{\"cell\":\"dropout\"}]}");
        assertThat(model.spec().layers()).extracting(LayerSpec::cell).containsExactly(LayerSpec.CellKind.GRU);
    }

    @Test
    void shouldRefuseTwoSpellingsOfOneLayer() {
        layer("l.", 0, 4, 2, 4);
        tensor("l.weight_ih", 16, 2);
        refused("{}", "'l.weight_ih'", "'l.weight_ih_l0'", "both are of one layer");
    }

    @Test
    void shouldRefuseASpecThatContradictsTheTensors() {
        layer("l.", 0, 4, 2, 4);
        refused("{\"layers\":[{\"cell\":\"gru\"}]}", "says cell gru", "lstm");
        refused("{\"features\":[{\"kind\":\"number\",\"field\":\"x\"}]}", "takes 2 numbers");
        refused("{\"nonsense\":1}", "nonsense");
    }

    @Test
    void shouldRefuseWeightsOfMissingOrTooManyGates() {
        tensor("l.weight_ih_l0", 10, 2);
        tensor("l.weight_hh_l0", 10, 4);
        refused("{}", "l.weight_hh_l0", "10");
        tensor("l.weight_ih_l0", 20, 2);
        tensor("l.weight_hh_l0", 20, 4);
        refused("{}", "l.weight_hh_l0", "20");
    }

    @Test
    void shouldRefuseAnIncompleteStack() {
        layer("l.", 0, 4, 2, 4);
        layer("l.", 2, 4, 4, 4);
        refused("{}", "lacks weight_ih_l1");
    }

    private static final String DECODER =
            "{\"decoder\":{\"feedback\":{\"kind\":\"token\",\"start\":0,\"end\":1},\"limit\":5%s}}";

    private void seq2seq(String decoder) {
        tensor("encoder.embedding.weight", 10, 6);
        layer("encoder.rnn.", 0, 3, 6, 4);
        tensor(decoder + ".embedding.weight", 9, 5);
        layer(decoder + ".rnn.", 0, 3, 5, 4);
        tensor(decoder + ".out.weight", 9, 4);
    }

    @Test
    void shouldFindADecoderBehindItsPrefix() {
        seq2seq("dec");
        refused(DECODER.formatted(""), "no tensors 'decoder.…'", "\"tensors\":\"dec\"");
        ModelFile model = read(DECODER.formatted(",\"tensors\":\"dec\""));
        assertThat(model.spec().emit()).isEqualTo(ModelSpec.Emit.END);
        assertThat(((Feature.Token) model.spec().features().get(0)).embedding()).isEqualTo("encoder.embedding.weight");
        DecoderSpec decoder = model.spec().decoder();
        assertThat(((DecoderSpec.Tokens) decoder.feedback()).embedding()).isEqualTo("dec.embedding.weight");
        assertThat(decoder.layers())
                .extracting(LayerSpec::input, LayerSpec::hidden)
                .containsExactly(tuple(5, 4));
        assertThat(decoder.head().output()).isEqualTo(9);
    }

    @Test
    void shouldTakeAnEmbeddingThatBothShare() {
        seq2seq("decoder");
        tensors.remove("decoder.embedding.weight");
        layer("decoder.rnn.", 0, 3, 6, 4);
        ModelFile model = read(DECODER.replace("\"start\"", "\"embedding\":\"encoder.embedding.weight\",\"start\"")
                .formatted(""));
        assertThat(((DecoderSpec.Tokens) model.spec().decoder().feedback()).embedding())
                .isEqualTo("encoder.embedding.weight");
        assertThat(((Feature.Token) model.spec().features().get(0)).embedding()).isEqualTo("encoder.embedding.weight");
    }

    @Test
    void shouldRefuseADecoderThatIsNotWholeOrKnown() {
        seq2seq("decoder");
        refused("{\"decoder\":3}", "'decoder' is not an object");
        refused(DECODER.formatted(",\"context\":\"every\",\"head\":{\"output\":8}"), "embedding");
        refused(DECODER.formatted(",\"head\":{\"output\":8}"), "head says output 8 but the file says 9");
        refused(DECODER.formatted(",\"nonsense\":1"), "nonsense");
        tensor("decoder.attention.weight", 4, 4);
        refused(DECODER.formatted(""), "order of the linear layers");
        tensors.remove("decoder.attention.weight");
        tensor("encoder.fc.weight", 4, 4);
        refused(DECODER.formatted(""), "both a 'head' and a 'decoder'");
        tensors.remove("encoder.fc.weight");
        layer("decoder.rnn.", 0, 3, 3, 4);
        refused(DECODER.formatted(",\"context\":\"every\""), "takes 3 inputs, which leaves none");
    }
}
