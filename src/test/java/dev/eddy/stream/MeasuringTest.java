package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelId;
import dev.eddy.model.Task;
import dev.eddy.telemetry.Measurements.Measure;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;
import dev.eddy.telemetry.Telemetry;
import dev.eddy.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured of models, against plain arithmetic on the residuals that each of them gives alone. */
class MeasuringTest {
    private static final Offset<Double> NEAR = within(1e-12);
    private static final int EVENTS = 60;

    @TempDir
    Path directory;

    private final Telemetry telemetry = new Telemetry();
    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 6, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 5, 2);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void shouldBeTheMeansOfWhatEachModelGivesAlone() {
        try (TopologyFixture fixture = fixture("both")) {
            deployBoth(fixture, 1, 0);
            send(fixture, 0, EVENTS);
        }
        expect(alone(first), Role.CHAMPION, Role.PAIRED_CHAMPION);
        expect(alone(second), Role.CHALLENGER, Role.PAIRED_CHALLENGER);
        assertThat(measure(Role.WARMING)).isEmpty();
    }

    @Test
    void shouldPairOnlyTheChallengersShare() {
        Challenger challenger = new Challenger(second.id(), 0.4, false, 0, null);
        long covered = 0;
        try (TopologyFixture fixture = fixture("share")) {
            fixture.publish(first);
            fixture.publish(second);
            fixture.deploy(new Deployment(1, first.id(), 0, 0, Transition.RESET, 0, challenger, ""));
            for (int k = 0; k < 50; k++) {
                String key = "k" + k;
                covered += challenger.covers(key.getBytes(StandardCharsets.UTF_8)) ? 1 : 0;
                fixture.event(key, 1, "{\"value\":1}");
                fixture.event(key, 2, "{\"value\":2}");
            }
        }
        assertThat(measure(Role.CHAMPION).orElseThrow().events()).isEqualTo(50);
        assertThat(measure(Role.PAIRED_CHAMPION).orElseThrow().events()).isEqualTo(covered);
        assertThat(measure(Role.CHALLENGER).orElseThrow().events()).isEqualTo(covered);
    }

    @Test
    void shouldMeasureAModelThatWarmsUpButNotPairTheOldOne() {
        ModelFile third = TestModels.predictor("m", "3", CellKind.RNN, 4, 3);
        try (TopologyFixture fixture = fixture("warm")) {
            fixture.publish(first);
            fixture.publish(second);
            fixture.publish(third);
            fixture.deploy(first.id(), 0);
            fixture.deploy(new Deployment(
                    2, second.id(), 10, 0, Transition.warm(5), 0, new Challenger(third.id(), 1, false, 0, null), ""));
            send(fixture, 0, 20);
        }
        // Ten events came before, five warmed the new one up; the first of each model has no prediction yet.
        assertThat(measure(Role.CHAMPION, 1, first).orElseThrow().events()).isEqualTo(9);
        assertThat(measure(Role.CHAMPION, 2, first).orElseThrow().events()).isEqualTo(5);
        assertThat(measure(Role.WARMING, 2, second).orElseThrow().events()).isEqualTo(4);
        assertThat(measure(Role.CHAMPION, 2, second).orElseThrow().events()).isEqualTo(5);
        assertThat(measure(Role.PAIRED_CHAMPION, 2, second).orElseThrow().events())
                .isEqualTo(5);
        assertThat(measure(Role.PAIRED_CHAMPION, 2, first)).isEmpty();
    }

    @Test
    void shouldPairAChallengerOnceItHasSeenAsMuchAsItsWarmUp() {
        try (TopologyFixture fixture = fixture("seen")) {
            fixture.publish(first);
            fixture.publish(second);
            fixture.deploy(first.id(), 0);
            Challenger challenger = new Challenger(second.id(), 1, false, 4, null);
            fixture.deploy(new Deployment(2, first.id(), 10, 0, Transition.RESET, 0, challenger, ""));
            send(fixture, 0, 20);
        }
        assertThat(measure(Role.CHALLENGER, 2, second).orElseThrow().events()).isEqualTo(9);
        assertThat(measure(Role.PAIRED_CHALLENGER, 2, second).orElseThrow().events())
                .isEqualTo(6);
        assertThat(measure(Role.PAIRED_CHAMPION, 2, first).orElseThrow().events())
                .isEqualTo(6);
    }

    @Test
    void shouldNotPairModelsThatPredictAnotherThing() {
        List<Feature> features = List.of(new Feature.Numeric("value", 10.0, 4.0, null));
        ModelFile further = TestModels.model(
                "m", "2", features, CellKind.GRU, 5, 1, new Task.Predict(List.of("value"), 3), List.of(), 2);
        try (TopologyFixture fixture = fixture("other")) {
            fixture.publish(first);
            fixture.publish(further);
            fixture.deploy(new Deployment(
                    1, first.id(), 0, 0, Transition.RESET, 0, new Challenger(further.id(), 1, false, 0, null), ""));
            send(fixture, 0, 10);
        }
        assertThat(measure(Role.CHALLENGER).orElseThrow().events()).isEqualTo(7);
        assertThat(measure(Role.PAIRED_CHALLENGER)).isEmpty();
    }

    @Test
    void shouldMeasureALanguageByItsTokens() throws Exception {
        ModelFile speaker = new ModelImport(
                        Path.of("src/test/resources/golden/language.safetensors"),
                        "{\"task\":{\"kind\":\"language\"}}",
                        "language",
                        "1",
                        Map.of())
                .run();
        double nll = 0;
        try (TopologyFixture fixture = fixture("language")) {
            fixture.publish(speaker);
            fixture.deploy(speaker.id(), 0);
            for (int t = 0; t < 30; t++) {
                fixture.event("k", t, "{\"token\":" + t * t % 11 + "}");
                nll -= fixture.prediction().path("logProbability").asDouble(0);
            }
        }
        Measure measure = measure(Role.CHAMPION).orElseThrow();
        assertThat(measure.events()).isEqualTo(29);
        assertThat(measure.nllEvents()).isEqualTo(29);
        assertThat(measure.nll()).isEqualTo(nll / 29, within(1e-5));
        assertThat(measure.mae()).isNaN();
    }

    @Test
    void shouldLeaveTheLikelihoodOutWhereNoDeviationIsKnown() {
        Score score = ForecastStep.score(new double[] {2, Double.NaN, -4}, null);
        assertThat(score.absolute()).isEqualTo(3);
        assertThat(score.squared()).isEqualTo(10);
        assertThat(score.nll()).isNaN();
        assertThat(score.error()).isNaN();
        assertThat(ForecastStep.score(new double[] {1, 1}, new double[] {1, Double.NaN})
                        .nll())
                .isNaN();
        assertThat(ForecastStep.score(new double[] {1}, new double[] {0}).nll()).isNaN();
        assertThat(ForecastStep.score(new double[] {1, Double.NaN}, new double[] {2, Double.NaN})
                        .nll())
                .isEqualTo(StrictMath.log(2) + StrictMath.log(2 * Math.PI) / 2 + 0.125, NEAR);
        assertThat(ForecastStep.score(new double[] {1e200}, null)).isNull();
    }

    /** Residual and deviation of every event, from predictions of a model that runs alone. */
    private List<double[]> alone(ModelFile model) {
        List<double[]> residuals = new ArrayList<>();
        try (TopologyFixture fixture =
                new TopologyFixture(directory.resolve("alone" + model.id().version()), Map.of())) {
            fixture.publish(model);
            fixture.deploy(model.id(), 0);
            send(fixture, 0, EVENTS);
            for (int t = 0; t < EVENTS; t++) {
                JsonNode prediction = fixture.prediction();
                if (prediction.has("residual")) {
                    residuals.add(new double[] {
                        prediction.get("residual").get(0).asDouble(),
                        prediction.path("deviation").path(0).asDouble(Double.NaN)
                    });
                }
            }
        }
        return residuals;
    }

    private void expect(List<double[]> residuals, Role role, Role paired) {
        double absolute = 0;
        double squared = 0;
        double nll = 0;
        int likely = 0;
        for (double[] each : residuals) {
            absolute += Math.abs(each[0]);
            squared += each[0] * each[0];
            if (!Double.isNaN(each[1])) {
                double variance = each[1] * each[1];
                nll += Math.log(2 * Math.PI * variance) / 2 + each[0] * each[0] / (2 * variance);
                likely++;
            }
        }
        for (Role each : List.of(role, paired)) {
            Measure measure = measure(each).orElseThrow();
            assertThat(measure.events()).isEqualTo(EVENTS - 1).isEqualTo(residuals.size());
            assertThat(measure.nllEvents()).isEqualTo(EVENTS - 3).isEqualTo(likely);
            assertThat(measure.mae()).isEqualTo(absolute / residuals.size(), within(1e-5));
            assertThat(measure.mse()).isEqualTo(squared / residuals.size(), within(1e-4));
            assertThat(measure.nll()).isEqualTo(nll / likely, within(1e-5));
            assertThat(measure.error()).isNaN();
        }
    }

    private Optional<Measure> measure(Role role) {
        return telemetry.measurements().all().stream()
                .filter(measure -> measure.role() == role)
                .findFirst();
    }

    private Optional<Measure> measure(Role role, int generation, ModelFile model) {
        ModelId id = model.id();
        return telemetry.measurements().all().stream()
                .filter(measure -> measure.role() == role
                        && measure.generation() == generation
                        && measure.model().equals(id))
                .findFirst();
    }

    private void deployBoth(TopologyFixture fixture, double share, long from) {
        fixture.publish(first);
        fixture.publish(second);
        fixture.deploy(new Deployment(
                1, first.id(), from, 0, Transition.RESET, 0, new Challenger(second.id(), share, false, 0, null), ""));
    }

    private static void send(TopologyFixture fixture, int from, int to) {
        for (int t = from; t < to; t++) {
            fixture.event("k", t, "{\"value\":" + (t * 37 % 100) / 10.0 + "}");
        }
    }

    private TopologyFixture fixture(String name) {
        return new TopologyFixture(directory.resolve(name), Map.of(), new MeasuredMonitor(telemetry));
    }
}
