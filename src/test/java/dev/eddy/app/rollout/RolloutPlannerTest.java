package dev.eddy.app.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.RolloutPlanner.ChallengerWish;
import dev.eddy.app.rollout.RolloutPlanner.Wish;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.catalogue.Transition.Kind;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelId;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which deployment a wish comes to, and which are refused. */
class RolloutPlannerTest {
    private static final long KEEP = 3_600_000;

    private final Map<ModelId, LiveModel> published = new HashMap<>();
    private final ModelFile first = publish(TestModels.predictor("m", "1", CellKind.LSTM, 6, 1));
    private final ModelFile second = publish(TestModels.predictor("m", "2", CellKind.GRU, 5, 2));
    private final ModelFile third = publish(TestModels.predictor("m", "3", CellKind.GRU, 5, 3));
    private final ModelFile tuned = publish(TestModels.tuned(first, "tuned", 0.75f));
    private final ModelFile waiting = publish(WaitingModels.forward(CellKind.LSTM, 3, null, null, 4));
    private final ModelFile tagger = publish(TestModels.tagger("t", "1", 2, 3, List.of("a", "b"), 5));
    private final ModelFile otherTagger = publish(TestModels.tagger("t", "2", 2, 3, List.of("a", "b"), 6));
    private DeploymentHistory history = DeploymentHistory.EMPTY;
    private boolean labelled;

    @Test
    void shouldBeginAtZeroWithTheFirstModel() {
        Proposal proposal = plan(first, null);
        assertThat(proposal.transition()).isEqualTo(Transition.RESET);
        assertThat(proposal.notes()).anyMatch(note -> note.contains("the first model"));
        assertRefused(wish(first, Kind.CARRY, null), "first deployment", "--transition");
        assertRefused(new Wish(null, null, null, shadow(second), null), "there is no champion yet");
    }

    @Test
    void shouldCarryWhereThatIsAllowed() {
        deploy(first, Transition.RESET, null);
        Proposal proposal = plan(tuned, null);
        assertThat(proposal.transition()).isEqualTo(Transition.CARRY);
        assertThat(proposal.keepMs()).isEqualTo(KEEP);
        assertThat(proposal.notes()).anyMatch(note -> note.contains("carry, chosen because m@tuned says"));
        assertThat(plan(tuned, Kind.RESET).transition()).isEqualTo(Transition.RESET);
    }

    @Test
    void shouldElseWarmUpAsLongAsTheModelSays() {
        deploy(first, Transition.RESET, null);
        assertThat(plan(second, null).transition()).isEqualTo(Transition.warm(50));
        ModelFile telling = publish(warmUp(second, 7));
        Proposal proposal = plan(telling, null);
        assertThat(proposal.transition()).isEqualTo(Transition.warm(7));
        assertThat(proposal.notes()).anyMatch(note -> note.contains("as its file says"));
        assertThat(planner().plan(wish(telling, Kind.WARM, 9)).transition()).isEqualTo(Transition.warm(9));
        assertThatThrownBy(() -> warmUp(second, 0)).isInstanceOf(InvalidModelException.class);
    }

    @Test
    void shouldElseReset() {
        deploy(first, Transition.RESET, null);
        Proposal proposal = plan(waiting, null);
        assertThat(proposal.transition()).isEqualTo(Transition.RESET);
        assertThat(proposal.notes()).anyMatch(note -> note.contains("w@1 does not answer each event at once"));
        assertRefused(
                wish(waiting, Kind.WARM, 5), "a warm-up needs models that answer each event at once", "w@1 waits");
        deploy(waiting, Transition.RESET, null);
        assertThat(plan(second, null).transition()).isEqualTo(Transition.RESET);
        assertRefused(wish(second, Kind.WARM, 5), "w@1 waits for later events");
    }

    @Test
    void shouldResetWhereTheOldModelCannotBeRead() {
        deploy(first, Transition.RESET, null);
        published.remove(first.id());
        Proposal proposal = plan(second, null);
        assertThat(proposal.transition()).isEqualTo(Transition.RESET);
        assertThat(proposal.notes()).anyMatch(note -> note.contains("it is not published"));
        assertRefused(wish(second, Kind.WARM, 5), "transition warm needs the model that is replaced", "not published");
    }

    @Test
    void shouldRefuseToCarryWithTheReason() {
        deploy(first, Transition.RESET, null);
        assertRefused(wish(second, Kind.CARRY, null), "cannot carry on the states", "'stateOf'", "warm or reset");
    }

