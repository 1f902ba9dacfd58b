package dev.eddy.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import org.junit.jupiter.api.Test;

class StateCodecTest {
    private final LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 5, 3));

    @Test
    void shouldReadBackExactlyWhatItWrote() {
        SequenceState state = sample();
        SequenceState read = new SequenceState(model);
        StateCodec.read(StateCodec.write(state), read);

        assertThat(read.network()).containsExactly(state.network());
        assertThat(read.generation()).isEqualTo(7);
        assertThat(read.steps()).isEqualTo(1);
        assertThat(read.lastEventTime()).isEqualTo(1234);
        assertThat(read.timer()).isEqualTo(99_000);
        assertThat(read.waiting()).isEqualTo(1);
        assertThat(read.task()[0]).isEqualTo(0.1);
    }

    @Test
    void shouldTellTheHeaderAndChangeTheTimerWithoutTheModel() {
        byte[] bytes = StateCodec.withTimer(StateCodec.write(sample()), 100_000);
        assertThat(StateCodec.timer(bytes)).isEqualTo(100_000);
        assertThat(StateCodec.lastEventTime(bytes)).isEqualTo(1234);
        assertThat(StateCodec.steps(bytes)).isEqualTo(1);
        assertThat(StateCodec.waiting(bytes)).isEqualTo(1);
        SequenceState read = new SequenceState(model);
        StateCodec.read(bytes, read);
        assertThat(read.network()).containsExactly(sample().network());
    }

    @Test
    void shouldKeepTheLatestTimeWhenALateEventComes() {
        SequenceState state = sample();
        state.advance(1000);
        assertThat(state.lastEventTime()).isEqualTo(1234);
        assertThat(state.steps()).isEqualTo(2);
        state.reset(1);
        state.advance(5);
        assertThat(state.lastEventTime()).isEqualTo(5);
    }

    @Test
    void shouldNoticeEveryFlippedBit() {
        byte[] bytes = StateCodec.write(sample());
        SequenceState target = new SequenceState(model);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> StateCodec.read(damaged, target)).isInstanceOf(CorruptStateException.class);
        }
    }

    @Test
    void shouldNeverReadAStateIntoAnotherModel() {
        LiveModel other = TestModels.live(TestModels.predictor("m", "2", CellKind.LSTM, 5, 4));
        byte[] bytes = StateCodec.write(sample());
        assertThat(StateCodec.belongsTo(bytes, other.id().fingerprint())).isFalse();
        assertThatThrownBy(() -> StateCodec.read(bytes, new SequenceState(other)))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("does not belong to model m@2");
    }

    @Test
    void shouldKeepTheNumberOfTheLastEventWhereThereIsOne() {
        byte[] without = StateCodec.write(sample());
        SequenceState state = sample();
        state.setNumber(-7);
        byte[] with = StateCodec.write(state);
        assertThat(with).hasSize(without.length + 8);
        assertThat(StateCodec.hasSeen(with, -7)).isTrue();
        assertThat(StateCodec.hasSeen(with, Long.MIN_VALUE)).isTrue();
        assertThat(StateCodec.hasSeen(with, -6)).isFalse();
        assertThat(StateCodec.hasSeen(without, Long.MIN_VALUE)).isFalse();

        SequenceState read = new SequenceState(model);
        StateCodec.read(with, read);
        assertThat(read.network()).containsExactly(state.network());
        assertThat(read.task()[0]).isEqualTo(0.1);
        assertThat(StateCodec.write(read)).isEqualTo(with);
        StateCodec.read(without, read);
        assertThat(StateCodec.write(read)).isEqualTo(without);
    }

    @Test
    void shouldHandTheNumberOfTheSequenceToTheStateThatTakesOver() {
        byte[] without = StateCodec.write(sample());
        SequenceState state = sample();
        state.setNumber(5);
        byte[] with = StateCodec.write(state);
        assertThat(StateCodec.hasSeen(StateCodec.takenOver(without, with), 5)).isTrue();
        assertThat(StateCodec.hasSeen(StateCodec.takenOver(with, without), 5)).isFalse();
        SequenceState read = new SequenceState(model);
        for (byte[] taken : new byte[][] {
            StateCodec.takenOver(without, with), StateCodec.takenOver(with, without), StateCodec.takenOver(with, with)
        }) {
            StateCodec.read(taken, read);
            assertThat(read.network()).containsExactly(state.network());
            assertThat(read.task()[0]).isEqualTo(0.1);
            assertThat(read.isWarm()).isTrue();
        }
    }

    @Test
    void shouldNoticeEveryFlippedBitOfANumberedState() {
        SequenceState state = sample();
        state.setNumber(5);
        byte[] bytes = StateCodec.write(state);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> StateCodec.check(damaged)).isInstanceOf(CorruptStateException.class);
        }
    }

    @Test
    void shouldOverwriteStatesOfTheSameShapeOnly() {
        SequenceState state = sample();
        byte[] bytes = StateCodec.write(state);
        state.advance(77);
        state.network()[0] = 0.625f;
        assertThat(StateCodec.overwrite(state, bytes)).isTrue();
        StateCodec.seal(bytes);
        assertThat(bytes).isEqualTo(StateCodec.write(state));
        state.setNumber(3);
        byte[] before = bytes.clone();
        assertThat(StateCodec.overwrite(state, bytes)).isFalse();
        assertThat(bytes).isEqualTo(before);
    }

    private SequenceState sample() {
        SequenceState state = new SequenceState(model);
        state.reset(7);
        for (int i = 0; i < state.network().length; i++) {
            state.network()[i] = i * 0.3f - 1;
        }
        state.advance(1234);
        state.setTimer(99_000);
        state.setWaiting(1);
        state.task()[0] = 0.1;
        return state;
    }
}
