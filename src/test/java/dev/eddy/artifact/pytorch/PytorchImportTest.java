package dev.eddy.artifact.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.safetensors.Safetensors;
import dev.eddy.artifact.safetensors.SafetensorsWriter;
import dev.eddy.model.Activation;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
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

    @Test
    void shouldRefuseWhatReadsTheFutureOrIsNotKnown() {
        layer("l.", 0, 4, 2, 4);
        tensor("l.weight_ih_l0_reverse", 16, 2);
        refused("{}", "bidirectional");
        tensors.remove("l.weight_ih_l0_reverse");
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
}
