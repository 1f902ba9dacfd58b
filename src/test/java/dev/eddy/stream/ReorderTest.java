package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.network.LiveModel;
import dev.eddy.network.TwoWaySum;
import dev.eddy.state.CorruptStateException;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that come late: in their place within the bound, by the policy beyond it. */
class ReorderTest {
    private static final long BOUND = 100;
    private static final SequenceRules RULES = SequenceRules.NONE.withReorder(BOUND);
    private static final LiveModel PREDICTOR = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 5, 1));

    private final Replay replay = new Replay(PREDICTOR, RULES);

    private record Sent(String key, long time, String json) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldGiveTheResultOfTheSortedStreamBitForBit(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LiveModel model = seed % 2 == 0
                ? PREDICTOR
                : TestModels.live(WaitingModels.forward(CellKind.GRU, 2, null, Emit.EVERY, seed));
        SequenceRules rules = seed % 4 < 2 ? RULES : RULES.withIdle(150);
        List<Sent> arrivals = arrivals(random, 2_000);

        Replay shuffled = new Replay(model, rules);
        for (Sent event : arrivals) {
            shuffled.event(event.key(), event.time(), event.json());
            if (random.nextInt(50) == 0) {
                shuffled.restart(rules);
            }
        }
        shuffled.releaseAll();
        Replay sorted = new Replay(model, rules.withReorder(0));
        arrivals.stream()
                .sorted(Comparator.comparingLong(Sent::time))
                .forEach(event -> sorted.event(event.key(), event.time(), event.json()));

        assertThat(shuffled.outputs()).isEqualTo(sorted.outputs());
        assertThat(shuffled.late).isZero();
        assertThat(shuffled.reordered).isGreaterThan(500);
        assertThat(shuffled.endings).isEqualTo(sorted.endings);
        for (byte[] key : sorted.states.keys()) {
            assertThat(shuffled.states.get(key)).isEqualTo(sorted.states.get(key));
        }
    }

    /** Events none of which comes later than the bound; some are garbage, some end their sequences, some jump ahead. */
    private static List<Sent> arrivals(SplittableRandom random, int count) {
        List<Sent> arrivals = new ArrayList<>();
        long newest = 1_000;
        for (int i = 0; i < count; i++) {
            long time = newest + random.nextInt(20) - random.nextInt((int) BOUND - 20);
            if (random.nextInt(100) == 0) {
                time = newest + random.nextInt(1_000);
            }
            newest = Math.max(newest, time);
            String json = switch (random.nextInt(20)) {
                case 0 -> null;
                case 1 -> "garbage " + i;
                default -> "{\"value\":" + random.nextInt(2_000) / 100.0 + "}";
            };
            arrivals.add(new Sent("key-" + random.nextInt(12), time, json));
        }
        return arrivals;
    }

    @Test
    void shouldHoldAnEventUntilTheStreamTimeIsTheBoundPastIt() {
        replay.value("a", 1_000, 1);
        replay.value("b", 1_099, 2);
        assertThat(replay.results).isEmpty();
        replay.value("c", 1_100, 3);
        assertThat(replay.texts()).hasSize(1).first().asString().startsWith("1000 step 1");
        replay.value("c", 1_199, 3);
        assertThat(replay.texts()).hasSize(1).first().asString().startsWith("1099 step 1");
    }

    @Test
    void shouldPutAnEventInItsPlaceThatComesExactlyTheBoundLate() {
        replay.value("a", 1_050, 2);
        replay.value("b", 1_100, 3);
        replay.value("a", 1_000, 1);
        assertThat(replay.late).isZero();
        assertThat(replay.reordered).isEqualTo(1);
        assertThat(replay.texts()).hasSize(1).first().asString().startsWith("1000 step 1");
        replay.value("b", 1_150, 3);
        assertThat(replay.texts()).hasSize(1).first().asString().startsWith("1050 step 2");
    }

    @Test
    void shouldStepALaterEventAsItComes() {
        replay.value("a", 1_000, 1);
        replay.value("b", 1_101, 3);
        replay.value("a", 1_000, 2);
        assertThat(replay.late).isEqualTo(1);
        assertThat(replay.reordered).isZero();
        assertThat(replay.texts()).hasSize(2).last().asString().startsWith("1000 step 2");
        replay.value("a", 3, 2);
        assertThat(replay.texts()).hasSize(1).last().asString().startsWith("3 step 3");
    }

    @Test
    void shouldRefuseALaterEventWhereThePolicySaysSo() {
        Replay strict = new Replay(PREDICTOR, RULES.refusingLate());
        strict.value("b", 1_101, 3);
        strict.value("a", 1_001, 1);
        assertThat(strict.texts()).hasSize(1).first().asString().startsWith("1001 step 1");
        strict.value("a", 1_000, 2);
        Replay.Result refused = strict.results.get(0);
        assertThat(refused.reason()).isEqualTo("LATE");
        assertThat(((Outcome.Rejected) refused.outcome()).message())
                .isEqualTo("the event is 1 ms too late: events up to 1001 were let go before it came; a larger"
                        + " eddy.reorder.ms waits longer, and with eddy.late.policy=step late events are taken as they"
                        + " come");
        assertThat(refused.event().origin().offset()).isEqualTo(2);
        assertThat(strict.late).isEqualTo(1);
    }

    @Test
    void shouldKeepTheOrderOfArrivalWhereTimesAreTheSame() {
        for (int i = 0; i < 300; i++) {
            replay.value("a", 1_000, i);
            if (i % 100 == 50) {
                replay.restart(RULES);
            }
        }
        replay.releaseAll();
        assertThat(replay.results.stream().map(result -> result.event().origin().offset()))
                .hasSize(300)
                .isSorted();
    }

    @Test
    void shouldRefuseAnEventWithoutAKeyAtOnce() {
        replay.event(null, 1_000, "{\"value\":1}");
        assertThat(replay.results).hasSize(1);
        assertThat(replay.results.get(0).reason()).isEqualTo("NULL_KEY");
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldRefuseAnEventTooLargeToBeHeld() {
        replay.event("a", 1_000, "{\"value\":1,\"note\":\"" + "x".repeat(EventBytes.MAX_BYTES) + "\"}");
        assertThat(replay.results).hasSize(1);
        assertThat(replay.results.get(0).reason()).isEqualTo("TOO_LARGE");
        assertThat(((Outcome.Rejected) replay.results.get(0).outcome()).message())
                .contains("up to 950000 can wait for its turn");
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldNotLetOneEventWaitForAllThatAJumpMakesDue() {
        int held = 2_000;
        for (int i = 0; i < held; i++) {
            replay.value("key-" + i % 7, 1_000 + (i * 37) % 90, i);
        }
        replay.value("jump", 10_000, 1);
        assertThat(replay.results).hasSizeBetween(1, 600);
        // Too late, but its turn is behind those that wait still; it sees the horizon as the stream time.
        replay.value("key-0", 5, 4);
        replay.value("key-1", 9_950, 5);
        while (replay.results.size() < held + 1) {
            replay.value("jump", 10_000, 1);
        }
        replay.releaseAll();
        List<Long> times = replay.results.stream()
                .map(result -> result.event().time())
                .filter(time -> time < 9_950)
                .toList();
        assertThat(times).hasSize(held + 1);
        assertThat(times.subList(0, held)).isSorted();
        assertThat(times.get(held)).isEqualTo(5);
    }

    @Test
    void shouldEndSequencesWhereTheSortedStreamEndsThem() {
        Replay idle = new Replay(TwoWaySum.model(WaitingModels.bare(2, null, Emit.EVERY)), RULES.withIdle(50));
        idle.value("a", 1_000, 1);
        idle.value("a", 1_060, 2);
        // In order of arrival this one would begin a new sequence; in order of time it is the second of the first.
        idle.value("a", 1_040, 3);
        idle.value("b", 1_300, 1);
        idle.value("c", 1_400, 1);
        assertThat(idle.texts())
                .containsExactly(
                        "1000 step 1 seen 2 [1.0, 1.875]",
                        "1040 step 2 seen 1 [3.5, 3.5]",
                        "1060 step 3 seen 0 [3.75, 2.0]");
    }

    @Test
    void shouldLetTheClockReleaseWhatAQuietPartitionHolds() {
        replay.value("a", 1_000, 1);
        replay.value("a", 1_050, 2);
        assertThat(replay.release(1_099, 10)).isZero();
        assertThat(replay.release(1_100, 10)).isEqualTo(1);
        assertThat(replay.release(1_150, 10)).isEqualTo(1);
        assertThat(replay.texts()).hasSize(2);
        replay.restart(RULES);
        // The stream time alone would let it in; but what the clock let go stays before it.
        replay.value("a", 1_049, 3);
        assertThat(replay.late).isEqualTo(1);
        assertThat(replay.texts()).hasSize(1).first().asString().startsWith("1049 step 3");
        replay.value("a", 1_050, 3);
        assertThat(replay.late).isEqualTo(1);
        assertThat(replay.texts()).hasSize(1);
        replay.value("a", 1_051, 3);
        assertThat(replay.texts()).isEmpty();
    }

    @Test
    void shouldRefuseDamagedMarks() {
        replay.value("a", 1_000, 1);
        byte[] marks = replay.pending.get(new byte[] {'S'});
        for (int i = 0; i < marks.length; i++) {
            byte[] damaged = marks.clone();
            damaged[i] ^= 4;
            replay.pending.put(new byte[] {'S'}, damaged);
            replay.restart(RULES);
            assertThatThrownBy(() -> replay.value("a", 1_001, 1))
                    .isInstanceOf(CorruptStateException.class)
                    .hasMessageStartingWith("these 22 bytes are not the marks of held events");
        }
        replay.pending.put(new byte[] {'S'}, Arrays.copyOf(marks, 5));
        replay.restart(RULES);
        assertThatThrownBy(() -> replay.value("a", 1_001, 1)).isInstanceOf(CorruptStateException.class);
    }

    @Test
    void shouldOpenNoIteratorForEachEvent() {
        for (int i = 0; i < 10_000; i++) {
            replay.value("a", 1_000 + i, 1);
        }
        assertThat(replay.results).hasSize(9_900);
        assertThat(replay.pending.scans).isLessThan(10_000 / 50);
        assertThat(replay.pending.shown).isLessThan(3 * 10_000);
    }

    @Test
    void shouldCostNothingWhereItIsOff() {
        Replay off = new Replay(PREDICTOR, SequenceRules.NONE);
        off.value("a", 1_000, 1);
        int calls = off.pending.calls; // to count the sequence
        off.value("a", 5, 1);
        assertThat(off.results).hasSize(2);
        assertThat(off.pending.calls).isEqualTo(calls);
    }

    @Test
    void shouldHoldEventsInTheTopologyAndKeepAllTheyCameWith(@TempDir Path directory) {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 5, 1);
        Map<String, String> settings = Map.of("eddy.reorder.ms", "60000", "eddy.late.policy", "dead-letter");
        try (TopologyFixture topology = new TopologyFixture(directory, settings)) {
            topology.publish(model);
            topology.deploy(model.id(), 0);
            RecordHeaders headers = new RecordHeaders();
            headers.add("trace", new byte[] {7}).add("empty", null);
            topology.event("a", 100_002, "{\"value\":1}");
            topology.event("a", 100_000, "garbage".getBytes(StandardCharsets.UTF_8), headers);
            topology.event("a", 100_001, "{\"value\":2}");
            topology.event("a", 100_003, null, new RecordHeaders());
            topology.event("a", 100_004, "{\"value\":2}");
            topology.event("a", 40_003, "{\"value\":9}");
            topology.deadLetter("LATE", "the event is 1 ms too late");
            topology.driver.advanceWallClockTime(Duration.ofSeconds(59));
            assertThat(topology.predictions.isEmpty()).isTrue();
            topology.driver.advanceWallClockTime(Duration.ofSeconds(1));

            TestRecord<byte[], byte[]> letter = topology.deadLetter("UNDECODABLE", "not JSON");
            assertThat(new String(letter.value(), StandardCharsets.UTF_8)).isEqualTo("garbage");
            assertThat(letter.timestamp()).isEqualTo(100_000);
            assertThat(letter.headers().lastHeader("trace").value()).containsExactly(7);
            assertThat(letter.headers().lastHeader("empty").value()).isNull();
            assertThat(TopologyFixture.header(letter, DeadLetterHeaders.TOPIC)).isEqualTo("eddy.events");
            assertThat(TopologyFixture.header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("1");
            assertThat(topology.allPredictions())
                    .satisfiesExactly(
                            first -> assertThat(first).contains("\"timestamp\":100001,\"step\":1"),
                            second -> assertThat(second).contains("\"timestamp\":100002,\"step\":2"),
                            third -> assertThat(third).contains("\"timestamp\":100004,\"step\":1"));
        }
    }
}
