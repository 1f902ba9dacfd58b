package dev.eddy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.telemetry.Measurements.Measure;
import dev.eddy.telemetry.Measurements.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
    private static final ModelId FIRST = new ModelId("m", "1", Fingerprint.of(new byte[] {1}));
    private static final ModelId SECOND = new ModelId("m", "2", Fingerprint.of(new byte[] {2}));

    private final Telemetry telemetry = new Telemetry();
    private final Measurements measurements = telemetry.measurements();

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void shouldKeepMeansOfEachMetricOverItsOwnEvents() {
        measurements.count(1, Role.CHAMPION, FIRST, Score.ofValues(1, 1, Double.NaN));
        measurements.count(1, Role.CHAMPION, FIRST, Score.ofValues(2, 4, 0.5));
        measurements.count(1, Role.CHAMPION, FIRST, Score.ofValues(6, 36, 1.5));
        Measure measure = only(Role.CHAMPION, 1);
        assertThat(measure.events()).isEqualTo(3);
        assertThat(measure.nllEvents()).isEqualTo(2);
        assertThat(measure.mae()).isEqualTo(3);
        assertThat(measure.mse()).isEqualTo(41 / 3.0);
        assertThat(measure.nll()).isEqualTo(1);
        assertThat(measure.error()).isNaN();
    }

    @Test
    void shouldCountTokensAndLabels() {
        measurements.count(1, Role.CHAMPION, FIRST, Score.ofToken(-2));
        measurements.count(1, Role.CHALLENGER, SECOND, Score.ofLabel(true, 0.5));
        measurements.count(1, Role.CHALLENGER, SECOND, Score.ofLabel(false, 0));
        assertThat(only(Role.CHAMPION, 1).events()).isOne();
        assertThat(only(Role.CHAMPION, 1).nll()).isEqualTo(2);
        assertThat(only(Role.CHALLENGER, 1).error()).isEqualTo(0.5);
        assertThat(only(Role.CHALLENGER, 1).nll())
                .isEqualTo((-StrictMath.log(0.5) - StrictMath.log(Float.MIN_NORMAL)) / 2);
    }

    @Test
    void shouldPairOnlyMetricsThatBothHave() {
        measurements.countPair(1, FIRST, Score.ofValues(1, 1, 3), SECOND, Score.ofValues(2, 4, Double.NaN));
        measurements.countPair(1, FIRST, Score.ofValues(3, 9, 5), SECOND, Score.ofValues(4, 16, 7));
        assertThat(only(Role.PAIRED_CHAMPION, 1).mae()).isEqualTo(2);
        assertThat(only(Role.PAIRED_CHALLENGER, 1).mae()).isEqualTo(3);
        assertThat(only(Role.PAIRED_CHAMPION, 1).nllEvents()).isOne();
        assertThat(only(Role.PAIRED_CHAMPION, 1).nll()).isEqualTo(5);
        assertThat(only(Role.PAIRED_CHALLENGER, 1).nll()).isEqualTo(7);
    }

    @Test
    void shouldCountANewDeploymentAnewAndForgetOldOnes() {
        for (int generation = 1; generation <= 6; generation++) {
            measurements.count(generation, Role.CHAMPION, FIRST, Score.ofValues(generation, 1, Double.NaN));
        }
        measurements.count(2, Role.CHAMPION, FIRST, Score.ofValues(100, 1, Double.NaN));
        assertThat(measurements.all()).extracting(Measure::generation).containsExactly(3, 4, 5, 6);
        assertThat(measurements.all()).extracting(Measure::mae).containsExactly(3.0, 4.0, 5.0, 6.0);
    }

    @Test
    void shouldKeepTheNewestDeploymentsOfEveryModelName() {
        measurements.byName();
        ModelId other = new ModelId("other", "1", SECOND.fingerprint());
        measurements.count(1, Role.CHAMPION, other, Score.ofToken(-1));
        for (int generation = 2; generation <= 7; generation++) {
            measurements.count(generation, Role.CHAMPION, FIRST, Score.ofToken(-1));
        }
        assertThat(measurements.all()).extracting(Measure::generation).containsExactly(1, 4, 5, 6, 7);
    }

    @Test
    void shouldShowTheNewestDeploymentInGauges() {
        measurements.count(1, Role.CHAMPION, FIRST, Score.ofValues(5, 25, Double.NaN));
        measurements.count(2, Role.CHAMPION, FIRST, Score.ofValues(2, 4, Double.NaN));
        assertThat(telemetry.scrape().lines())
                .contains(
                        "eddy_model_error{fingerprint=\"" + FIRST.fingerprint()
                                + "\",metric=\"mae\",name=\"m\",role=\"champion\",version=\"1\"} 2.0",
                        "eddy_model_measured_total{fingerprint=\"" + FIRST.fingerprint()
                                + "\",name=\"m\",role=\"champion\",version=\"1\"} 2.0")
                .noneMatch(line -> line.contains("metric=\"nll\""));
    }

    @Test
    void shouldForgetTheCountersOfForgottenModels() {
        measurements.count(1, Role.CHAMPION, FIRST, Score.ofToken(-1));
        for (int generation = 2; generation <= 5; generation++) {
            measurements.count(generation, Role.CHAMPION, SECOND, Score.ofToken(-1));
        }
        assertThat(telemetry.scrape()).contains("version=\"2\"").doesNotContain("version=\"1\"");
    }

    @Test
    void shouldLoseNothingAmongThreads() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 10_000; n++) {
                    measurements.countPair(n % 3, FIRST, Score.ofToken(-1), SECOND, Score.ofToken(-2));
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(measurements.all().stream()
                        .filter(measure -> measure.role() == Role.PAIRED_CHALLENGER)
                        .mapToLong(Measure::events)
                        .sum())
                .isEqualTo(40_000);
        assertThat(measurements.all()).hasSize(6);
    }

    private Measure only(Role role, int generation) {
        List<Measure> found = measurements.all().stream()
                .filter(measure -> measure.role() == role && measure.generation() == generation)
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
