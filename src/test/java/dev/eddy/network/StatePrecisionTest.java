package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatePrecisionTest {
    private static final float UPPER = 0x1p-8f;

    @Test
    void shouldRoundToTheNearestAndHalvesToEven() {
        float[] numbers = {1f, 1f + UPPER / 2, 1f + UPPER, 1f + 3 * UPPER, -0f, 1f + UPPER * 1.01f, Float.MIN_VALUE};
        StatePrecision.BF16.round(numbers);
        assertThat(numbers).containsExactly(1f, 1f, 1f, 1f + 4 * UPPER, -0f, 1f + 2 * UPPER, 0f);
    }

    @Test
    void shouldKeepWhatIsNotFinite() {
        float[] numbers = {
            Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0x7FFF_FFFF)
        };
        StatePrecision.BF16.round(numbers);
        assertThat(numbers[0]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(numbers[1]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(numbers[2]).isNaN();
        assertThat(numbers[3]).isNaN();
    }

    @Test
    void shouldBeWithinHalfAStepOfTheExactNumber() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            float exact = Float.intBitsToFloat((int) random.nextLong());
            if (Float.isFinite(exact) && Math.abs(exact) < 1e38) {
                float[] rounded = {exact};
                StatePrecision.BF16.round(rounded);
                assertThat(Float.floatToRawIntBits(rounded[0]) & 0xFFFF).isZero();
                float low = Float.intBitsToFloat(Float.floatToRawIntBits(exact) & 0xFFFF_0000);
                float high = Float.intBitsToFloat((Float.floatToRawIntBits(exact) & 0xFFFF_0000) + 0x1_0000);
                BigDecimal error = new BigDecimal(exact)
                        .subtract(new BigDecimal(rounded[0]))
                        .abs();
                assertThat(error)
                        .isLessThanOrEqualTo(new BigDecimal(exact)
                                .subtract(new BigDecimal(low))
                                .abs())
                        .isLessThanOrEqualTo(new BigDecimal(exact)
                                .subtract(new BigDecimal(high))
                                .abs());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LSTM", "GRU", "RNN"})
    void shouldMakeTheRoundingPartOfTheStep(CellKind cell) {
        ModelFile file = TestModels.predictor("m", "1", cell, 37, 5);
        LiveModel exact = TestModels.live(file);
        LiveModel rounded = exact.with(StatePrecision.BF16);
        Rollout rollout = new Rollout(rounded);
        float[] state = new float[exact.network().stateSize()];
        float[] outputs = new float[exact.network().outputSize()];
        float[] input = new float[exact.network().inputSize()];
        SequenceState stored = new SequenceState(rounded);
        stored.reset(1);
        for (int t = 0; t < 50; t++) {
            Fields event = Fields.of(Map.of("value", t % 7 / 4.0));
            exact.features().encode(event, t, new float[0], input);
            exact.network().step(input, state, outputs, exact.network().newScratch());
            StatePrecision.BF16.round(state);
            assertThat(rollout.step(event, t)).isEqualTo(exact.readout().values(outputs));
            // What is stored is what the next step begins from.
            System.arraycopy(state, 0, stored.network(), 0, state.length);
            byte[] bytes = StateCodec.write(stored);
            SequenceState read = new SequenceState(rounded);
            StateCodec.read(bytes, read);
            assertThat(read.network()).isEqualTo(state);
            assertThat(bytes.length).isEqualTo((int) (52 + rounded.stateBytes() + 4));
        }
        assertThat(exact.stateBytes() - rounded.stateBytes()).isEqualTo(2L * state.length);
    }

    @Test
    void shouldReadStatesOfTheOtherPrecision() {
        LiveModel exact = TestModels.live(TestModels.predictor("m", "1", CellKind.GRU, 3, 5));
        SequenceState state = new SequenceState(exact);
        state.reset(1);
        state.network()[0] = 0.1f;
        SequenceState half = new SequenceState(exact.with(StatePrecision.BF16));
        StateCodec.read(StateCodec.write(state), half);
        assertThat(half.network()[0]).isEqualTo(0.1f);
        StateCodec.read(StateCodec.write(half), state);
        assertThat(state.network()[0]).isCloseTo(0.1f, org.assertj.core.data.Offset.offset(0.001f));
    }

    @Test
    void shouldRefuseStatesThatMustNotBeRounded() throws IOException {
        LiveModel clockwork = TestModels.live(CellCases.model("clockwork"));
        assertThatThrownBy(() -> clockwork.with(StatePrecision.BF16))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("eddy.state.precision=float32");
    }
}