    @Test
    void shouldLetAChallengerRunBesideTheChampion() {
        deploy(first, Transition.RESET, null);
        deploy(second, Transition.warm(20), null);
        PromotionRule rule = PromotionRule.parse("mae < 0.9 * champion over 1000");
        Proposal proposal = planner()
                .plan(new Wish(null, null, null, new ChallengerWish(third.id(), 0.25, true, null, rule), null));
        assertThat(proposal.model()).isEqualTo(second.id());
        // Those that are still warming up go on with it.
        assertThat(proposal.transition()).isEqualTo(Transition.warm(20));
        assertThat(proposal.challenger()).isEqualTo(new Challenger(third.id(), 0.25, true, 50, rule));
        assertThat(proposal.models()).containsExactly(second.id(), third.id());
        assertThat(proposal.notes())
                .anyMatch(note -> note.contains("25 % of the sequences as a canary") && note.contains(rule.toString()));
    }

    @Test
    void shouldSayWhatBecomesOfTheChallengerBefore() {
        Challenger before = new Challenger(third.id(), 0.5, false, 50, null);
        deploy(first, Transition.RESET, before);
        assertThat(plan(second, null).notes()).contains("challenger m@3 is dropped");
        assertThat(plan(third, null).notes()).anyMatch(note -> note.contains("go on from what it has seen"));
        assertThat(planner().plan(new Wish(null, null, null, null, null)).challenger())
                .isNull();
        assertThat(planner()
                        .plan(new Wish(null, null, null, shadow(third), null))
                        .notes())
                .noneMatch(note -> note.contains("dropped"));
    }

    @Test
    void shouldRefuseChallengersThatCannotRun() {
        deploy(first, Transition.RESET, null);
        assertRefused(new Wish(null, null, null, shadow(first), null), "champion and challenger are the same model");
        assertRefused(new Wish(second.id(), null, null, shadow(second), null), "are the same model, m@2");
        assertRefused(new Wish(null, null, null, shadow(waiting), null), "a challenger needs", "w@1 waits");
        assertRefused(wish(first, Kind.RESET, null), "m@1 is the champion already");
        deploy(waiting, Transition.RESET, null);
        assertRefused(new Wish(null, null, null, shadow(second), null), "a challenger needs", "w@1 waits");
    }

    @Test
    void shouldRefuseRulesThatNothingMeasures() {
        deploy(first, Transition.RESET, null);
        assertRefused(ruled(second, "error < champion over 10"), "the task of m@1 has no error", "mae or mse or nll");
        assertRefused(ruled(tagger, "mae < champion over 10"), "cannot be compared");
        deploy(tagger, Transition.RESET, null);
        assertRefused(ruled(otherTagger, "mae < champion over 10"), "has no mae", "nll or error");
        assertRefused(ruled(otherTagger, "error < champion over 10"), "eddy.topics.labels");
        labelled = true;
        assertThat(planner()
                        .plan(ruled(otherTagger, "error < champion over 10"))
                        .challenger())
                .isNotNull();
        ModelFile values = publish(values("1", 1));
        deploy(values, Transition.RESET, null);
        assertRefused(ruled(publish(values("2", 2)), "mae < champion over 10"), "have no error that a rule could");
    }

    @Test
    void shouldRefuseStatesThatDoNotFitIntoARecordTogether() {
        ModelFile large = publish(large("1", 1));
        ModelFile larger = publish(large("2", 2));
        deploy(large, Transition.RESET, null);
        assertRefused(wish(larger, Kind.WARM, 5), "bytes together", "950000", "use --transition reset");
        assertRefused(new Wish(null, null, null, shadow(larger), null), "bytes together", "leave the challenger out");
        assertThat(plan(larger, Kind.RESET).transition()).isEqualTo(Transition.RESET);
        assertThat(plan(second, Kind.WARM).transition()).isEqualTo(Transition.warm(50));
        // The small model is new, but the large one may still answer.
        deploy(second, Transition.warm(50), null);
        assertRefused(wish(larger, Kind.WARM, 5), "bytes together");
        deploy(third, Transition.RESET, null);
        assertThat(plan(larger, Kind.WARM).transition()).isEqualTo(Transition.warm(50));
    }

    @Test
    void shouldReturnToTheModelBefore() {
        deploy(first, Transition.RESET, null);
        deploy(second, Transition.warm(5), null);
        deploy(second, Transition.warm(5), new Challenger(third.id(), 0.5, false, 50, null));
        Proposal proposal = planner().rollback(null, null);
        assertThat(proposal.model()).isEqualTo(first.id());
        assertThat(proposal.transition()).isEqualTo(Transition.RESTORE);
        assertThat(proposal.challenger()).isNull();
        assertThat(proposal.reason()).isEqualTo("rollback of deployment 3");
        assertThat(proposal.notes())
                .anyMatch(note -> note.contains("deployment 2 replaced are kept for 3600000 ms")
                        && note.contains("1970-01-01T01:00:02Z at the earliest"))
                .contains("challenger m@3 is dropped");
        deploy(first, Transition.RESTORE, null);
        assertThat(planner().rollback(null, null).model()).isEqualTo(second.id());
        deploy(third, Transition.RESET, null);
        Proposal far = planner().rollback(2, 0L);
        assertThat(far.model()).isEqualTo(second.id());
        assertThat(far.keepMs()).isZero();
        assertThat(far.reason()).isEqualTo("rollback of deployment 5 to deployment 2");
        assertThat(far.notes()).anyMatch(note -> note.contains("begin at zero state"));
    }

