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
import dev.eddy.model.ModelSpec;
import dev.eddy.state.HeldStates;
import dev.eddy.state.StateCodec;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many sequences each model answers, compared with what the states say. */
class SequenceCountsTest {
    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 3, 2);
    private final ModelFile ending = ending();
    private final Catalogue catalogue = new Catalogue("p", 1 << 20);
    private final Map<String, byte[]> control = new ConcurrentHashMap<>(); // the loader reads it meanwhile
    private final InMemoryStates states = new InMemoryStates();
    private InMemoryPending pending = new InMemoryPending();
    private final Map<String, Long> told = new TreeMap<>();
    private final List<String> inForce = new ArrayList<>();
    private DeploymentHistory history = DeploymentHistory.EMPTY;
    private Inference inference;
    private long streamTime;

    SequenceCountsTest() throws InterruptedException {
        for (ModelFile model : List.of(first, second, ending)) {
            Map<String, byte[]> records = ControlRecords.publish(model, 0);
            control.putAll(records);
            records.forEach((key, value) -> catalogue.accept(key, value, control::get));
        }
        assertThat(catalogue.awaitLoaded(Duration.ofSeconds(20))).isTrue();
        start(0);
    }

    @AfterEach
    void close() {
        inference.close();
        catalogue.close();
    }

    @Test
    void shouldCountSequencesThatBeginAndEnd() {
        deploy(ending, 0, Transition.RESET);
        for (String key : List.of("a", "b", "c", "d")) {
            event(key, 1, "{\"value\":1}");
            event(key, 2, "{\"value\":2}");
        }
        expect(ending, 4);
        event("a", 3, null);
        event("nobody", 3, null);
        expect(ending, 3);
        event("b", 4, "{\"value\":1,\"last\":true}");
        event("single", 4, "{\"value\":1,\"last\":true}");
        event("c", 5, "{\"wrong\":1}");
        event("bad", 5, "{\"wrong\":1}");
        expect(ending, 2);
        inference.end(bytes("c"));
        inference.end(bytes("d"));
        expect(ending, 0);
        assertThat(stored()).isEmpty();
    }

    @Test
    void shouldCountSequencesThatEndForWantOfEvents() {
        restart(100);
        deploy(first, 0, Transition.RESET);
        event("a", 0, "{\"value\":1}");
        event("b", 50, "{\"value\":1}");
        expect(first, 2);
        event("b", 120, "{\"value\":1}");
        expect(first, 1);
        event("a", 130, "{\"value\":1}");
        event("b", 500, "{\"value\":1}");
        expect(first, 1);
    }

    @Test
    void shouldFollowEverySequenceFromModelToModel() {
        deploy(first, 0, Transition.RESET);
        send(0, "a", "b", "c");
        expect(first, 3);
        deploy(second, 10, Transition.warm(2));
        send(10, "a", "b", "new");
        expect(first, 3);
        expect(second, 1);
        send(11, "a");
        // The event that warmed it up was the last of the old model.
        expect(first, 2);
        expect(second, 2);
        deploy(first, 20, Transition.RESTORE);
        send(20, "a", "b");
        expect(first, 3);
        expect(second, 1);
        deploy(second, 30, Transition.RESET);
        send(30, "a", "b", "c", "new");
        expect(first, 0);
        expect(second, 4);
        assertThat(inForce).containsExactly("1 m@1 at 0", "2 m@2 at 10", "3 m@1 at 20", "4 m@2 at 30");
    }

    @Test
    void shouldNotCountChallengers() {
        deploy(first, 0, Transition.RESET);
        decide(new Deployment(
                2, first.id(), 5, 0, Transition.RESET, 0, new Challenger(second.id(), 1, true, 0, null), ""));
        send(0, "a");
        send(10, "a", "b");
        expect(first, 2);
        expect(second, 0);
    }

    @Test
    void shouldGoOnAfterARestartAndLeaveNothingBehind() {
        deploy(first, 0, Transition.RESET);
        send(0, "a", "b", "c");
        deploy(second, 10, Transition.RESET);
        send(10, "a");
        restart(0);
        expect(first, 2);
        expect(second, 1);
        send(11, "b", "d");
        expect(first, 1);
        expect(second, 3);
        inference.close();
        assertThat(told.values()).containsOnly(0L);
    }

    @Test
    void shouldCountOnceWhatAStoreFromBeforeTheCountsHolds() {
        deploy(first, 0, Transition.RESET);
        send(0, "a", "b", "c");
        deploy(second, 10, Transition.RESET);
        send(10, "a");
        pending = new InMemoryPending();
        restart(0);
        expectTold(first, 2);
        expectTold(second, 1);
        assertThat(stored()).isEmpty();
        send(11, "new");
        expect(first, 2);
        expect(second, 2);
        restart(0);
        expect(second, 2);
    }

    @Test
    void shouldAgreeWithTheStatesWhateverHappens() {
        restart(40);
        Random random = new Random(7);
        ModelFile[] models = {first, second};
        Transition[] transitions = {Transition.RESET, Transition.warm(1), Transition.warm(3), Transition.RESTORE};
        deploy(first, 0, Transition.RESET);
        for (int time = 1; time < 2_000; time++) {
            if (random.nextInt(60) == 0) {
                deploy(models[random.nextInt(2)], time, transitions[random.nextInt(transitions.length)]);
            }
            if (random.nextInt(150) == 0) {
                restart(40);
            }
            String key = "k" + random.nextInt(30);
            int late = random.nextInt(10) == 0 ? random.nextInt(20) : 0;
            event(key, Math.max(0, time - late), random.nextInt(12) == 0 ? null : "{\"value\":" + time % 9 + "}");
            Map<String, Long> counted = new TreeMap<>();
            states.forEach(state -> counted.merge(
                    HexFormat.of()
                            .formatHex(StateCodec.model(HeldStates.read(state).answering())),
                    1L,
                    Long::sum));
            assertThat(stored()).isEqualTo(counted);
            told.values().removeIf(count -> count == 0);
            assertThat(told).isEqualTo(counted);
        }
    }

    private void expect(ModelFile model, long count) {
        expectTold(model, count);
        assertThat(stored().getOrDefault(prefix(model), 0L)).isEqualTo(count);
    }

    private void expectTold(ModelFile model, long count) {
        assertThat(told.getOrDefault(prefix(model), 0L)).isEqualTo(count);
    }

    private static String prefix(ModelFile model) {
        return model.fingerprint().toString().substring(0, 32);
    }

    private Map<String, Long> stored() {
        inference.flush();
        Map<String, Long> stored = new TreeMap<>();
        pending.scan(new byte[] {'C'}, key -> {
            if (key[0] != 'C') {
                return false;
            }
            long count = ByteBuffer.wrap(pending.get(key))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            stored.put(HexFormat.of().formatHex(key, 1, key.length), count);
            return true;
        });
        return stored;
    }

    private void restart(long idle) {
        inference.flush();
        inference.close();
        start(idle);
    }

    private void start(long idle) {
        InferenceMonitor monitor = new InferenceMonitor() {
            @Override
            public void onSequences(String model, long change) {
                told.merge(model, change, Long::sum);
            }

            @Override
            public void onInForce(Deployment deployment, long eventTime) {
                inForce.add(deployment.generation() + " " + deployment.model().label() + " at " + eventTime);
            }
        };
        inference = new Inference(
                new JsonEvents(),
                new JsonPredictions(),
                catalogue::live,
                new SequenceStores(states, pending),
                SequenceRules.NONE.withIdle(idle),
                monitor,
                (event, outcome) -> {});
    }

    private void deploy(ModelFile model, long from, Transition transition) {
        decide(new Deployment(history.newestGeneration() + 1, model.id(), from, 0, transition, 1_000, null, ""));
    }

    private void decide(Deployment deployment) {
        history = history.with(deployment);
        catalogue.accept(ControlRecords.deploymentKey("p"), ControlRecords.encode("p", history), control::get);
    }

    private void send(long time, String... keys) {
        for (String key : keys) {
            event(key, time, "{\"value\":" + time % 7 + "}");
        }
    }

    private void event(String key, long time, String json) {
        streamTime = Math.max(streamTime, time);
        byte[] value = json == null ? null : bytes(json);
        inference.infer(new Event(bytes(key), time, new RecordHeaders(), value, Event.Origin.UNKNOWN), streamTime);
    }

    private static ModelFile ending() {
        ModelFile base = TestModels.predictor("end", "1", CellKind.LSTM, 4, 3);
        return new ModelFile(WaitingModels.waiting(base.spec(), null, null, ModelSpec.Emit.EVERY), base.tensors());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
