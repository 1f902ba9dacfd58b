package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.ModelVersion.Verdict;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.StatePrecision;
import dev.eddy.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When models are in memory, and when not. */
class CatalogueLifetimeTest {
    private static final long UNLOAD_MS = 600_000;

    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 32, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.LSTM, 32, 2);
    private final ModelFile third = TestModels.predictor("m", "3", CellKind.LSTM, 32, 3);
    private final long size = TestModels.live(first).memoryBytes();
    /** Two of the models fit in, three do not. */
    private final CatalogueBench bench = new CatalogueBench(
            new CatalogueRules(1 << 20, 6, size * 5 / 2, UNLOAD_MS, TrustedKeys.NONE, StatePrecision.FLOAT32));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldUnloadAModelThatNoDeploymentNamesAndSayThatItIsReadyStill() {
        bench.publish(first);
        bench.pass(UNLOAD_MS - 1);
        assertThat(bench.version(first).isLoaded()).isTrue();
        bench.pass(1);
        assertThat(bench.version(first).isLoaded()).isFalse();
        assertThat(bench.version(first).memoryBytes()).isZero();
        assertThat(bench.version(first).verdict()).isEqualTo(Verdict.READY);
    }

    @Test
    void shouldLoadAllThatOnePrepareRecordNames() {
        bench.publish(first);
        bench.publish(second);
        bench.pass(UNLOAD_MS);
        bench.accept(
                ControlRecords.prepareKey("p"),
                ControlRecords.encodePrepare(List.of(first.id(), second.id()), bench.now.incrementAndGet()));
        bench.pass(Catalogue.PREPARED_MS - 1);
        assertThat(bench.version(first).isLoaded()).isTrue();
        assertThat(bench.version(second).isLoaded()).isTrue();
    }

    @Test
    void shouldNeverUnloadADeployedModel() {
        bench.publish(first);
        bench.deploy(first.id(), 0);
        bench.pass(100 * UNLOAD_MS);
        assertThat(bench.version(first).isLoaded()).isTrue();
    }

    @Test
    void shouldKeepWhatTheDeploymentsOfAnyModelNameNeed() {
        ModelFile other = TestModels.predictor("n", "1", CellKind.LSTM, 8, 1);
        bench.catalogue.byName();
        bench.publish(first);
        bench.publish(second);
        bench.publish(other);
        Challenger challenger = new Challenger(second.id(), 1, false, 0, null);
        Deployment deployment = new Deployment(1, other.id(), 0, 0, Transition.RESET, 0, challenger, "");
        bench.history("n", DeploymentHistory.EMPTY.with(deployment));
        bench.history("m", DeploymentHistory.EMPTY.with(new Deployment(2, first.id(), 0, 0)));
        bench.pass(100 * UNLOAD_MS);
        for (ModelFile model : List.of(first, second, other)) {
            assertThat(bench.version(model).isLoaded()).isTrue();
        }
        assertThat(bench.catalogue.named().of("n").newest().challenger().id()).isEqualTo(second.id());
        assertThat(bench.catalogue.newest()).hasSize(2);

        bench.history("n", DeploymentHistory.EMPTY.with(deployment).with(new Deployment(3, other.id(), 9, 0)));
        bench.history("n", bench.catalogue.history("n").newest(1));
        bench.pass(UNLOAD_MS);
        assertThat(bench.version(second).isLoaded()).isFalse();
        assertThat(bench.version(first).isLoaded()).isTrue();
        assertThat(bench.catalogue.newestGeneration()).isEqualTo(3);

        bench.remove(second);
        bench.remove(first);
        assertThat(bench.catalogue.versions()).extracting(ModelVersion::id).containsExactly(first.id(), other.id());
    }

    @Test
    void shouldNotChangeTheKindOfDeploymentsLater() {
        bench.publish(first);
        bench.deploy(first.id(), 0);
        assertThatThrownBy(() -> bench.catalogue.byName()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldLoadAgainWhatSomebodyIsAboutToDeployAndKeepIt() {
        bench.publish(first);
        bench.pass(UNLOAD_MS);
        bench.prepare(first.id());
        assertThat(bench.version(first).isLoaded()).isTrue();
        assertThat(bench.catalogue.preparedAt()).isEqualTo(bench.now.get());
        bench.pass(Catalogue.PREPARED_MS - 1);
        assertThat(bench.version(first).isLoaded()).isTrue();
        bench.pass(1);
        assertThat(bench.version(first).isLoaded()).isFalse();
    }

    @Test
    void shouldLoadADeployedModelThatWasUnloadedAndScoreWithTheOlderOneMeanwhile() {
        bench.publish(first);
        bench.deploy(first.id(), 0);
        bench.publish(second);
        bench.pass(UNLOAD_MS);
        List<String> scoring = new ArrayList<>();
        bench.catalogue.addListener(new CatalogueListener() {
            @Override
            public void onDeployment(Deployment deployment) {
                scoring.add(bench.catalogue.live().newest().model().id().version());
            }
        });
        bench.deploy(second.id(), 0);
        assertThat(scoring).hasSize(1);
        assertThat(bench.version(second).isLoaded()).isTrue();
        assertThat(bench.catalogue.live().newest().model().id()).isEqualTo(second.id());
        bench.pass(UNLOAD_MS);
        assertThat(bench.version(second).isLoaded()).isTrue();
    }

    @Test
    void shouldUnloadAModelAWhileAfterItsDeploymentWasDropped() {
        bench.publish(first);
        bench.publish(second);
        bench.deploy(first.id(), 0);
        bench.deploy(second.id(), 10);
        bench.deploy(second.id(), 20);
        bench.pass(UNLOAD_MS);
        DeploymentHistory long3 = bench.catalogue.history();
        bench.history(long3.newest(2));
        assertThat(bench.catalogue.history().deployments()).hasSize(2);
        assertThat(bench.catalogue.live().at(5, 0)).isNull();
        bench.pass(UNLOAD_MS - 1);
        assertThat(bench.version(first).isLoaded()).isTrue();
        bench.pass(1);
        assertThat(bench.version(first).isLoaded()).isFalse();

        bench.history(long3); // An older record, come late.
        assertThat(bench.catalogue.history().deployments()).hasSize(2);
        assertThat(bench.catalogue.history().newestGeneration()).isEqualTo(3);
    }

    @Test
    void shouldRejectAModelThatExceedsMemoryAndSayWhatIsUsedByWhich() {
        publishAndDeployTwo();
        bench.publish(third);
        assertThat(bench.version(third).verdict()).isEqualTo(Verdict.REJECTED);
        assertThat(bench.version(third).reason())
                .contains(
                        "takes at least",
                        "eddy.model.memory.bytes allows " + size * 5 / 2,
                        "of which " + 2 * size + " are used: m@1 takes " + size + ", m@2 takes " + size,
                        "eddy models prune");
    }

    @Test
    void shouldRejectByTheManifestWhatCannotFitAndReadNoChunkOfIt() {
        ModelFile large = TestModels.predictor("large", "1", CellKind.LSTM, 128, 1);
        bench.publish(large);
        assertThat(bench.version(large).reason()).contains("nothing is used");
        assertThat(bench.chunksRead).hasValue(0);
    }

    @Test
    void shouldLetIdleModelsMakeRoomForOneThatIsToScore() {
        bench.publish(first);
        bench.now.incrementAndGet();
        bench.publish(second);
        bench.publish(third);
        assertThat(bench.version(third).verdict()).isEqualTo(Verdict.REJECTED);
        bench.prepare(third.id());
        assertThat(bench.version(third).isLoaded()).isTrue();
        assertThat(bench.version(first).isLoaded()).isFalse();
        assertThat(bench.version(second).isLoaded()).isTrue();
    }

    @Test
    void shouldLoadADeployedModelOnceOlderDeploymentsLeaveRoom() {
        publishAndDeployTwo();
        bench.publish(third);
        bench.deploy(third.id(), 20);
        assertThat(bench.catalogue.live().newest().model().id()).isEqualTo(second.id());
        bench.history(bench.catalogue.history().newest(2));
        assertThat(bench.catalogue.live().newest().model().id()).isEqualTo(third.id());
        assertThat(bench.version(first).isLoaded()).isFalse();
    }

    @Test
    void shouldRejectMoreTensorsThanAllowed() {
        ModelFile many = TestModels.predictor("many", "1", CellKind.LSTM, 2, 1);
        try (CatalogueBench narrow = new CatalogueBench(
                new CatalogueRules(1 << 20, 5, Long.MAX_VALUE, UNLOAD_MS, TrustedKeys.NONE, StatePrecision.FLOAT32))) {
            narrow.publish(many);
            assertThat(narrow.version(many).reason()).contains("more than the 5 tensors", "eddy.model.max.tensors");
        }
    }

    @Test
    void shouldForgetAModelThatWasRemoved() {
        bench.publish(first);
        bench.remove(first);
        assertThat(bench.catalogue.versions()).isEmpty();
        bench.catalogue.accept(
                ControlRecords.manifestKey("m", "1"),
                ControlRecords.publish(first, 1).get("manifest/m/1"),
                bench.topic::get);
        assertThat(bench.catalogue.versions()).isEmpty(); // The record came late; the topic has it no more.
        bench.publish(first);
        assertThat(bench.version(first).isLoaded()).isTrue();
    }

    @Test
    void shouldKeepADeployedModelThatWasRemovedUntilItsDeploymentGoes() {
        publishAndDeployTwo();
        bench.remove(first);
        assertThat(bench.catalogue.live().at(0, 0).model().id()).isEqualTo(first.id());
        bench.deploy(second.id(), 20);
        bench.history(bench.catalogue.history().newest(2));
        assertThat(bench.catalogue.versions()).extracting(ModelVersion::id).containsExactly(second.id());
    }

    @Test
    void shouldIgnoreAPrepareRecordOfAnotherPipelineOrOtherContent() {
        bench.publish(first);
        bench.pass(UNLOAD_MS);
        bench.accept(ControlRecords.prepareKey("q"), ControlRecords.encodePrepare(first.id(), 5));
        assertThat(bench.catalogue.preparedAt()).isZero();
        bench.prepare(new dev.eddy.model.ModelId("m", "1", second.fingerprint()));
        assertThat(bench.version(first).isLoaded()).isFalse();
    }

    @Test
    void shouldTellOfEveryChange() {
        List<String> told = new CopyOnWriteArrayList<>();
        bench.catalogue.addListener(new CatalogueListener() {
            @Override
            public void onVersion(ModelVersion version) {
                told.add(version.verdict().name());
            }

            @Override
            public void onChange() {
                told.add("change");
            }
        });
        bench.publish(first);
        bench.pass(UNLOAD_MS);
        bench.prepare(first.id());
        bench.remove(first);
        // The loader tells of what it has done a moment after it is done.
        Awaitility.await().until(() -> told.size() == 5);
        assertThat(told).containsExactlyInAnyOrder("READY", "change", "change", "READY", "change");
    }

    private void publishAndDeployTwo() {
        bench.publish(first);
        bench.deploy(first.id(), 0);
        bench.publish(second);
        bench.deploy(second.id(), 10);
    }
}
