package dev.eddy.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a sequence carries between events is all in its state's bytes, whatever the cell and whatever other sequences do. */
class CellStateTest {
    private static final int STEPS = 40;

    static List<String> cases() throws IOException {
        return CellCases.names();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheSameBitsWhenEveryStepPassesThroughBytes(String name) throws IOException {
        LiveModel model = TestModels.live(CellCases.model(name));
        SequenceState kept = fresh(model);
        byte[] stored = StateCodec.write(kept);
        SequenceState loaded = new SequenceState(model);
        for (int t = 0; t < STEPS; t++) {
            float[] wanted = step(model, kept, t, model.network().newScratch());
            StateCodec.read(stored, loaded);
            assertThat(step(model, loaded, t, model.network().newScratch())).containsExactly(wanted);
            stored = StateCodec.write(loaded);
            assertThat(stored).isEqualTo(StateCodec.write(kept));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheSameBitsWhateverOtherSequencesDo(String name) throws IOException {
        LiveModel model = TestModels.live(CellCases.model(name));
        Network.Scratch shared = model.network().newScratch();
        SequenceState alone = fresh(model);
        SequenceState amongOthers = fresh(model);
        SequenceState other = fresh(model);
        for (int t = 0; t < STEPS; t++) {
            float[] wanted = step(model, alone, t, model.network().newScratch());
            step(model, other, -3 * t - 1, shared);
            assertThat(step(model, amongOthers, t, shared)).containsExactly(wanted);
        }
        assertThat(amongOthers.network()).containsExactly(alone.network());
        assertThat(other.network()).isNotEqualTo(alone.network());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldAnswerFromTheStateAloneWhatTheStepAnswered(String name) throws IOException {
        LiveModel model = TestModels.live(CellCases.model(name));
        Network.Scratch scratch = model.network().newScratch();
        SequenceState state = fresh(model);
        float[] answer = new float[model.network().outputSize()];
        for (int t = 0; t < STEPS; t++) {
            float[] wanted = step(model, state, t, scratch);
            float[] before = state.network().clone();
            model.network().answer(state.network(), answer, scratch);
            assertThat(answer).containsExactly(wanted);
            assertThat(state.network()).containsExactly(before);
        }
    }

    private static SequenceState fresh(LiveModel model) {
        SequenceState state = new SequenceState(model);
        state.reset(0);
        return state;
    }

    /** One step on an event that depends on t alone. */
    private static float[] step(LiveModel model, SequenceState state, int t, Network.Scratch scratch) {
        SplittableRandom random = new SplittableRandom(t);
        float[] input = new float[model.network().inputSize()];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) (random.nextDouble() * 4 - 2);
        }
        float[] outputs = new float[model.network().outputSize()];
        model.network().step(input, state.network(), outputs, scratch);
        state.advance(t);
        return outputs;
    }
}
