package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.Ending;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.network.LiveModel;
import dev.eddy.network.TwoWaySum;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every shape a sequence can have, at its edges. */
class WaitingShapesTest {
    private static final String HUGE = "3.3e38";

    @Test
    void shouldAnswerInTheLightOfLaterEvents() {
        Replay replay = new Replay(twoWay(2, null, Emit.EVERY), 0);
        replay.value("a", 10, 1);
        replay.value("a", 20, 2);
        assertThat(replay.texts()).isEmpty();
        replay.value("a", 30, 4);
        replay.value("a", 40, 8);
        assertThat(replay.texts()).containsExactly("10 step 1 seen 2 [1.0, 1.75]", "20 step 2 seen 2 [2.5, 3.5]");
        replay.event("a", 99, null);
        assertThat(replay.texts()).containsExactly("30 step 3 seen 1 [5.25, 6.0]", "40 step 4 seen 0 [10.625, 8.0]");
        assertThat(replay.state("a")).isNull();
        assertThat(replay.pendingSize()).isZero();
        assertThat(replay.endings).containsOnlyKeys(Ending.TOMBSTONE);
    }

    @Test
    void shouldAnswerASequenceShorterThanTheLookAheadAtItsEnd() {
        for (LiveModel model : List.of(twoWay(9, null, Emit.EVERY), delayed(9))) {
            Replay replay = new Replay(model, 0);
            replay.value("a", 1, 1);
            replay.value("a", 2, 2);
            replay.value("b", 3, 2);
            assertThat(replay.texts()).isEmpty();
            replay.end();
            assertThat(replay.results).extracting(Replay.Result::key).containsExactly("a", "a", "b");
            assertThat(replay.texts())
                    .extracting(text -> text.substring(0, 15))
                    .containsExactly("1 step 1 seen 1", "2 step 2 seen 0", "3 step 1 seen 0");
            assertThat(replay.pendingSize()).isZero();
        }
    }

