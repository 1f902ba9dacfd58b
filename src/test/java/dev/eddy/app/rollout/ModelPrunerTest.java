package dev.eddy.app.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.ModelPruner.Plan;
import dev.eddy.app.rollout.ModelPruner.Request;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.TestModels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelPrunerTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final int ALL = Integer.MAX_VALUE;

    private final EddyConfig config = new EddyConfig(Map.of("bootstrap.servers", "unused:1", EddyConfig.PIPELINE, "p"));
    private final Map<String, byte[]> table = new LinkedHashMap<>();

    /** Versions 1 to 5 of m, version 1 of n; each a second younger than the one before. */
    @BeforeEach
    void publish() {
        for (int version = 1; version <= 5; version++) {
            table.putAll(ControlRecords.publish(model("m", version), NOW - 10_000 + version * 1_000L));
        }
        table.putAll(ControlRecords.publish(model("n", 1), NOW - 20_000));
    }

    @Test
    void shouldKeepTheNewestOfEachName() {
        assertThat(plan(2, 0, ALL)).containsExactly("m@3", "m@2", "m@1");
        assertThat(plan(0, 0, ALL)).containsExactly("m@5", "m@4", "m@3", "m@2", "m@1", "n@1");
    }

    @Test
    void shouldKeepTheYoung() {
        assertThat(plan(0, 8_000, ALL)).containsExactly("m@2", "m@1", "n@1");
    }

    @Test
    void shouldKeepWhatAnyPipelineNamesOrIsAboutTo() {
        deploy("p", 1, 2);
        deploy("q", 5);
        table.put(
                ControlRecords.prepareKey("r"),
                ControlRecords.encodePrepare(model("m", 4).id(), NOW - 1));
        table.put(
                ControlRecords.prepareKey("s"),
                ControlRecords.encodePrepare(model("m", 3).id(), NOW - Catalogue.PREPARED_MS));
        assertThat(plan(0, 0, ALL)).containsExactly("m@3", "n@1");
    }

    @Test
    void shouldShortenTheDeploymentsAndKeepTheNewestTwo() {
        deploy("p", 1, 2, 3, 2, 4);
        Plan plan = ModelPruner.plan(config, table, new Request(0, 0, 2), NOW);
        assertThat(plan.history().get(ControlRecords.deploymentKey("p")).deployments())
                .extracting(Deployment::generation)
                .containsExactly(4, 5);
        assertThat(labels(plan)).containsExactly("m@5", "m@3", "m@1", "n@1");
        assertThatThrownBy(() -> new Request(0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldShortenTheDeploymentsOfEveryModelName() {
        EddyConfig selecting = new EddyConfig(Map.of(
                "bootstrap.servers", "unused:1", EddyConfig.PIPELINE, "p", EddyConfig.MODEL_SELECTOR, "field:a"));
        deploy("p/m", 1, 2, 3);
        deploy("p/n", 4, 5);
        deploy("p", 1);
        Plan plan = ModelPruner.plan(selecting, table, new Request(0, 0, 2), NOW);
        assertThat(plan.history()).containsOnlyKeys("deployment/p/m", "deployment/p/n");
        assertThat(plan.history().get("deployment/p/m").deployments())
                .extracting(Deployment::generation)
                .containsExactly(2, 3);
        assertThat(plan.before().get("deployment/p/n")).isEqualTo(plan.history().get("deployment/p/n"));
        // The deployment of the other kind counts, though nobody shortens it.
        assertThat(labels(plan)).containsExactly("n@1");
    }

    @Test
    void shouldRemoveNothingWhileTheDeploymentsOfAPipelineAreGarbage() {
        table.put(ControlRecords.deploymentKey("q"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> plan(0, 0, ALL))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageContaining("the record deployment/q is garbage");
    }

    @Test
    void shouldLeaveGarbageManifestsOut() {
        table.put(ControlRecords.manifestKey("m", "9"), new byte[] {1, 2, 3});
        assertThat(plan(4, 0, ALL)).containsExactly("m@1");
    }

    private List<String> plan(int keep, long olderThanMs, int history) {
        return labels(ModelPruner.plan(config, table, new Request(keep, olderThanMs, history), NOW));
    }

    private static List<String> labels(Plan plan) {
        return plan.models().stream().map(model -> model.id().label()).toList();
    }

    private void deploy(String pipeline, int... versions) {
        DeploymentHistory history = DeploymentHistory.EMPTY;
        for (int version : versions) {
            history = history.with(new Deployment(
                    history.newestGeneration() + 1, model("m", version).id(), version, 0));
        }
        table.put(ControlRecords.deploymentKey(pipeline), ControlRecords.encode(pipeline, history));
    }

    private static ModelFile model(String name, int version) {
        return TestModels.predictor(name, Integer.toString(version), CellKind.LSTM, 2, version);
    }
}
