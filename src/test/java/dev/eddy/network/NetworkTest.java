package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.Allocation;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkTest {
    static List<String> cases() throws IOException {
        return CellCases.names();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldAllocateNothingPerStep(String name) throws IOException {
        Network network = TestModels.live(CellCases.model(name)).network();
        float[] input = new float[network.inputSize()];
        float[] state = new float[network.stateSize()];
        float[] outputs = new float[network.outputSize()];
        Network.Scratch scratch = network.newScratch();

        Allocation.expectNone(() -> step(network, input, state, outputs, scratch, 10_000));
    }

    private static void step(
            Network network, float[] input, float[] state, float[] outputs, Network.Scratch scratch, int times) {
        for (int i = 0; i < times; i++) {
            network.step(input, state, outputs, scratch);
        }
    }

    @Test
    void shouldGiveTheSameBitsWhateverOtherSequencesDo() {
        Network network = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 13, 7))
                .network();
        Network.Scratch scratch = network.newScratch();
        float[] alone = new float[network.stateSize()];
        float[] amongOthers = new float[network.stateSize()];
        float[] other = new float[network.stateSize()];
        float[] outputs = new float[1];
        for (int t = 0; t < 50; t++) {
            network.step(new float[] {t * 0.1f}, alone, outputs, network.newScratch());
            network.step(new float[] {t * 0.1f}, amongOthers, outputs, scratch);
            network.step(new float[] {-t}, other, outputs, scratch);
        }
        assertThat(amongOthers).containsExactly(alone);
        assertThat(other).isNotEqualTo(alone);
    }

    @Test
    void shouldRefuseATensorThatIsNotThere() {
        ModelFile good = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
        Map<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.remove("rnn.weight_hh_l0");
        assertRefused(new ModelFile(good.spec(), tensors), "'rnn.weight_hh_l0'", "not in the file");
    }

    @Test
    void shouldRefuseATensorOfAnotherShape() {
        ModelFile good = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
        Map<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.put("head.weight", Tensor.of(new float[8], 2, 4));
        assertRefused(new ModelFile(good.spec(), tensors), "'head.weight'", "[2, 4]", "[1, 4]");
    }

    @Test
    void shouldRefuseWeightsThatAreNotFinite() {
        ModelFile good = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
        Map<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.put("head.bias", Tensor.of(new float[] {Float.NaN}, 1));
        assertRefused(new ModelFile(good.spec(), tensors), "'head.bias'", "NaN");
    }

    @Test
    void shouldRefuseAModelThatDoesNotReproduceItsProbe() {
        assertRefused(TestModels.failingProbe("m", "1"), "probe 0 differs", "expected 1000000.0");
    }

    @Test
    void shouldRefuseALabelCountThatDiffersFromTheOutputs() {
        ModelFile good = TestModels.tagger("m", "1", 2, 4, List.of("a", "b"), 1);
        var head = good.spec().head().withLabels(List.of("a", "b", "c"));
        var spec = new dev.eddy.model.ModelSpec(
                "m",
                "1",
                good.spec().features(),
                good.spec().layers(),
                head,
                good.spec().task(),
                null,
                null,
                null);
        assertRefused(new ModelFile(spec, good.tensors()), "3 labels", "2 apart");
    }

    @Test
    void shouldRefuseWhatDoesNotFitIntoARecord() {
        assertThatThrownBy(() -> new dev.eddy.model.Feature.Vector("v", Integer.MAX_VALUE, null, null, null))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("use 1 to 250000");
        var wide = new dev.eddy.model.Feature.Vector("v", 30_000, null, null, null);
        var spec = new dev.eddy.model.ModelSpec("m", "1", List.of(wide), null, null, null, null, null, null);
        assertRefused(new ModelFile(spec, Map.of()), "gives 30000 numbers", "fit into a record");
        var keep = new dev.eddy.model.Feature.Vector("v", 240_000, null, null, dev.eddy.model.Feature.Missing.PREVIOUS);
        ModelFile head = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
        var kept = new dev.eddy.model.ModelSpec("m", "1", List.of(keep), null, null, null, null, null, null);
        assertRefused(new ModelFile(kept, head.tensors()), "960000 bytes", "fit into a record of the changelog");
    }

    private static void assertRefused(ModelFile file, String... parts) {
        assertThatThrownBy(() -> TestModels.live(file))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(parts);
    }
}
