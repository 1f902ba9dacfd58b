package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.LiveModel;
import dev.eddy.state.CorruptStateException;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import dev.eddy.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StateCacheTest {
    private final LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 4, 1));
    private final CountingStates store = new CountingStates();
    private long budget = 1 << 20;
    private final StateCache cache = new StateCache(store, () -> budget);
    private final SequenceState spare = new SequenceState(model);

    @Test
    void shouldReadAKeyOnceAndWriteItOncePerFlush() {
        store.put(key(1), StateCodec.write(state(7)));
        store.puts = 0;
        for (int i = 1; i <= 5; i++) {
            step(key(1));
        }
        assertThat(store.puts).isZero();
        cache.flush();
        cache.flush();
        assertThat(store.puts).isOne();
        assertThat(StateCodec.steps(store.get(key(1)))).isEqualTo(12);
        step(key(1));
        cache.flush();
        assertThat(StateCodec.steps(store.get(key(1)))).isEqualTo(13);
        assertThat(cache.reuse().takeMisses()).isOne();
    }

    @Test
    void shouldWriteThroughWithoutABudget() {
        budget = 0;
        step(key(1));
        step(key(1));
        assertThat(store.puts).isEqualTo(2);
        assertThat(cache.size()).isZero();
    }

    @Test
    void shouldForgetDeletedKeysAtTheFlush() {
        step(key(1));
        cache.flush();
        cache.delete(key(1));
        assertThat(cache.find(key(1)).isEmpty()).isTrue();
        cache.flush();
        assertThat(store.get(key(1))).isNull();
        assertThat(cache.find(key(1)).isEmpty()).isTrue();
        assertThat(cache.size()).isZero();
    }

    @Test
    void shouldKeepWithinItsBudget() {
        budget = 20_000;
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 5_000; i++) {
            step(key(random.nextInt(60)));
            assertThat(cache.size()).isLessThanOrEqualTo(budget + budget / 10);
        }
        budget = 2_000; // another task came
        for (int i = 0; i < 50; i++) {
            step(key(random.nextInt(60)));
        }
        assertThat(cache.size()).isLessThanOrEqualTo(budget + budget / 10);
        cache.flush();
        assertThat(steps()).isEqualTo(5_050);
    }

    @Test
    void shouldKeepStatesOfKeysThatComeBackAndNoOthers() {
        budget = 100_000;
        int next = 0;
        for (int i = 0; i < 200_000; i++) {
            step(key(next++));
        }
        // Nearly every state was written at its event: what is kept is small.
        assertThat(cache.size()).isLessThanOrEqualTo(budget / 14);
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 100_000; i++) {
            step(key(random.nextInt(100)));
        }
        cache.flush();
        store.puts = 0;
        for (int i = 0; i < 1_000; i++) {
            step(key(random.nextInt(100)));
        }
        cache.flush();
        assertThat(store.puts).isLessThanOrEqualTo(100);
        assertThat(steps()).isEqualTo(301_000);
    }

    @Test
    void shouldKeepAKeyThatWaitsForItsStep() {
        budget = 1;
        StateCache.Entry entry = cache.find(key(1));
        cache.hold(entry);
        for (int i = 2; i < 50; i++) {
            step(key(i));
        }
        assertThat(cache.find(key(1)).isPending()).isTrue();
        cache.release(entry);
        assertThat(cache.find(key(1)).isPending()).isFalse();
    }

    @Test
    void shouldStoreWholeStatesThatChangeNoMore() {
        step(key(1));
        step(key(1));
        cache.flush();
        byte[] stored = store.get(key(1)).clone();
        StateCodec.check(stored);
        step(key(1));
        assertThat(store.get(key(1))).isEqualTo(stored);
        assertThat(StateCodec.steps(cache.find(key(1)).bytes())).isEqualTo(3);
        StateCodec.check(cache.find(key(1)).bytes());
    }

    @Test
    void shouldNoticeDamagedStatesOfTheStore() {
        byte[] damaged = StateCodec.write(state(7));
        damaged[60] ^= 1;
        store.put(key(1), damaged);
        StateCache.Entry entry = cache.find(key(1));
        assertThatThrownBy(() -> entry.read(spare)).isInstanceOf(CorruptStateException.class);
        assertThatThrownBy(() -> entry.hasSeen(1)).isInstanceOf(CorruptStateException.class);
    }

    private void step(byte[] key) {
        StateCache.Entry entry = cache.find(key);
        if (entry.isEmpty()) {
            spare.reset(1);
        } else {
            entry.read(spare);
        }
        spare.advance(0);
        cache.put(entry, spare);
    }

    private SequenceState state(int steps) {
        SequenceState state = new SequenceState(model);
        state.reset(1);
        for (int i = 0; i < steps; i++) {
            state.advance(0);
        }
        return state;
    }

    private long steps() {
        return store.inner.keys().stream()
                .mapToLong(key -> StateCodec.steps(store.get(key)))
                .sum();
    }

    private static byte[] key(int number) {
        return ("key-" + number).getBytes(StandardCharsets.UTF_8);
    }

    private static final class CountingStates implements StateAccess {
        private final InMemoryStates inner = new InMemoryStates();
        private int puts;

        @Override
        public byte[] get(byte[] key) {
            return inner.get(key);
        }

        @Override
        public void put(byte[] key, byte[] state) {
            puts++;
            inner.put(key, state);
        }

        @Override
        public void delete(byte[] key) {
            inner.delete(key);
        }
    }
}
