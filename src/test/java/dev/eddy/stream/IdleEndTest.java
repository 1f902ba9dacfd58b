package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Ending;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.network.LiveModel;
import dev.eddy.network.TwoWaySum;
import dev.eddy.state.StateCodec;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences that end for want of events. */
class IdleEndTest {
    private final Replay replay = new Replay(TwoWaySum.model(WaitingModels.bare(2, null, Emit.EVERY)), 100);

    @Test
    void shouldEndASequenceWhenEventTimeHasGoneOn() {
        replay.value("a", 0, 1);
        replay.value("b", 99, 1);
        assertThat(replay.texts()).isEmpty();
        replay.value("b", 100, 1);
        assertThat(replay.texts()).containsExactly("0 step 1 seen 0 [1.0, 1.0]");
        assertThat(replay.state("a")).isNull();
        assertThat(replay.endings).containsEntry(Ending.IDLE, 1);
    }

    @Test
    void shouldBeginANewSequenceWithTheEventThatComesTooLate() {
        replay.value("a", 0, 1);
        replay.value("a", 99, 1);
        replay.value("a", 199, 1);
        assertThat(replay.texts()).containsExactly("0 step 1 seen 1 [1.0, 1.25]", "99 step 2 seen 0 [1.5, 1.0]");
        replay.end();
        assertThat(replay.texts()).containsExactly("199 step 1 seen 0 [1.0, 1.0]");
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldGoByTheEventsAndNotByWhenATimerIsLookedAt() {
        // Far more sequences than are looked at before one event: the last key's is over all the same.
        int keys = 2_000;
        for (int k = 0; k < keys; k++) {
            replay.value("key-" + k, k % 10, 1);
        }
        String last = "key-" + (keys - 1);
        replay.value(last, 500, 2);
        assertThat(replay.results.stream().filter(result -> result.key().equals(last)))
                .hasSize(1);
        assertThat(StateCodec.steps(replay.state(last))).isEqualTo(1);
        assertThat(replay.results).hasSizeLessThan(300);
        for (int i = 0; i < keys / Inference.EXPIRED_PER_EVENT + 1; i++) {
            replay.event("other", 500, "garbage");
        }
        assertThat(replay.states.keys()).hasSize(1);
        assertThat(replay.results.stream().filter(Replay.Result::isPredicted)).hasSize(keys);
        assertThat(replay.pending.shown).isLessThan(keys + 20);
    }

    @Test
    void shouldWriteATimerOnceForAKeyAndPeriod() {
        replay.value("a", 0, 1);
        long timer = StateCodec.timer(replay.state("a"));
        assertThat(timer).isEqualTo(100);
        for (int t = 10; t < 100; t += 10) {
            replay.value("a", t, 1);
            assertThat(StateCodec.timer(replay.state("a"))).isEqualTo(100);
        }
        // Looked at in vain, set anew behind the newest event.
        replay.value("b", 120, 1);
        assertThat(StateCodec.timer(replay.state("a"))).isEqualTo(190);
        replay.value("b", 189, 1);
        assertThat(replay.state("a")).isNotNull();
        replay.value("b", 190, 1);
        assertThat(replay.state("a")).isNull();
    }

    @Test
    void shouldNotTakeTheTimeOfASequenceBackAtALateEvent() {
        replay.value("a", 100, 1);
        replay.value("a", 20, 2);
        replay.value("b", 199, 1);
        assertThat(replay.state("a")).isNotNull();
        replay.value("b", 200, 1);
        assertThat(replay.state("a")).isNull();
        // So late that its own time is over: a sequence of one event.
        replay.texts();
        replay.value("c", 30, 1);
        assertThat(replay.state("c")).isNotNull();
        replay.value("b", 200, 1);
        assertThat(replay.state("c")).isNull();
        assertThat(replay.texts()).contains("30 step 1 seen 0 [1.0, 1.0]");
    }

    @Test
    void shouldTakeTimersBackWithTheirSequences() {
        replay.value("a", 0, 1);
        replay.event("a", 1, null);
        replay.value("b", 2, 1);
        replay.event("b", 3, "{\"value\":1,\"last\":true}");
        assertThat(replay.pendingSize()).isZero();
        replay.value("a", 4, 1);
        replay.restart(0);
        replay.event("a", 5, null);
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldFindTimersAfterARestart() {
        replay.value("a", 0, 1);
        replay.restart(100);
        replay.value("b", 100, 1);
        assertThat(replay.texts()).containsExactly("0 step 1 seen 0 [1.0, 1.0]");
    }

    @Test
    void shouldFollowASettingThatHasChanged() {
        replay.value("a", 0, 1);
        replay.value("b", 0, 1);
        replay.restart(20);
        replay.value("a", 10, 1);
        assertThat(StateCodec.timer(replay.state("a"))).isEqualTo(30);
        replay.value("c", 30, 1);
        assertThat(replay.state("a")).isNull();
        // Its timer is the old one, but its own next event goes by the new setting.
        assertThat(replay.state("b")).isNotNull();
        replay.value("b", 31, 1);
        assertThat(StateCodec.steps(replay.state("b"))).isEqualTo(1);
        replay.restart(1_000);
        replay.value("d", 200, 1);
        assertThat(replay.state("b")).isNotNull();
        assertThat(StateCodec.timer(replay.state("b"))).isEqualTo(1_031);
        replay.restart(0);
        replay.value("d", 5_000, 1);
        assertThat(replay.state("b")).isNotNull();
        replay.restart(1_000);
        replay.value("d", 5_001, 1);
        assertThat(replay.state("b")).isNull();
    }

    @Test
    void shouldEndSequencesOfAModelThatIsGone() {
        replay.value("a", 0, 1);
        replay.replaceModel(TwoWaySum.model(WaitingModels.bare(1, null, Emit.EVERY)));
        replay.value("b", 50, 1);
        replay.value("b", 100, 1);
        assertThat(replay.texts()).contains("0 NO_MODEL {\"value\":1.0}");
        assertThat(replay.endings).containsEntry(Ending.IDLE, 1);
    }

    @Test
    void shouldAnswerAtTheTimeOfTheLastEventWhereTheEndIsAnswered() {
        LiveModel model = TestModels.live(WaitingModels.forward(CellKind.GRU, null, null, Emit.END, 1));
        Replay end = new Replay(model, 100);
        end.value("a", 0, 1);
        end.value("a", 40, 1);
        end.event("a", 500, null);
        assertThat(end.results).hasSize(1);
        assertThat(end.results.get(0).event().headers()).isEmpty();
        assertThat(end.texts().get(0)).startsWith("40 step 2 seen null");
    }

    @Test
    void shouldLetTheClockEndWhatAQuietPartitionHolds(@TempDir Path directory) {
        ModelFile model = WaitingModels.forward(CellKind.LSTM, 2, null, Emit.EVERY, 1);
        try (TopologyFixture topology = new TopologyFixture(directory, Map.of("eddy.sequence.idle.ms", "60000"))) {
            topology.publish(model);
            topology.deploy(model.id(), 0);
            RecordHeaders headers = new RecordHeaders();
            headers.add("trace", new byte[] {7});
            topology.event("a", 1_000, "{\"value\":1}".getBytes(StandardCharsets.UTF_8), headers);
            topology.driver.advanceWallClockTime(Duration.ofSeconds(40));
            // The clock begins again with an event, however old: a replay at full speed is not cut.
            topology.event("b", 2_000, "{\"value\":1}");
            topology.driver.advanceWallClockTime(Duration.ofSeconds(58));
            assertThat(topology.predictions.isEmpty()).isTrue();
            topology.driver.advanceWallClockTime(Duration.ofSeconds(1));
            var record = topology.predictions.readRecord();
            assertThat(record.timestamp()).isEqualTo(1_000);
            assertThat(record.headers().lastHeader("trace").value()).containsExactly(7);
            topology.driver.advanceWallClockTime(Duration.ofSeconds(1));
            JsonNode second = topology.prediction();
            assertThat(second.get("key").textValue()).isEqualTo("b");
            assertThat(second.get("lookAhead").intValue()).isZero();
            assertThat(topology.state("a")).isNull();
            KeyValueStore<Bytes, byte[]> pending = topology.driver.getKeyValueStore(Eddy.PENDING_STORE);
            try (var left = pending.all()) {
                assertThat(left.hasNext()).isFalse();
            }
        }
    }

    @Test
    void shouldLookAtManySequencesOfAQuietPartition(@TempDir Path directory) {
        ModelFile model = WaitingModels.forward(CellKind.LSTM, 1, null, Emit.EVERY, 1);
        try (TopologyFixture topology = new TopologyFixture(directory, Map.of("eddy.sequence.idle.ms", "1000"))) {
            topology.publish(model);
            topology.deploy(model.id(), 0);
            for (int k = 0; k < 1_000; k++) {
                topology.event("key-" + k, k % 7, "{\"value\":1}");
            }
            // A look takes a small part of the thread's time only.
            int answered = 0;
            for (int look = 0; answered < 1_000 && look < 10_000; look++) {
                topology.driver.advanceWallClockTime(Duration.ofSeconds(1));
                answered += topology.predictions.readValuesToList().size();
            }
            assertThat(answered).isEqualTo(1_000);
        }
    }

    @Test
    void shouldKeepTimersInTheOrderOfTheirTimes() {
        Timers timers = new Timers(new InMemoryPending());
        byte[] key = {1, 2};
        for (long time : List.of(300L, -5L, 1L << 40, 70L)) {
            timers.set(time, key);
        }
        assertThat(timers.take(69, 9)).extracting(Timers.Timer::time).containsExactly(-5L);
        assertThat(timers.mayBeDue(69)).isFalse();
        assertThat(timers.take(Long.MAX_VALUE, 2))
                .extracting(Timers.Timer::time)
                .containsExactly(70L, 300L);
        timers.set(5, key);
        timers.cancel(1L << 40, key);
        assertThat(timers.take(Long.MAX_VALUE, 2))
                .extracting(Timers.Timer::time)
                .containsExactly(5L);
        assertThat(timers.mayBeDue(Long.MAX_VALUE - 1)).isFalse();
    }
}