    @Test
    void shouldReadAWholeSequenceAtItsEnd() {
        Replay replay = new Replay(twoWay(null, 3, Emit.EVERY), 0);
        replay.value("a", 10, 1);
        replay.value("a", 20, 2);
        replay.value("a", 30, 4);
        replay.event("a", 40, "{\"value\":5}");
        replay.event("a", 50, "{\"value\":5,\"last\":true}");
        assertThat(replay.texts())
                .containsExactly("40 TOO_LONG {\"value\":5}", "50 TOO_LONG {\"value\":5,\"last\":true}");
        replay.event("a", 60, null);
        assertThat(replay.texts())
                .containsExactly(
                        "10 step 1 seen 2 [1.0, 1.75]", "20 step 2 seen 1 [2.5, 3.0]", "30 step 3 seen 0 [5.25, 4.0]");
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldSumUpAWholeSequenceAtItsEnd() {
        Replay replay = new Replay(twoWay(null, 3, Emit.END), 50);
        replay.value("a", 10, 1);
        replay.value("a", 20, 2);
        replay.event("a", 60, null);
        assertThat(replay.results.get(0).event().headers().lastHeader("n").value())
                .isEqualTo(bytes("2"));
        assertThat(replay.texts()).containsExactly("60 step 2 seen 0 [2.5, 1.5]");
        replay.value("a", 70, 1);
        replay.value("b", 120, 1);
        assertThat(replay.results.get(0).event().headers().lastHeader("n").value())
                .isEqualTo(bytes("3"));
        assertThat(replay.texts()).containsExactly("70 step 1 seen 0 [1.0, 1.0]");
        assertThat(replay.endings).containsEntry(Ending.IDLE, 1);
    }

    @Test
    void shouldEndASequenceAtAnEventThatSaysSo() {
        for (LiveModel model : List.of(twoWay(1, null, Emit.EVERY), twoWay(null, 5, Emit.EVERY), delayed(1))) {
            Replay replay = new Replay(model, 0);
            replay.event("a", 5, "{\"value\":7,\"last\":true}");
            replay.value("a", 10, 1);
            replay.value("a", 20, 2);
            replay.event("a", 30, "{\"value\":4,\"last\":true}");
            assertThat(replay.results.stream().map(Replay.Result::step)).containsExactly(1L, 1L, 2L, 3L);
            assertThat(replay.state("a")).isNull();
            assertThat(replay.pendingSize()).isZero();
            assertThat(replay.endings).containsEntry(Ending.FIELD, 2);
        }
    }

    @Test
    void shouldSayNothingToATombstoneOfAnUnknownKey() {
        for (LiveModel model : List.of(twoWay(1, null, Emit.EVERY), twoWay(null, 5, Emit.END), delayed(1))) {
            Replay replay = new Replay(model, 100);
            replay.event("a", 5, null);
            assertThat(replay.texts()).isEmpty();
            assertThat(replay.endings).isEmpty();
        }
    }

    @Test
    void shouldKeepWhatWaitsWhenAnEventIsRejected() {
        for (LiveModel model :
                List.of(twoWay(2, null, Emit.EVERY), twoWay(null, 9, Emit.EVERY), delayed(2), plain(Emit.EVERY))) {
            Replay clean = new Replay(model, 0);
            Replay replay = new Replay(model, 0);
            for (int t = 0; t < 6; t++) {
                clean.value("a", t, t + 1);
                replay.value("a", t, t + 1);
                byte[] before = replay.state("a");
                int size = replay.pendingSize();
                replay.event("a", t, "{}");
                replay.event("a", t, "garbage");
                replay.event("a", t, "{\"value\":1e300}");
                replay.event("a", t, "{\"value\":1,\"last\":7}");
                if (model.network().readsBackward()) {
                    replay.event("a", t, "{\"value\":-1}");
                }
                assertThat(replay.state("a")).isEqualTo(before);
                assertThat(replay.pendingSize()).isEqualTo(size);
            }
            clean.end();
            replay.end();
            int rejected = model.network().readsBackward() ? 30 : 24;
            assertThat(replay.results.stream().filter(result -> !result.isPredicted()))
                    .hasSize(rejected);
            replay.results.removeIf(result -> !result.isPredicted());
            assertThat(replay.texts()).isEqualTo(clean.texts());
        }
    }

    @Test
    void shouldRejectAnEventThatWouldSpoilAnAnswer() {
        Replay replay = new Replay(twoWay(3, null, Emit.EVERY), 0);
        replay.event("a", 1, "{\"value\":" + HUGE + "}");
        replay.event("a", 2, "{\"value\":" + HUGE + "}");
        assertThat(replay.texts()).containsExactly("2 NOT_FINITE_OUTPUT {\"value\":" + HUGE + "}");
        replay.value("a", 3, 1);
        replay.end();
        assertThat(replay.results).allMatch(Replay.Result::isPredicted).hasSize(2);
    }

    @Test
    void shouldGiveUpASequenceWhoseWholeHasNoFiniteAnswer() {
        for (Emit emit : Emit.values()) {
            Replay replay = new Replay(twoWay(null, 5, emit), 0);
            String huge = "{\"value\":" + HUGE + "}";
            replay.event("a", 1, huge);
            replay.event("a", 2, huge);
            replay.event("a", 3, null);
            assertThat(replay.results.get(1).event().origin()).isEqualTo(new Event.Origin("events", 3, 1));
            assertThat(replay.texts()).containsExactly("1 NOT_FINITE_OUTPUT " + huge, "2 NOT_FINITE_OUTPUT " + huge);
            assertThat(replay.state("a")).isNull();
            assertThat(replay.pendingSize()).isZero();
        }
    }

    @Test
    void shouldAnswerWhatWaitsBeforeAnotherModelTakesTheKeyOver() {
        Replay replay = new Replay(twoWay(2, null, Emit.EVERY), 0);
        replay.value("a", 1, 1);
        replay.value("a", 2, 2);
        replay.replaceModel(delayed(1));
        replay.event("a", 3, "garbage");
        assertThat(replay.texts()).containsExactly("3 UNDECODABLE garbage");
        // The model that owned the state is not there any more.
        replay.value("a", 4, 3);
        assertThat(replay.results.get(0).event().headers().lastHeader("n").value())
                .isEqualTo(bytes("0"));
        assertThat(replay.texts()).containsExactly("1 NO_MODEL {\"value\":1.0}", "2 NO_MODEL {\"value\":2.0}");
        assertThat(replay.endings).containsEntry(Ending.MODEL, 1);
        replay.end();
        assertThat(replay.results).extracting(Replay.Result::step).containsExactly(1L);
    }

    @Test
    void shouldMakeDeadLettersOfWhatWaitsWhenATombstoneComesAndTheModelIsGone() {
        Replay replay = new Replay(twoWay(null, 9, Emit.END), 0);
        replay.value("a", 1, 1);
        replay.replaceModel(delayed(1));
        replay.event("a", 2, null);
        assertThat(replay.texts()).containsExactly("1 NO_MODEL {\"value\":1.0}");
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldRejectAnEventThatIsTooLargeToWait() {
        Replay replay = new Replay(twoWay(1, null, Emit.EVERY), 0);
        String note = "x".repeat(EventBytes.MAX_BYTES);
        replay.event("a", 1, "{\"value\":1,\"note\":\"" + note + "\"}");
        assertThat(replay.results.get(0).reason()).isEqualTo("TOO_LARGE");
        assertThat(replay.state("a")).isNull();
    }

    @Test
    void shouldNotTouchWhatIsStillToComeWithoutNeed() {
        Replay replay = new Replay(plain(Emit.EVERY), 0);
        replay.value("a", 1, 1);
        int calls = replay.pending.calls; // to count the sequence
        replay.value("a", 2, 1);
        replay.value("a", 3, 1);
        assertThat(replay.pending.calls).isEqualTo(calls);
        replay.event("a", 4, "{\"value\":1,\"last\":true}");
        replay.value("a", 5, 1);
        replay.event("a", 6, null);
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldRememberThePreviousEventOverEventsThatWait() {
        var spec = WaitingModels.bare(1, null, Emit.EVERY);
        var previous = new dev.eddy.model.Feature.Numeric(
                WaitingModels.FIELD, null, null, dev.eddy.model.Feature.Missing.PREVIOUS);
        Replay replay = new Replay(
                TwoWaySum.model(WaitingModels.waiting(
                        new dev.eddy.model.ModelSpec(
                                "w", "1", List.of(previous), List.of(), null, null, null, null, null),
                        spec.lookAhead(),
                        null,
                        Emit.EVERY)),
                0);
        replay.value("a", 1, 4);
        replay.event("a", 2, "{}");
        assertThat(replay.texts()).containsExactly("1 step 1 seen 1 [4.0, 5.0]");
    }

    private static LiveModel twoWay(Integer lookAhead, Integer maxLength, Emit emit) {
        return TwoWaySum.model(WaitingModels.bare(lookAhead, maxLength, emit));
    }

    private static LiveModel delayed(int lookAhead) {
        return TestModels.live(WaitingModels.forward(CellKind.LSTM, lookAhead, null, Emit.EVERY, 5));
    }

    private static LiveModel plain(Emit emit) {
        return TestModels.live(WaitingModels.forward(CellKind.GRU, null, null, emit, 6));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
