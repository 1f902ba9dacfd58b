package dev.eddy.app.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.telemetry.Measurements.Measure;
import dev.eddy.telemetry.Measurements.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a rule makes of the sums over all instances. */
class PromotionDecisionTest {
    private static final ModelId FIRST = new ModelId("m", "1", Fingerprint.of(new byte[] {1}));
    private static final ModelId SECOND = new ModelId("m", "2", Fingerprint.of(new byte[] {2}));
    private static final double NONE = Double.NaN;

    @Test
    void shouldAddUpTheEventsOfAllInstances() {
        Deployment deployment = deployment("mae < 0.95 * champion over 100000", 3);
        assertThat(PromotionDecision.of(deployment, List.of(report(60_000, 0.47, 0.412), report(39_999, 0.47, 0.412))))
                .isNull();
        PromotionDecision decision =
                PromotionDecision.of(deployment, List.of(report(60_000, 0.47, 0.412), report(40_213, 0.47, 0.412)));
        assertThat(decision.promotes()).isTrue();
        assertThat(decision.reason()).isEqualTo("promoted: mae 0.412 < 0.95 * 0.47 over 100,213 events");
    }

    @Test
    void shouldWeighInstancesByTheirEvents() {
        Deployment deployment = deployment("mae < champion over 10", 0);
        PromotionDecision decision = PromotionDecision.of(deployment, List.of(report(30, 1, 0.5), report(10, 1, 4)));
        assertThat(decision.promotes()).isFalse();
        assertThat(decision.reason()).isEqualTo("dropped: mae 1.375 >= 1 * 1 over 40 events");
    }

    @Test
    void shouldCountOnlyPairsOfTheDeploymentItself() {
        Deployment deployment = deployment("mae < champion over 10", 0);
        List<Measure> others = List.of(
                new Measure(FIRST, Role.CHAMPION, 7, 100, 0, 1, 1, NONE, NONE),
                new Measure(SECOND, Role.CHALLENGER, 7, 100, 0, 0, 0, NONE, NONE),
                new Measure(FIRST, Role.PAIRED_CHAMPION, 6, 100, 0, 1, 1, NONE, NONE),
                new Measure(SECOND, Role.PAIRED_CHALLENGER, 6, 100, 0, 0, 0, NONE, NONE),
                new Measure(FIRST, Role.PAIRED_CHALLENGER, 7, 100, 0, 0, 0, NONE, NONE));
        assertThat(PromotionDecision.of(deployment, List.of(status(others)))).isNull();
    }

    @Test
    void shouldCompareTheMetricOfTheRule() {
        List<Measure> measures = List.of(
                new Measure(FIRST, Role.PAIRED_CHAMPION, 7, 100, 40, 1, 5, 2, NONE),
                new Measure(SECOND, Role.PAIRED_CHALLENGER, 7, 100, 40, 2, 4, 3, NONE));
        List<InstanceStatus> reports = List.of(status(measures));
        assertThat(PromotionDecision.of(deployment("mae < champion over 100", 0), reports)
                        .promotes())
                .isFalse();
        assertThat(PromotionDecision.of(deployment("mse < champion over 100", 0), reports)
                        .promotes())
                .isTrue();
        assertThat(PromotionDecision.of(deployment("nll < champion over 41", 0), reports))
                .isNull();
        assertThat(PromotionDecision.of(deployment("nll < champion over 40", 0), reports)
                        .promotes())
                .isFalse();
        assertThat(PromotionDecision.of(deployment("error < champion over 1", 0), reports))
                .isNull();
    }

    @Test
    void shouldDropAChallengerThatIsAsGood() {
        Deployment deployment = deployment("mae < champion over 10", 0);
        assertThat(PromotionDecision.of(deployment, List.of(report(10, 1, 1))).promotes())
                .isFalse();
    }

    @Test
    void shouldHaveNothingToDecideWithoutARule() {
        List<InstanceStatus> reports = List.of(report(10, 1, 0.5));
        assertThat(PromotionDecision.of(new Deployment(7, FIRST, 0, 0), reports))
                .isNull();
        Challenger alone = new Challenger(SECOND, 1, false, 0, null);
        Deployment ruleless = new Deployment(7, FIRST, 0, 0, Transition.RESET, 0, alone, "");
        assertThat(PromotionDecision.of(ruleless, reports)).isNull();
    }

    @Test
    void shouldWarmTheChallengerUpWhereItIsPromoted() {
        Deployment before = deployment("mae < champion over 10", 3);
        Deployment after =
                PromotionDecision.of(before, List.of(report(10, 1, 0.5))).successor(8, 500, 600);
        assertThat(after)
                .isEqualTo(new Deployment(
                        8, SECOND, 500, 600, Transition.warm(3), 50, null, "promoted: mae 0.5 < 1 * 1 over 10 events"));
        Deployment cold = deployment("mae < champion over 10", 0);
        assertThat(PromotionDecision.of(cold, List.of(report(10, 1, 0.5)))
                        .successor(8, 500, 600)
                        .transition())
                .isEqualTo(Transition.warm(1));
    }

    @Test
    void shouldLetSequencesGoOnAsTheyWereWhereTheChallengerIsDropped() {
        Deployment before = deployment("mae < champion over 10", 3);
        Deployment after =
                PromotionDecision.of(before, List.of(report(10, 1, 2))).successor(8, 1, 600);
        assertThat(after.model()).isEqualTo(FIRST);
        assertThat(after.challenger()).isNull();
        assertThat(after.transition()).isEqualTo(before.transition());
        assertThat(after.from()).isEqualTo(before.from());
    }

    @Test
    void shouldReadBackRulesWithSmallFactors() throws Exception {
        Deployment deployment = deployment("nll < 0.00001 * champion over 10", 0);
        byte[] bytes = ControlRecords.encode("p", new DeploymentHistory(List.of(deployment)));
        assertThat(ControlRecords.deployments(bytes).deployments()).containsExactly(deployment);
    }

    private static Deployment deployment(String rule, int warmUp) {
        Challenger challenger = new Challenger(SECOND, 1, false, warmUp, PromotionRule.parse(rule));
        return new Deployment(7, FIRST, 100, 0, Transition.warm(9), 50, challenger, "");
    }

    private static InstanceStatus report(long events, double champion, double challenger) {
        return status(List.of(
                new Measure(FIRST, Role.PAIRED_CHAMPION, 7, events, 0, champion, 1, NONE, NONE),
                new Measure(SECOND, Role.PAIRED_CHALLENGER, 7, events, 0, challenger, 1, NONE, NONE)));
    }

    private static InstanceStatus status(List<Measure> measures) {
        return new InstanceStatus(
                "p", "i", "RUNNING", 0L, 0L, 1L, 7, 0L, List.of(), null, MeasuredModels.records(measures), List.of());
    }
}
