package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.CellOptions;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Cells whose tensors do not fit what the spec says are refused; variants that change nothing give the usual bits. */
class CellCompilerTest {
    @Test
    void shouldGiveTheBitsOfTheUsualLstmWhereAVariantChangesNothing() {
        ModelFile usual = TestModels.predictor("m", "1", CellKind.LSTM, 13, 7);
        ModelFile variant = withOptions(usual, CellOptions.NONE.withClip(1e30f));
        Network one = TestModels.live(usual).network();
        Network other = TestModels.live(variant).network();
        float[] state = new float[one.stateSize()];
        float[] otherState = new float[other.stateSize()];
        for (int t = 0; t < 50; t++) {
            one.step(new float[] {t * 0.1f - 2}, state, new float[1], one.newScratch());
            other.step(new float[] {t * 0.1f - 2}, otherState, new float[1], other.newScratch());
        }
        assertThat(otherState).containsExactly(state);
    }

    @Test
    void shouldHandOnTheWholeCellStateOfAProjectedLstm() throws IOException {
        ModelFile stack = CellCases.model("lstm-projected"); // hidden 5, projection 2
        LayerSpec first = stack.spec().layers().get(0);
        LayerSpec layer =
                new LayerSpec(first.cell(), 3, 5, null, null, LayerSpec.Output.CELL, first.options(), first.tensors());
        ModelSpec spec = new ModelSpec("m", "1", stack.spec().features(), List.of(layer), null, null, null, null, null);
        Network network = TestModels.live(new ModelFile(spec, stack.tensors())).network();
        float[] state = new float[network.stateSize()];
        float[] outputs = new float[network.outputSize()];
        network.step(new float[] {1, -2, 0.5f}, state, outputs, network.newScratch());

        assertThat(state).hasSize(2 + 5);
        assertThat(outputs).containsExactly(Arrays.copyOfRange(state, 2, 7));
    }

    static List<String> cases() throws IOException {
        return CellCases.names();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldTakeAnAbsentBiasForZero(String name) throws IOException {
        ModelFile file = CellCases.model(name);
        Map<String, Tensor> zeroed = new TreeMap<>(file.tensors());
        file.spec()
                .layers()
                .forEach(layer -> layer.tensors().forEach((role, tensor) -> {
                    if (role.startsWith("bias")) {
                        int[] shape = file.tensors().get(tensor).shape();
                        zeroed.put(tensor, Tensor.of(new float[shape[0]], shape));
                    }
                }));
        ModelFile zero = new ModelFile(file.spec(), zeroed);
        ModelFile absent = new ModelFile(
                withLayers(zero, layer -> withTensors(layer, layer.options(), withoutBiases(layer)))
                        .spec(),
                zeroed);
        assertThat(values(absent)).isDeepEqualTo(values(zero));
    }

    private static Map<String, String> withoutBiases(LayerSpec layer) {
        Map<String, String> tensors = new TreeMap<>(layer.tensors());
        tensors.keySet().removeIf(role -> role.startsWith("bias"));
        return tensors;
    }

    private static double[][] values(ModelFile file) {
        List<Map<String, Object>> events = new ArrayList<>();
        for (int t = 0; t < 20; t++) {
            events.add(Map.of("features", List.of(Math.sin(t), Math.cos(2 * t), t % 3 - 1)));
        }
        return ProbeCheck.values(TestModels.live(file), events);
    }

    @Test
    void shouldReadIndicesOf64Bits() throws IOException {
        ModelFile narrow = CellCases.model("reservoir");
        Map<String, Tensor> tensors = new TreeMap<>(narrow.tensors());
        for (String name : List.of("indptr", "indices")) {
            int[] values = tensors.get(name).toInts();
            ByteBuffer wide = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int value : values) {
                wide.putLong(value);
            }
            tensors.put(name, new Tensor(Tensor.DType.I64, new int[] {values.length}, wide.flip()));
        }
        assertThat(values(new ModelFile(narrow.spec(), tensors))).isDeepEqualTo(values(narrow));
    }

