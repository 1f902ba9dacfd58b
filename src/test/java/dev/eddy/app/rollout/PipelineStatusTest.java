package dev.eddy.app.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.MeasuredRole;
import dev.eddy.schema.ModelMeasure;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.SequenceCount;
import dev.eddy.schema.Sha256;
import dev.eddy.schema.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What several instances report, put together. */
class PipelineStatusTest {
    private static final ModelId FIRST = new ModelId("m", "1", Fingerprint.of(new byte[] {1}));
    private static final ModelId SECOND = new ModelId("m", "2", Fingerprint.of(new byte[] {2}));

    @Test
    void shouldAddUpWhatInstancesReportThatRun() {
        PipelineStatus status = status(
                report("a", true, count(FIRST, 10), measure(100, 2.0)),
                report("b", true, count(SECOND, 30), measure(300, 1.0)),
                report("gone", false, count(SECOND, 1_000), measure(9_000, 50.0)));
        assertThat(status.sequences())
                .extracting(PipelineStatus.Sequences::label, PipelineStatus.Sequences::share)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("m@2", 0.75),
                        org.assertj.core.groups.Tuple.tuple("m@1", 0.25));
        PipelineStatus.Measured measured = status.measured().get(0);
        assertThat(status.measured()).hasSize(1);
        assertThat(measured.events()).isEqualTo(400);
        assertThat(measured.mae()).isCloseTo(1.25, within(1e-12));
        assertThat(measured.mse()).isNull();
    }

    @Test
    void shouldGiveOneObjectWithStableNames() throws IOException {
        PipelineStatus status = status(report("a", true, count(FIRST, 1), measure(1, 0.5)));
        String text = StatusJson.text(status);
        assertThat(text).doesNotContain("\n");
        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "pipeline",
                        "applicationId",
                        "time",
                        "deployment",
                        "rollback",
                        "history",
                        "sequences",
                        "measured",
                        "lag",
                        "instances");
        assertThat(json.at("/deployment/model/version").textValue()).isEqualTo("2");
        assertThat(json.at("/deployment/transition").textValue()).isEqualTo("warm");
        assertThat(json.at("/deployment/challenger/mode").textValue()).isEqualTo("canary");
        assertThat(json.at("/deployment/challenger/rule").textValue()).contains("champion over 5");
        assertThat(json.at("/rollback/model/version").textValue()).isEqualTo("1");
        assertThat(json.at("/rollback/statesKeptUntil").longValue()).isEqualTo(3_000);
        assertThat(json.at("/history/0/from").isNull()).isTrue();
        assertThat(json.at("/lag/events").longValue()).isEqualTo(7);
        assertThat(json.at("/lag/partitions/1/topic").textValue()).isEqualTo("t");
        assertThat(json.at("/lag/partitions/1/behind").longValue()).isEqualTo(4);
        assertThat(json.at("/instances/0/models/0/verdict").textValue()).isEqualTo("REJECTED");
        assertThat(json.at("/measured/0/role").textValue()).isEqualTo("champion");
    }

    @Test
    void shouldShowEveryModelNameWhereEventsNameTheirModels() throws IOException {
        ModelId other = new ModelId("other", "1", Fingerprint.of(new byte[] {3}));
        PipelineStatus status = new PipelineStatus(
                "p",
                "p",
                5,
                new TreeMap<>(Map.of(
                        "m",
                        new DeploymentHistory(List.of(new Deployment(1, FIRST, 0, 0), new Deployment(3, SECOND, 7, 0))),
                        "other",
                        new DeploymentHistory(List.of(new Deployment(2, other, 0, 0))))),
                List.of(),
                null,
                "no broker");
        JsonNode json = new ObjectMapper().readTree(StatusJson.text(status));
        assertThat(json.at("/deployment").isNull()).isTrue();
        assertThat(json.at("/rollback").isNull()).isTrue();
        assertThat(json.at("/models/0/name").textValue()).isEqualTo("m");
        assertThat(json.at("/models/0/deployment/generation").intValue()).isEqualTo(3);
        assertThat(json.at("/models/0/rollback/model/version").textValue()).isEqualTo("1");
        assertThat(json.at("/models/1/name").textValue()).isEqualTo("other");
        assertThat(json.at("/models/1/rollback").isNull()).isTrue();
        assertThat(json.at("/history/1/model/name").textValue()).isEqualTo("other");
    }

    private static PipelineStatus status(InstanceStatus... instances) {
        Challenger challenger = new Challenger(FIRST, 0.5, true, 3, PromotionRule.parse("mae < champion over 5"));
        DeploymentHistory history = new DeploymentHistory(List.of(
                new Deployment(1, FIRST, Deployment.BEGINNING, 0),
                new Deployment(2, SECOND, 1_000, 1, Transition.warm(3), 2_000, null, ""),
                new Deployment(3, SECOND, 1_500, 2, Transition.warm(3), 2_000, challenger, "")));
        ConsumerLag lag = new ConsumerLag(
                List.of(new ConsumerLag.Partition("t", 0, 5, 8), new ConsumerLag.Partition("t", 1, 0, 4)));
        return new PipelineStatus("p", "p", 5, new TreeMap<>(Map.of("", history)), List.of(instances), lag, "");
    }

    private static InstanceStatus report(String name, boolean live, SequenceCount count, ModelMeasure measure) {
        long now = System.currentTimeMillis();
        ModelStatus rejected =
                new ModelStatus("m", "3", new Sha256(new byte[32]), Verdict.REJECTED, "why", false, 0L, 0L, List.of());
        return new InstanceStatus(
                "p",
                name,
                "RUNNING",
                now,
                live ? now : now - 600_000,
                60_000L,
                3,
                0L,
                List.of(rejected),
                null,
                List.of(measure),
                List.of(count));
    }

    private static SequenceCount count(ModelId model, long count) {
        return new SequenceCount(
                model.name(), model.version(), model.fingerprint().toString(), count);
    }

    private static ModelMeasure measure(long events, double mae) {
        return new ModelMeasure(
                "m",
                "2",
                new Sha256(SECOND.fingerprint().bytes()),
                MeasuredRole.CHAMPION,
                3,
                events,
                0L,
                mae,
                null,
                null,
                null);
    }
}
