package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgendaTest {
    private static final byte[] VALUE = {1};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldGiveEntriesInTheOrderOfTheirTimesWhateverIsAddedAndTakenBack(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Replay.CountingPending store = new Replay.CountingPending();
        store.put(new byte[] {'B'}, VALUE);
        store.put(new byte[] {'Z'}, VALUE);
        Agenda agenda = new Agenda(store, 'M');
        TreeMap<Long, byte[]> expected = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            int what = random.nextInt(10);
            long time = random.nextLong(-5_000, 5_000);
            // Now it fills, now it runs empty.
            if (what < (i / 2_000 % 2 == 0 ? 6 : 2)) {
                byte[] entry =
                        agenda.entry(time, ByteBuffer.allocate(8).putLong(time).array());
                agenda.put(entry, VALUE);
                expected.put(time, entry);
            } else if (what < 8) {
                Long due = expected.isEmpty() || expected.firstKey() > time ? null : expected.firstKey();
                byte[] first = agenda.firstDue(time);
                assertThat(first == null ? null : Agenda.time(first)).isEqualTo(due);
                if (due != null) {
                    assertThat(agenda.mayBeDue(time)).isTrue();
                    assertThat(Agenda.rest(first))
                            .isEqualTo(ByteBuffer.allocate(8).putLong(due).array());
                    agenda.remove(first);
                    expected.remove(due);
                }
            } else if (what == 8 && expected.ceilingKey(time) != null) {
                agenda.remove(expected.remove(expected.ceilingKey(time)));
            } else if (random.nextInt(200) == 0) {
                agenda = new Agenda(store, 'M');
            }
        }
        assertThat(store.size()).isEqualTo(expected.size() + 2);
    }
}
