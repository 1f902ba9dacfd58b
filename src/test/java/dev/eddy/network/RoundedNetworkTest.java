package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.RoundedWeights;
import dev.eddy.artifact.Tensor;
import dev.eddy.kernel.Kernels;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Seq2SeqCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A network with weights in bf16 is, bit for bit, the float32 network with the rounded weights. */
class RoundedNetworkTest {
    private static final int KEYS = 7;

    static List<String> cells() throws IOException {
        return CellCases.names();
    }

    static List<String> decoders() throws IOException {
        return Seq2SeqCases.names();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldGiveTheBitsOfTheRoundedWeightsInFloat32(String name) throws IOException {
        ModelFile model = CellCases.model(name);
        List<Map<String, Object>> events = new ArrayList<>();
        for (JsonNode input : CellCases.golden(name).get("input")) {
            events.add(Golden.event(model, input));
        }
        assertSame(model, events);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void shouldGiveTheSameListsToo(String name) throws IOException {
        ModelFile model = Seq2SeqCases.model(name);
        assertSame(model, Seq2SeqCases.events(model, Seq2SeqCases.cases(name).get(0)));
    }

    /** The scalar kernel multiplies float32 numbers, whatever they are. */
    @ParameterizedTest
    @EnumSource(
            value = CellKind.class,
            names = {"LSTM", "GRU", "RNN", "MINIMAL_GRU"})
    void shouldGiveTheBitsOfTheScalarKernelAloneAndAmongOthers(CellKind cell) {
        ModelFile model = RoundedWeights.toBfloat16(TestModels.predictor("m", "1", cell, 70, 3));
        Network scalar = NetworkCompiler.compile(model.spec(), model, Kernels.scalar());
        Network best = NetworkCompiler.compile(model.spec(), model, Kernels.best());
        Network.Scratch expectedScratch = scalar.newScratch();
        Network.Scratch scratch = best.newScratch(KEYS);
        float[][] raws = new float[KEYS][1];
        float[][] states = new float[KEYS][best.stateSize()];
        float[][] values = new float[KEYS][1];
        float[][] expectedStates = new float[KEYS][best.stateSize()];
        float[] expected = new float[1];
        float[] aloneState = new float[best.stateSize()];
        float[] alone = new float[1];
        for (int t = 0; t < 20; t++) {
            for (int i = 0; i < KEYS; i++) {
                raws[i][0] = (float) Math.sin(1 + t * 0.7 + i);
            }
            best.step(raws[0], aloneState, alone, scratch);
            best.step(raws, states, values, KEYS, scratch);
            assertThat(alone).containsExactly(values[0]);
            for (int i = 0; i < KEYS; i++) {
                scalar.step(raws[i], expectedStates[i], expected, expectedScratch);
                assertThat(values[i]).containsExactly(expected);
                assertThat(states[i]).containsExactly(expectedStates[i]);
            }
        }
    }

    private static void assertSame(ModelFile model, List<Map<String, Object>> events) {
        ModelFile withoutProbes = new ModelFile(model.spec().withProbes(List.of()), model.tensors());
        ModelFile rounded = RoundedWeights.toBfloat16(withoutProbes);
        Map<String, Tensor> widened = new TreeMap<>(rounded.tensors());
        widened.replaceAll((name, tensor) ->
                tensor.dtype() == Tensor.DType.BF16 ? Tensor.of(tensor.toFloats(), tensor.shape()) : tensor);
        ModelFile float32 = new ModelFile(withoutProbes.spec(), widened);
        assertThat(ProbeCheck.values(TestModels.live(rounded), events))
                .isDeepEqualTo(ProbeCheck.values(TestModels.live(float32), events));
    }
}