    @Test
    void shouldRefuseToReturnToNothing() {
        assertThatThrownBy(() -> planner().rollback(null, null))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageContaining("nothing is deployed");
        deploy(first, Transition.RESET, null);
        deploy(first, Transition.RESET, null);
        assertThatThrownBy(() -> planner().rollback(null, null)).hasMessageContaining("there is nothing to return to");
        assertThatThrownBy(() -> planner().rollback(1, null)).hasMessageContaining("in force already");
        assertThatThrownBy(() -> planner().rollback(9, null)).hasMessageContaining("there is no deployment 9");
    }

    private RolloutPlanner planner() {
        return new RolloutPlanner(history, this::load, labelled, KEEP);
    }

    private Proposal plan(ModelFile model, Kind transition) {
        return planner().plan(wish(model, transition, null));
    }

    private static Wish wish(ModelFile model, Kind transition, Integer warmUp) {
        return new Wish(model.id(), transition, warmUp, null, null);
    }

    private static ChallengerWish shadow(ModelFile model) {
        return new ChallengerWish(model.id(), 0.1, false, null, null);
    }

    private static Wish ruled(ModelFile challenger, String rule) {
        return new Wish(
                null,
                null,
                null,
                new ChallengerWish(challenger.id(), 0.1, false, null, PromotionRule.parse(rule)),
                null);
    }

    private void assertRefused(Wish wish, String... parts) {
        assertThatThrownBy(() -> planner().plan(wish))
                .isInstanceOf(OperationFailedException.class)
                .message()
                .contains(parts)
                .doesNotContain("\n");
    }

    private LiveModel load(ModelId id) {
        LiveModel model = published.get(id);
        if (model == null) {
            throw new InvalidModelException("it is not published");
        }
        return model;
    }

    private void deploy(ModelFile model, Transition transition, Challenger challenger) {
        int generation = history.newestGeneration() + 1;
        history = history.with(
                new Deployment(generation, model.id(), generation * 1_000L, 0, transition, KEEP, challenger, ""));
    }

    private ModelFile publish(ModelFile model) {
        published.put(model.id(), TestModels.live(model));
        return model;
    }

    private static ModelFile values(String version, long seed) {
        List<Feature> features = List.of(new Feature.Numeric("value", null, null, null));
        return TestModels.model("v", version, features, CellKind.RNN, 3, 2, Task.VALUES, List.of(), seed);
    }

    /** A model whose state, for the predictions it remembers, has more than half of what a record takes. */
    private static ModelFile large(String version, long seed) {
        List<Feature> features = List.of(new Feature.Numeric("value", null, null, null));
        ModelFile base = TestModels.model("large", version, features, CellKind.RNN, 3, 1, Task.VALUES, List.of(), seed);
        Task.Predict task = new Task.Predict(fields(238), 256);
        Map<String, Tensor> tensors = new TreeMap<>(base.tensors());
        tensors.put("head.weight", Tensor.of(new float[238 * 3], 238, 3));
        tensors.put("head.bias", Tensor.of(new float[238], 238));
        ModelSpec spec = base.spec();
        return new ModelFile(
                new ModelSpec(
                        spec.name(),
                        spec.version(),
                        spec.features(),
                        spec.layers(),
                        new dev.eddy.model.HeadSpec(
                                dev.eddy.model.HeadSpec.Kind.LINEAR,
                                238,
                                "head.weight",
                                "head.bias",
                                List.of(),
                                null,
                                null),
                        task,
                        null,
                        null,
                        null),
                tensors);
    }

    private static List<String> fields(int count) {
        return java.util.stream.IntStream.range(0, count).mapToObj(i -> "f" + i).toList();
    }

    private static ModelFile warmUp(ModelFile model, int events) {
        ModelSpec spec = model.spec();
        return new ModelFile(
                new ModelSpec(
                        spec.name(),
                        "telling",
                        spec.features(),
                        spec.layers(),
                        null,
                        spec.head(),
                        null,
                        null,
                        spec.task(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        events),
                model.tensors());
    }
}