    @Test
    void shouldMoveTheBlocksOfAClockworkAtTheirPeriodsForEver() throws IOException {
        Network network = TestModels.live(CellCases.model("clockwork")).network(); // periods 1, 2, 3, 8; 3 units each
        int[] periods = {1, 2, 3, 8};
        float[] state = new float[network.stateSize()];
        float[] outputs = new float[network.outputSize()];
        for (int t = 0; t < 100; t++) {
            float[] before = state.clone();
            network.step(new float[] {t % 7 - 3, t % 5, 1}, state, outputs, network.newScratch());
            for (int unit = 0; unit < outputs.length; unit++) {
                assertThat(state[unit] != before[unit]).isEqualTo(t % periods[unit / 3] == 0);
            }
            assertThat(state[outputs.length]).isEqualTo((t + 1) % 24);
        }
    }

    @Test
    void shouldRefuseAClockworkThatFeedsSlowUnitsFromFastOnes() throws IOException {
        float[] weights = new float[12 * 12];
        weights[11 * 12] = 0.5f;
        refused("clockwork", "weight_hh", Tensor.of(weights, 12, 12), "from unit 0 to the slower unit 11");
    }

    @Test
    void shouldRefuseAReservoirWhoseSparseWeightsDoNotFit() throws IOException {
        refused("reservoir", "indptr", Tensor.of(new float[41], 41), "of type F32", "integers");
        refused("reservoir", "indptr", Tensor.of(new float[40], 40), "[40]", "[41]");
        ModelFile good = CellCases.model("reservoir");
        Tensor values = good.tensors().get("values");
        refused("reservoir", "indices", ints(values.shape()[0], 40), "sparse weights", "row 0", "columns ascend");
        refused("reservoir", "values", Tensor.of(new float[4], 2, 2), "[2, 2]", "1 axis");
        refused("reservoir-feedback", "weight_fb", Tensor.of(new float[80], 2, 40), "[2, 40]", "[40, 2]");
    }

    @Test
    void shouldRefuseVariantsThatDoNotAddUp() throws IOException {
        ModelFile lstm = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
        refused(withOptions(lstm, CellOptions.NONE.withProjection(5)), "projection 5", "narrower");
        refused(withOptions(lstm, CellOptions.NONE.withProjection(2)), "'weight_hr'");
        ModelFile clockwork = CellCases.model("clockwork");
        refused(withOptions(clockwork, CellOptions.NONE.withPeriods(List.of(1, 2, 3, 4, 5))), "12 units for 5 periods");
        refused(withOptions(clockwork, null), "no option 'periods'");
        refused("lstm-peepholes", "layers.0.peephole_o", Tensor.of(new float[] {1, 2, 3, 4}, 4), "[4]", "[5]");
        refused("lstm-peepholes", "layers.0.peephole_o", Tensor.of(new float[] {1, 2, Float.NaN, 4, 5}, 5), "NaN");
    }

    @Test
    void shouldRefuseAPeepholeOfAForgetGateThatIsCoupled() throws IOException {
        CellOptions coupled = CellOptions.NONE.withCoupled(true);
        refused(withOptions(CellCases.model("lstm-peepholes"), coupled), "1 - i", "'peephole_f'");
    }

    private static Tensor ints(int length, int last) {
        ByteBuffer data = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(4 * (length - 1), last);
        return new Tensor(Tensor.DType.I32, new int[] {length}, data);
    }

    private static void refused(String name, String tensor, Tensor value, String... parts) throws IOException {
        ModelFile good = CellCases.model(name);
        Map<String, Tensor> tensors = new TreeMap<>(good.tensors());
        assertThat(tensors.put(tensor, value)).isNotNull();
        refused(new ModelFile(good.spec(), tensors), parts);
    }

    private static void refused(ModelFile file, String... parts) {
        assertThatThrownBy(() -> TestModels.live(file))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(parts);
    }

    private static ModelFile withOptions(ModelFile file, CellOptions options) {
        return withLayers(file, layer -> withTensors(layer, options, layer.tensors()));
    }

    private static LayerSpec withTensors(LayerSpec layer, CellOptions options, Map<String, String> tensors) {
        return new LayerSpec(
                layer.cell(),
                layer.input(),
                layer.hidden(),
                layer.activation(),
                layer.resetAfter(),
                layer.output(),
                options,
                tensors);
    }

    private static ModelFile withLayers(ModelFile file, UnaryOperator<LayerSpec> change) {
        ModelSpec spec = file.spec();
        List<LayerSpec> layers = spec.layers().stream().map(change).toList();
        return new ModelFile(
                new ModelSpec(
                        spec.name(),
                        spec.version(),
                        spec.features(),
                        layers,
                        spec.head(),
                        spec.heads(),
                        spec.decoder(),
                        spec.task(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                file.tensors());
    }
}
