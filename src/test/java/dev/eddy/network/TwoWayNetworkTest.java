package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.LayerSpec.Direction;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import dev.eddy.testing.Allocation;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.TwoWayCases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that read backward or both ways, against PyTorch, and what a pass may depend on. */
class TwoWayNetworkTest {
    private static final double TOLERANCE = 1e-5;

    static List<String> cases() throws IOException {
        return TwoWayCases.names(".safetensors");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheOutputsOfTheReferenceForTheWholeSequence(String name) throws IOException {
        JsonNode golden = TwoWayCases.golden(name);
        Network network = TwoWayCases.network(name);
        float[][] inputs = TwoWayCases.inputs(golden);
        double whole = TwoWayCases.error(TwoWayCases.whole(network, inputs), golden.get("output"));
        double summary = TwoWayCases.error(TwoWayCases.summary(network, inputs), golden.get("summary"));

        System.out.printf(
                "%-20s whole sequence off by %.1e, final states by %.1e from %s%n",
                name, whole, summary, golden.get("reference").asText());
        assertThat(whole).isLessThan(TOLERANCE);
        assertThat(summary).isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheOutputsOfTheReferenceForEveryCutIntoPasses(String name) throws IOException {
        JsonNode golden = TwoWayCases.golden(name);
        Network network = TwoWayCases.network(name);
        float[][] inputs = TwoWayCases.inputs(golden);
        double error = 0;
        for (JsonNode run : golden.get("runs")) {
            float[] state = new float[network.stateSize()];
            float[][] values = TwoWayCases.passes(network, inputs, cut(run), state, network.newScratch());
            error = Math.max(error, TwoWayCases.error(values, run.get("output")));
        }
        System.out.printf(
                "%-20s %d cuts off by %.1e from float64%n",
                name, golden.get("runs").size(), error);
        assertThat(golden.get("runs")).isNotEmpty();
        assertThat(error).isLessThan(TOLERANCE);
    }

    private static List<int[]> cut(JsonNode run) {
        List<int[]> cut = new ArrayList<>();
        run.get("passes")
                .forEach(pass ->
                        cut.add(new int[] {pass.get(0).asInt(), pass.get(1).asInt()}));
        return cut;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheBitsOfTheWholeSequenceWhenEveryPassLooksToItsEnd(String name) throws IOException {
        Network network = TwoWayCases.network(name);
        float[][] inputs = TwoWayCases.inputs(TwoWayCases.golden(name));
        List<int[]> toTheEnd = new ArrayList<>();
        for (int t = 0; t < inputs.length; t++) {
            toTheEnd.add(new int[] {inputs.length - t, 1});
        }
        float[] state = new float[network.stateSize()];
        assertThat(TwoWayCases.passes(network, inputs, toTheEnd, state, network.newScratch()))
                .isDeepEqualTo(TwoWayCases.whole(network, inputs));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheSameBitsWhateverTheBuffersWereUsedForBefore(String name) throws IOException {
        Network network = TwoWayCases.network(name);
        float[][] inputs = TwoWayCases.inputs(TwoWayCases.golden(name));
        Network.Scratch shared = network.newScratch();
        float[] alone = new float[network.stateSize()];
        float[] among = new float[network.stateSize()];
        float[] other = new float[network.stateSize()];
        float[][] reversed = reversed(inputs);
        float[][] values = new float[inputs.length][network.outputSize()];
        float[][] otherValues = new float[inputs.length][network.outputSize()];
        for (int t = 0; t < inputs.length - 4; t += 2) {
            float[][] window = Arrays.copyOfRange(inputs, t, t + 5);
            float[][] wanted = new float[2][network.outputSize()];
            network.pass(window, 5, 2, alone, wanted, network.newScratch());
            network.pass(window, 5, 2, among, values, shared);
            assertThat(values[0]).containsExactly(wanted[0]);
            assertThat(values[1]).containsExactly(wanted[1]);
            assertThat(among).containsExactly(alone);
            network.pass(reversed, 1 + t, t / 2, other, otherValues, shared);
            network.summary(reversed, inputs.length, other.clone(), otherValues[0], shared);
            network.probabilities(otherValues[0], new float[network.labelCount()]);
        }
        float[] summary = new float[network.outputSize()];
        network.summary(inputs, inputs.length, new float[network.stateSize()], summary, shared);
        assertThat(summary).containsExactly(TwoWayCases.summary(network, inputs));
    }

    private static float[][] reversed(float[][] rows) {
        float[][] reversed = rows.clone();
        java.util.Collections.reverse(Arrays.asList(reversed));
        return reversed;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldStepAsAPassOverOneEventAndLeaveInputsAlone(String name) throws IOException {
        Network network = TwoWayCases.network(name);
        float[][] inputs = TwoWayCases.inputs(TwoWayCases.golden(name));
        float[] state = new float[network.stateSize()];
        float[] stepped = new float[network.stateSize()];
        float[][] values = new float[1][network.outputSize()];
        float[] steppedValues = new float[network.outputSize()];
        for (float[] input : inputs) {
            float[] before = input.clone();
            network.pass(new float[][] {input}, 1, 1, state, values, network.newScratch());
            network.step(input, stepped, steppedValues, network.newScratch());
            assertThat(steppedValues).containsExactly(values[0]);
            assertThat(stepped).containsExactly(state);
            assertThat(input).containsExactly(before);
        }
    }

    @Test
    void shouldChangeNothingInAPassThatAnswersNothing() throws IOException {
        Network network = TwoWayCases.network("mixed-forward-top");
        float[][] inputs = TwoWayCases.inputs(TwoWayCases.golden("mixed-forward-top"));
        float[] state = new float[network.stateSize()];
        Arrays.fill(state, 0.25f);
        float[] before = state.clone();
        network.pass(inputs, 6, 0, state, new float[0][], network.newScratch());
        assertThat(state).containsExactly(before);
    }

    @Test
    void shouldAllocateNothingOnceItHasSeenTheLongestPass() throws IOException {
        Network network = TwoWayCases.network("mixed-forward-top");
        float[][] inputs = TwoWayCases.inputs(TwoWayCases.golden("mixed-forward-top"));
        float[] state = new float[network.stateSize()];
        float[][] values = new float[inputs.length][network.outputSize()];
        Network.Scratch scratch = network.newScratch();

        Allocation.expectNone(() -> use(network, inputs, state, values, scratch, 1_000));
    }

    private static void use(
            Network network, float[][] inputs, float[] state, float[][] values, Network.Scratch scratch, int times) {
        for (int i = 0; i < times; i++) {
            network.pass(inputs, inputs.length - i % 3, 2, state, values, scratch);
            network.summary(inputs, inputs.length, state, values[0], scratch);
            network.step(inputs[0], state, values[0], scratch);
        }
    }

    @Test
    void shouldCarryTheStatesOfForwardPartsOnly() throws IOException {
        assertThat(TwoWayCases.network("lstm-2").stateSize()).isEqualTo(2 * (4 + 4));
        assertThat(TwoWayCases.network("lstm-projected-1").stateSize()).isEqualTo(2 + 4);
        // gru 5, nothing of the lstm that reads backward, gru 4, lstm 7 projected to 3
        assertThat(TwoWayCases.network("mixed").stateSize()).isEqualTo(5 + 4 + 3 + 7);
        Network backward = TwoWayCases.network(backward());
        assertThat(backward.stateSize()).isZero();
        assertThat(backward.readsBackward()).isTrue();
    }

    private static ModelFile backward() {
        ModelFile forward = TestModels.predictor("m", "1", CellKind.GRU, 4, 3);
        return withDirection(forward, Direction.BACKWARD);
    }

    @Test
    void shouldReadBackwardAsAForwardNetworkReadsTheReversedSequence() {
        ModelFile forward = TestModels.predictor("m", "1", CellKind.LSTM, 6, 3);
        Network network = TwoWayCases.network(withDirection(forward, Direction.BACKWARD));
        float[][] inputs = {{1}, {-2}, {0.5f}, {3}, {0.1f}};
        float[][] wanted = TwoWayCases.whole(TwoWayCases.network(forward), reversed(inputs));
        assertThat(TwoWayCases.whole(network, inputs)).isDeepEqualTo(reversed(wanted));
        assertThat(TwoWayCases.summary(network, inputs)).containsExactly(wanted[4]);
    }

    @Test
    void shouldTakeForwardAsTheWayThatNeedNotBeSaid() {
        ModelFile plain = TestModels.predictor("m", "1", CellKind.RNN, 4, 3);
        ModelFile said = withDirection(plain, Direction.FORWARD);
        assertThat(said.spec().layers().get(0).direction()).isNull();
        assertThat(TwoWayCases.network(said)).isInstanceOf(CellNetwork.class);
        String json = SpecJson.write(backward().spec());
        assertThat(json).contains("\"direction\":\"backward\"");
        assertThat(SpecJson.read(json)).isEqualTo(backward().spec());
    }

    private static ModelFile withDirection(ModelFile file, Direction direction) {
        LayerSpec layer = file.spec().layers().get(0);
        LayerSpec turned = new LayerSpec(
                layer.cell(), layer.input(), layer.hidden(), direction, null, null, null, null, layer.tensors());
        return new ModelFile(withLayer(file.spec(), turned), file.tensors());
    }

    private static ModelSpec withLayer(ModelSpec spec, LayerSpec layer) {
        return new ModelSpec(
                spec.name(),
                spec.version(),
                spec.features(),
                List.of(layer),
                spec.head(),
                null,
                null,
                null,
                null,
                null,
                3,
                null,
                null,
                null);
    }

    @Test
    void shouldProbeTheWholeSequenceOrEachOneThatEndsAtAnEvent() throws IOException {
        JsonNode golden = TwoWayCases.golden("gru-1");
        float[][] inputs = TwoWayCases.inputs(golden);
        List<Map<String, Object>> events = new ArrayList<>();
        for (JsonNode row : golden.get("input")) {
            events.add(dev.eddy.testing.Golden.event(TwoWayCases.model("gru-1"), row));
        }
        ModelFile file = TwoWayCases.model("gru-1");
        double[][] every = ProbeCheck.values(TestModels.live(maxLength(file, ModelSpec.Emit.EVERY)), events);
        double[][] end = ProbeCheck.values(TestModels.live(maxLength(file, ModelSpec.Emit.END)), events);
        Network network = TwoWayCases.network(file);
        assertThat(floats(every)).isDeepEqualTo(TwoWayCases.whole(network, inputs));
        for (int t = 0; t < inputs.length; t++) {
            assertThat(floats(end)[t]).containsExactly(TwoWayCases.summary(network, Arrays.copyOf(inputs, t + 1)));
        }
    }

    private static ModelFile maxLength(ModelFile file, ModelSpec.Emit emit) {
        ModelSpec spec = file.spec();
        return new ModelFile(
                new ModelSpec(
                        "m",
                        "1",
                        spec.features(),
                        spec.layers(),
                        spec.head(),
                        null,
                        null,
                        null,
                        emit,
                        null,
                        null,
                        50,
                        null,
                        null),
                file.tensors());
    }

    private static float[][] floats(double[][] values) {
        float[][] floats = new float[values.length][values[0].length];
        for (int t = 0; t < values.length; t++) {
            for (int i = 0; i < values[t].length; i++) {
                floats[t][i] = (float) values[t][i];
            }
        }
        return floats;
    }

    @Test
    void shouldHaveNothingToGoOnFromWithoutEvents() throws IOException {
        Network network = TwoWayCases.network("gru-1");
        assertThat(network.isRecurrent()).isFalse();
        assertThatThrownBy(() -> network.answer(
                        new float[network.stateSize()], new float[network.outputSize()], network.newScratch()))
                .isInstanceOf(IllegalStateException.class);
        LiveModel live = TestModels.live(maxLength(TwoWayCases.model("gru-1"), ModelSpec.Emit.EVERY));
        assertThatThrownBy(() -> new Rollout(live))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("reads backward");
    }

    @Test
    void shouldRefuseDirectionsThatDoNotAddUp() throws IOException {
        assertThatThrownBy(() -> new LayerSpec(
                        CellKind.JORDAN, 2, 3, Direction.BOTH, null, null, null, null, Map.of("weight_ih", "w")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("'direction' does not belong to a layer of kind jordan");
        assertThatThrownBy(() -> new LayerSpec(CellKind.GRU, 2, 3, null, null, Map.of("weight_ih_reverse", "w")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("no tensor 'weight_ih_reverse'");
        assertThatThrownBy(() -> new LayerSpec(
                        CellKind.GRU, 2, 3, Direction.BOTH, null, null, null, null, Map.of("weight_reverse", "w")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("no tensor 'weight'");

        ModelFile good = TwoWayCases.model("gru-1");
        Map<String, String> roles = new TreeMap<>(good.spec().layers().get(0).tensors());
        roles.remove("weight_hh_reverse");
        refused(withRoles(good, roles), good.tensors(), "no tensor for 'weight_hh_reverse'");
        Map<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.put("rnn.weight_ih_l0_reverse", Tensor.of(new float[24], 12, 2));
        refused(good.spec(), tensors, "'rnn.weight_ih_l0_reverse'", "[12, 2]", "[12, 3]");
    }

    private static ModelSpec withRoles(ModelFile file, Map<String, String> roles) {
        LayerSpec layer = file.spec().layers().get(0);
        return withLayer(
                file.spec(),
                new LayerSpec(
                        layer.cell(), layer.input(), layer.hidden(), Direction.BOTH, null, null, null, null, roles));
    }

    private static void refused(ModelSpec spec, Map<String, Tensor> tensors, String... parts) {
        assertThatThrownBy(() -> NetworkCompiler.compile(spec, new ModelFile(spec, tensors)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(parts);
    }
}
