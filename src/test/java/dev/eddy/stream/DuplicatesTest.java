package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that come twice are dropped by their number, whatever becomes of their sequence's model. */
class DuplicatesTest {
    private static final SequenceRules RULES = SequenceRules.NONE.withNumber("meta.n");

    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 6, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 5, 2);
    private final Replay replay = new Replay(TestModels.live(first), RULES);

    private void send(String key, long time, String number) {
        replay.event(key, time, json(number));
    }

    private static String json(String number) {
        return "{\"value\":1,\"meta\":{\"n\":" + number + "}}";
    }

    private List<Long> steps() {
        return replay.results.stream().map(Replay.Result::step).toList();
    }

    @Test
    void shouldDropAnEventWhoseNumberIsNotAboveTheLastOneOfItsKey() {
        send("a", 1, "5");
        send("a", 2, "5");
        send("a", 3, "4");
        send("b", 4, "4");
        send("a", 5, "9");
        send("a", 6, "-3");
        assertThat(replay.results.stream().map(result -> result.key() + result.step()))
                .containsExactly("a1", "b1", "a2");
        assertThat(replay.duplicates).isEqualTo(3);
    }

    @Test
    void shouldRememberTheNumberOverARestart() {
        send("a", 1, "9223372036854775806");
        replay.restart(RULES);
        send("a", 2, "9223372036854775806");
        send("a", 3, "9223372036854775807");
        replay.restart(RULES);
        send("a", 4, "9223372036854775807");
        assertThat(steps()).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"value\":1}                        | MISSING_FIELD | field 'meta.n', by which duplicates are known, is missing",
                "{\"value\":1,\"meta\":{\"n\":null}}  | MISSING_FIELD | is missing",
                "{\"value\":1,\"meta\":{\"n\":1.5}}   | WRONG_TYPE    | must be a whole number of 64 bits but is 1.5",
                "{\"value\":1,\"meta\":{\"n\":\"7\"}} | WRONG_TYPE    | must be a whole number of 64 bits but is 7",
                "{\"value\":1,\"meta\":{\"n\":true}}  | WRONG_TYPE    | but is true",
                "{\"value\":1,\"meta\":{\"n\":NaN}}   | WRONG_TYPE    | but is NaN",
                "{\"value\":1,\"meta\":{\"n\":1e18}}  | WRONG_TYPE    | but is 1.0E18",
                "{\"value\":1,\"meta\":{\"n\":9223372036854775808}} | WRONG_TYPE | but is 9223372036854775808",
                "{\"value\":\"x\",\"meta\":{\"n\":8}} | WRONG_TYPE    | 'value' must be a number",
            })
    void shouldSetABadEventAsideWithoutMovingTheNumber(String json, String reason, String message) {
        send("a", 1, "7");
        byte[] before = replay.state("a");
        replay.event("a", 2, json);
        assertThat(replay.results.get(1).reason()).isEqualTo(reason);
        assertThat(((Outcome.Rejected) replay.results.get(1).outcome()).message())
                .contains(message);
        assertThat(replay.state("a")).isEqualTo(before);
        send("a", 3, "8");
        assertThat(replay.results.get(2).step()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "8.0", "0.8e1"})
    void shouldTakeEveryWayToWriteAWholeNumber(String number) {
        send("a", 1, "7");
        send("a", 2, number);
        send("a", 3, number);
        assertThat(steps()).containsExactly(1L, 2L);
    }

    @Test
    void shouldForgetTheNumberWithTheSequence() {
        send("a", 1, "7");
        replay.event("a", 2, null);
        send("a", 3, "7");
        assertThat(steps()).containsExactly(1L, 1L);

        Replay idle = new Replay(TestModels.live(first), RULES.withIdle(50));
        idle.event("a", 0, json("7"));
        idle.event("a", 49, json("7"));
        // A duplicate is no event: it does not keep the sequence going.
        idle.event("a", 50, json("7"));
        assertThat(idle.results.stream().map(Replay.Result::step)).containsExactly(1L, 1L);
        assertThat(idle.duplicates).isEqualTo(1);
    }

    @Test
    void shouldDropDuplicatesOfEventsThatWait() {
        Replay waiting = new Replay(
                TestModels.live(WaitingModels.forward(CellKind.GRU, 2, null, Emit.EVERY, 1)), RULES.withReorder(10));
        for (int n : new int[] {1, 3, 2, 3, 1, 4, 2, 5}) {
            waiting.event("a", 100 + n, json(Integer.toString(n)));
        }
        waiting.releaseAll();
        waiting.end();
        assertThat(waiting.results.stream().map(Replay.Result::step)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(waiting.duplicates).isEqualTo(3);
    }

    @Test
    void shouldKeepTheNumberOnlyWhereItIsAskedFor() {
        send("a", 1, "7");
        int numbered = replay.state("a").length;
        replay.restart(SequenceRules.NONE);
        send("a", 2, "7");
        assertThat(replay.state("a")).hasSize(numbered - Long.BYTES);
        replay.restart(RULES);
        send("a", 3, "1");
        assertThat(steps()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldKeepTheNumberWhateverTheModel() throws Exception {
        Catalogue catalogue = new Catalogue("p", 1 << 20);
        Map<String, byte[]> control = new HashMap<>();
        List<Long> answered = new ArrayList<>();
        SequenceStores stores = SequenceStores.inMemory();
        DeploymentHistory history = DeploymentHistory.EMPTY;
        for (ModelFile model : List.of(first, second)) {
            control.putAll(ControlRecords.publish(model, 0));
        }
        Challenger beside = new Challenger(second.id(), 1, false, 0, null);
        Deployment[] deployments = {
            new Deployment(1, first.id(), 0, 0, Transition.RESET, 0, null, ""),
            new Deployment(2, second.id(), 10, 0, Transition.RESET, 1_000, null, ""),
            new Deployment(3, first.id(), 20, 0, Transition.RESTORE, 1_000, null, ""),
            new Deployment(4, second.id(), 30, 0, Transition.warm(2), 1_000, null, ""),
            new Deployment(5, first.id(), 40, 0, Transition.RESTORE, 0, beside, ""),
            new Deployment(6, second.id(), 50, 0, Transition.RESET, 0, null, ""),
        };
        for (Deployment deployment : deployments) {
            history = history.with(deployment);
        }
        control.put(ControlRecords.deploymentKey("p"), ControlRecords.encode("p", history));
        control.forEach((key, value) -> catalogue.accept(key, value, control::get));
        assertThat(catalogue.awaitLoaded(Duration.ofSeconds(20))).isTrue();
        for (int time = 1; time < 60; time += 3) {
            // Another one for each event: a restart in between.
            try (Inference inference = new Inference(
                    new JsonEvents(),
                    new JsonPredictions(),
                    catalogue::live,
                    stores,
                    RULES,
                    InferenceMonitor.NONE,
                    (event, outcome) -> answered.add(event.time()))) {
                for (int again = 0; again < 2; again++) {
                    byte[] json = json(Integer.toString(time)).getBytes(StandardCharsets.UTF_8);
                    inference.infer(
                            new Event(new byte[] {1}, time, new RecordHeaders(), json, Event.Origin.UNKNOWN), time);
                    byte[] old = json(Integer.toString(time - 1)).getBytes(StandardCharsets.UTF_8);
                    inference.infer(
                            new Event(new byte[] {1}, time, new RecordHeaders(), old, Event.Origin.UNKNOWN), time);
                }
            }
        }
        catalogue.close();
        assertThat(answered).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void shouldDropDuplicatesInTheTopology(@TempDir Path directory) {
        try (TopologyFixture topology = new TopologyFixture(directory, Map.of("eddy.dedupe.field", "meta.n"))) {
            topology.publish(first);
            topology.deploy(first.id(), 0);
            topology.event("a", 1, json("1"));
            topology.event("a", 1, json("1"));
            topology.event("a", 2, "{\"value\":1}");
            topology.event("a", 3, json("2"));
            assertThat(topology.allPredictions()).hasSize(2);
            topology.deadLetter("MISSING_FIELD", "'meta.n'");
        }
    }
}
