package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import dev.eddy.wire.Prediction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How sequences come from model to model, each compared with models that are stepped by hand. */
class TransitionsTest {

    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 6, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 5, 2);
    private final ModelFile tuned = TestModels.tuned(first, "tuned", 0.75f);
    private final Catalogue catalogue = new Catalogue("p", 4 << 20);
    private final Map<String, byte[]> control = new HashMap<>();
    private final List<Prediction> predictions = new ArrayList<>();
    private final List<Outcome.Rejected> rejected = new ArrayList<>();
    private final InMemoryStates states = new InMemoryStates();
    private final Inference inference = new Inference(
            new JsonEvents(),
            new JsonPredictions(),
            catalogue::live,
            new SequenceStores(states, new InMemoryPending()),
            SequenceRules.NONE,
            InferenceMonitor.NONE,
            (event, outcome) -> {
                if (outcome instanceof Outcome.Predicted predicted) {
                    predictions.add(predicted.prediction());
                } else if (outcome instanceof Outcome.Rejected rejection) {
                    rejected.add(rejection);
                }
            });
    private DeploymentHistory history = DeploymentHistory.EMPTY;

    @AfterEach
    void close() {
        inference.close();
        catalogue.close();
    }

    @Test
    void shouldBeginAtZeroOnReset() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.RESET, 0);
        send("k", 0, 6);
        Hand old = rollout(first);
        Hand young = rollout(second);
        expect(old, first, "cold", 0, 1, 2);
        expect(young, second, "cold", 3, 4, 5);
        assertThat(steps()).containsExactly(1L, 2L, 3L, 1L, 2L, 3L);
    }

    @Test
    void shouldLetTheOldModelAnswerUntilTheNewOneIsWarm() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.warm(2), 0);
        send("k", 0, 8);
        Hand young = rollout(second);
        skip(young, 3, 4);
        expect(rollout(first), first, "cold", 0, 1, 2, 3, 4);
        expect(young, second, "warm", 5, 6, 7);
        assertThat(steps()).containsExactly(1L, 2L, 3L, 4L, 5L, 3L, 4L, 5L);
    }

    @Test
    void shouldWarmUpOnlySequencesThatHaveAMemory() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.warm(2), 0);
        send("new", 3, 5);
        expect(rollout(second), second, "cold", 3, 4);
    }

    @Test
    void shouldFinishTheWarmUpWheneverASequenceWakes() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.warm(2), 0);
        send("k", 0, 4);
        send("k", 1_000, 1_003);
        Hand old = rollout(first);
        Hand young = rollout(second);
        skip(young, 3, 1_000);
        expect(old, first, "cold", 0, 1, 2, 3, 1_000);
        expect(young, second, "warm", 1_001, 1_002);
    }

    @Test
    void shouldCarryTheStateOver() throws Exception {
        publish(first, tuned);
        deploy(first, 0, Transition.RESET, 0);
        deploy(tuned, 3, Transition.CARRY, 0);
        send("k", 0, 6);
        Hand old = rollout(first);
        expect(old, first, "cold", 0, 1, 2);
        expect(old.onto(live(tuned)), tuned, "warm", 3, 4, 5);
        assertThat(steps()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void shouldNeverFeedAStateToAModelThatDoesNotNameIt() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.CARRY, 0);
        send("k", 0, 6);
        expect(rollout(first), first, "cold", 0, 1, 2, 3, 4, 5);
    }

    @Test
    void shouldPassTheDeploymentsItSleptThroughInOrder() throws Exception {
        publish(first, second, tuned);
        deploy(first, 0, Transition.RESET, 0);
        deploy(tuned, 10, Transition.CARRY, 0);
        deploy(second, 20, Transition.warm(2), 0);
        send("k", 0, 3);
        send("k", 30, 34);
        Hand old = rollout(first);
        expect(old, first, "cold", 0, 1, 2);
        Hand carried = old.onto(live(tuned));
        Hand young = rollout(second);
        skip(young, 30, 31);
        expect(carried, tuned, "warm", 30, 31);
        expect(young, second, "warm", 32, 33);
    }

    @Test
    void shouldRollBackToTheStateThatWasReplaced() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.RESET, 100);
        deploy(first, 6, Transition.RESTORE, 100);
        send("k", 0, 9);
        Hand old = rollout(first);
        expect(old, first, "cold", 0, 1, 2);
        expect(rollout(second), second, "cold", 3, 4, 5);
        expect(old, first, "warm", 6, 7, 8);
        assertThat(steps()).containsExactly(1L, 2L, 3L, 1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void shouldRollBackTheRollBack() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.warm(1), 100);
        deploy(first, 6, Transition.RESTORE, 100);
        deploy(second, 8, Transition.RESTORE, 100);
        send("k", 0, 10);
        Hand old = rollout(first);
        Hand young = rollout(second);
        skip(young, 3);
        expect(old, first, "cold", 0, 1, 2, 3);
        expect(young, second, "warm", 4, 5);
        expect(old, first, "warm", 6, 7);
        expect(young, second, "warm", 8, 9);
    }

    @Test
    void shouldRollBackAtZeroWhenTheOldStateIsTooOld() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.RESET, 100);
        deploy(first, 200, Transition.RESTORE, 100);
        send("k", 0, 5);
        send("k", 200, 202);
        expect(rollout(first), first, "cold", 0, 1, 2);
        expect(rollout(second), second, "cold", 3, 4);
        expect(rollout(first), first, "cold", 200, 201);
    }

    @Test
    void shouldForgetAnUnfinishedWarmUpOnRollBack() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.warm(10), 100);
        deploy(first, 6, Transition.RESTORE, 100);
        send("k", 0, 20);
        expect(rollout(first), first, "cold", range(0, 20));
    }

    @Test
    void shouldGiveTheSameBytesWithAChallengerInShadow() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        challenge(first, new Challenger(second.id(), 1, false, 0, null), 3);
        send("k", 0, 6);
        expect(rollout(first), first, "cold", 0, 1, 2, 3, 4, 5);
    }

    @Test
    void shouldLetAWarmCanaryAnswer() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        challenge(first, new Challenger(second.id(), 1, true, 2, null), 3);
        send("k", 0, 8);
        send("young", 3, 6);
        Hand young = rollout(second);
        skip(young, 3, 4);
        expect(rollout(first), first, "cold", 0, 1, 2, 3, 4);
        expect(young, second, "warm", 5, 6, 7);
        expect(rollout(second), second, "cold", 3, 4, 5);
    }

    @Test
    void shouldAskACanaryForItsShareOnly() throws Exception {
        publish(first, second);
        Challenger challenger = new Challenger(second.id(), 0.3, true, 0, null);
        deploy(first, 0, Transition.RESET, 0);
        challenge(first, challenger, 0);
        for (int i = 0; i < 200; i++) {
            send("k" + i, 0, 1);
            boolean covered = challenger.covers(bytes("k" + i));
            assertThat(predictions.get(i).model()).isEqualTo(covered ? second.id() : first.id());
        }
    }

    @Test
    void shouldGoOnFromTheChallengersMemoryWhenItIsPromoted() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        challenge(first, new Challenger(second.id(), 1, false, 0, null), 3);
        deploy(second, 6, Transition.warm(2), 100);
        deploy(first, 8, Transition.RESTORE, 0);
        send("k", 0, 10);
        Hand old = rollout(first);
        Hand young = rollout(second);
        skip(young, 3, 4, 5);
        expect(old, first, "cold", range(0, 6));
        expect(young, second, "warm", 6, 7);
        expect(old, first, "warm", 8, 9);
    }

    @Test
    void shouldBringAPromotedChallengerThatIsNotWarmToItsWarmUp() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        challenge(first, new Challenger(second.id(), 1, false, 0, null), 3);
        deploy(second, 4, Transition.warm(3), 0);
        send("k", 0, 8);
        Hand young = rollout(second);
        skip(young, 3, 4, 5);
        expect(rollout(first), first, "cold", range(0, 6));
        expect(young, second, "warm", 6, 7);
    }

    @Test
    void shouldNotLetAChallengerThatCannotTakeAnEventDisturbTheChampion() throws Exception {
        ModelFile picky = TestModels.predictor("picky", "1", CellKind.RNN, 3, 3);
        ModelSpec spec = picky.spec();
        ModelFile other = new ModelFile(
                new ModelSpec(
                        "picky",
                        "2",
                        List.of(new Feature.Numeric("elsewhere", 0.0, 1.0, null)),
                        spec.layers(),
                        spec.head(),
                        spec.task(),
                        null,
                        null,
                        null),
                picky.tensors());
        publish(first, other);
        deploy(first, 0, Transition.RESET, 0);
        challenge(first, new Challenger(other.id(), 1, true, 0, null), 2);
        send("k", 0, 5);
        expect(rollout(first), first, "cold", range(0, 5));
        assertThat(rejected).isEmpty();
    }

    @Test
    void shouldLeaveASequenceThatEndsToTheModelItBeganWith() throws Exception {
        ModelFile ending = ending(first);
        publish(ending, second);
        deploy(ending, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.warm(1), 0);
        send("k", 0, 6);
        assertThat(predictions).isEmpty();
        inference.infer(event("k", 6, null), 6);
        Hand old = rollout(ending);
        double[] values = null;
        for (int t = 0; t < 6; t++) {
            values = old.step(fields("k", t), t);
        }
        assertThat(predictions).hasSize(1);
        assertThat(predictions.get(0).values()).isEqualTo(values);
        assertThat(predictions.get(0).model()).isEqualTo(ending.id());
        predictions.clear();
        send("k", 7, 9);
        expect(rollout(second), second, "cold", 7, 8);
    }

    @Test
    void shouldKeepNothingWhereNothingIsToBeKept() throws Exception {
        publish(first, second);
        deploy(first, 0, Transition.RESET, 0);
        deploy(second, 3, Transition.RESET, 10);
        send("k", 0, 3);
        int alone = states.get(bytes("k")).length;
        send("k", 3, 4);
        assertThat(states.get(bytes("k")).length).isGreaterThan(alone);
        send("k", 50, 51);
        send("other", 50, 51);
        assertThat(states.get(bytes("k"))).hasSameSizeAs(states.get(bytes("other")));
    }

    @Test
    void shouldBeginAtZeroWhereTwoStatesDoNotFitIntoARecord() throws Exception {
        ModelFile large = reservoir("large", 130_000);
        ModelFile larger = reservoir("larger", 140_000);
        publish(large, larger);
        deploy(large, 0, Transition.RESET, 0);
        challenge(large, new Challenger(larger.id(), 1, true, 0, null), 1);
        deploy(larger, 2, Transition.warm(5), 1_000);
        send("k", 0, 4);
        assertThat(predictions)
                .extracting(prediction -> prediction.model().label())
                .containsExactly("large@1", "large@1", "larger@1", "larger@1");
        assertThat(states.get(bytes("k")).length).isLessThan(950_000);
    }

    /** An echo state network, whose state can be large while its weights are few. */
    private static ModelFile reservoir(String name, int units) {
        ByteBuffer starts = ByteBuffer.allocate(Integer.BYTES * (units + 1)).order(ByteOrder.LITTLE_ENDIAN);
        starts.putInt(Integer.BYTES * units, 1);
        Map<String, Tensor> tensors = new TreeMap<>(Map.of(
                "weight_ih", Tensor.of(new float[units], units, 1),
                "indptr", new Tensor(Tensor.DType.I32, new int[] {units + 1}, starts),
                "indices", new Tensor(Tensor.DType.I32, new int[] {1}, ByteBuffer.allocate(Integer.BYTES)),
                "values", Tensor.of(new float[] {0.5f}, 1),
                "head", Tensor.of(new float[units], 1, units)));
        Map<String, String> roles = new TreeMap<>();
        List.of("weight_ih", "indptr", "indices", "values").forEach(role -> roles.put(role, role));
        ModelSpec spec = new ModelSpec(
                name,
                "1",
                List.of(new Feature.Numeric("value", 0.0, 1.0, null)),
                List.of(new LayerSpec(CellKind.RESERVOIR, 1, units, null, null, roles)),
                new HeadSpec(HeadSpec.Kind.LINEAR, 1, "head", null, null, null, null),
                null,
                null,
                null,
                null);
        return new ModelFile(spec, tensors);
    }

    private static int[] range(int from, int to) {
        return java.util.stream.IntStream.range(from, to).toArray();
    }

    private void publish(ModelFile... models) throws InterruptedException {
        for (ModelFile model : models) {
            Map<String, byte[]> records = ControlRecords.publish(model, 0);
            control.putAll(records);
            records.forEach((key, value) -> catalogue.accept(key, value, control::get));
        }
        assertThat(catalogue.awaitLoaded(Duration.ofSeconds(20))).isTrue();
    }

    private void deploy(ModelFile model, long from, Transition transition, long keepMs) {
        decide(new Deployment(history.newestGeneration() + 1, model.id(), from, 0, transition, keepMs, null, ""));
    }

    private void challenge(ModelFile champion, Challenger challenger, long from) {
        decide(new Deployment(
                history.newestGeneration() + 1, champion.id(), from, 0, Transition.RESET, 0, challenger, ""));
    }

    private void decide(Deployment deployment) {
        history = history.with(deployment);
        catalogue.accept(ControlRecords.deploymentKey("p"), ControlRecords.encode("p", history), control::get);
    }

    private void send(String key, int from, int to) {
        for (int t = from; t < to; t++) {
            inference.infer(event(key, t, bytes("{\"value\":" + value(key, t) + "}")), t);
        }
    }

    private static Event event(String key, int time, byte[] value) {
        return new Event(bytes(key), time, new RecordHeaders(), value, Event.Origin.UNKNOWN);
    }

    private static double value(String key, int time) {
        return (key.hashCode() % 7) + (time * 37 % 100) / 10.0;
    }

    private static Fields fields(String key, int time) {
        return Fields.of(Map.of("value", value(key, time)));
    }

    /** A model stepped by hand, over what {@code send} sends. */
    private Hand rollout(ModelFile model) {
        return new Hand(live(model));
    }

    private static LiveModel live(ModelFile model) {
        return TestModels.live(model);
    }

    private static void skip(Hand rollout, int... times) {
        for (int time : times) {
            rollout.step(fields("k", time), time);
        }
    }

    /** The next predictions are those of a model stepped by hand over events of some times. */
    private void expect(Hand rollout, ModelFile model, String start, int... times) {
        for (int time : times) {
            Prediction prediction = predictions.get(next++);
            String key = new String(prediction.key(), StandardCharsets.UTF_8);
            assertThat(prediction.timestamp()).isEqualTo(time);
            assertThat(prediction.model()).as("at " + time).isEqualTo(model.id());
            assertThat(prediction.start()).as("at " + time).hasToString(start.toUpperCase(java.util.Locale.ROOT));
            assertThat(prediction.values()).as("at " + time).isEqualTo(rollout.step(fields(key, time), time));
        }
    }

    private int next;

    private List<Long> steps() {
        return predictions.stream().map(Prediction::step).toList();
    }

    /** The same network, answering at the end. */
    private static ModelFile ending(ModelFile model) {
        ModelSpec spec = model.spec();
        return new ModelFile(
                new ModelSpec(
                        spec.name(),
                        "ending",
                        spec.features(),
                        spec.layers(),
                        spec.head(),
                        null,
                        ModelSpec.Emit.END,
                        null,
                        null),
                model.tensors());
    }

    /** A model stepped by hand, without any of what is tested here. */
    private static final class Hand {
        private final LiveModel model;
        private final float[] state;

        Hand(LiveModel model) {
            this(model, new float[model.network().stateSize()]);
        }

        private Hand(LiveModel model, float[] state) {
            this.model = model;
            this.state = state;
        }

        double[] step(Fields fields, long time) {
            float[] input = new float[model.network().inputSize()];
            float[] outputs = new float[model.network().outputSize()];
            model.features().encode(fields, time, new float[0], input);
            model.network().step(input, state, outputs, model.network().newScratch());
            return model.readout().values(outputs);
        }

        /** Another model with a copy of this one's state. */
        Hand onto(LiveModel other) {
            return new Hand(other, state.clone());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
