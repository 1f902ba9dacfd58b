package dev.eddy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private final Telemetry telemetry = new Telemetry();

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void shouldCountEventsPredictionsAndRejectionsByReason() {
        telemetry.countEvents(2);
        telemetry.countPrediction();
        telemetry.countRejected(Reason.MISSING_FIELD);
        telemetry.countLoad(Telemetry.Load.REJECTED);
        telemetry.countEnd(Ending.IDLE);
        telemetry.countReordered();
        telemetry.countLate();
        telemetry.countDuplicate();
        telemetry.countEnd(Ending.TTL);

        assertThat(telemetry.scrape().lines())
                .contains(
                        "eddy_events_total 2.0",
                        "eddy_predictions_total 1.0",
                        "eddy_reordered_total 1.0",
                        "eddy_late_total 1.0",
                        "eddy_duplicates_total 1.0",
                        "eddy_sequences_ended_total{cause=\"ttl\"} 1.0",
                        "eddy_rejected_total{reason=\"MISSING_FIELD\"} 1.0",
                        "eddy_rejected_total{reason=\"NULL_KEY\"} 0.0",
                        "eddy_sequences_ended_total{cause=\"idle\"} 1.0",
                        "eddy_sequences_ended_total{cause=\"model\"} 0.0",
                        "eddy_model_loads_total{result=\"rejected\"} 1.0");
    }

    @Test
    void shouldKeepStepAndLagAsHistograms() {
        telemetry.recordStep(1, 600);
        telemetry.recordLag(20);
        telemetry.recordLag(-5);

        assertThat(telemetry.scrape().lines())
                .contains(
                        "eddy_step_seconds_bucket{le=\"1.0E-6\"} 1",
                        "eddy_step_seconds_count 1",
                        "eddy_lag_milliseconds_bucket{le=\"20.0\"} 2",
                        "eddy_lag_milliseconds_sum 20.0");
    }

    @Test
    void shouldShowOnlyModelsThatScoreNow() {
        ModelId model = new ModelId("pump", "2", Fingerprint.of(new byte[] {1}));

        telemetry.activate(model);
        telemetry.activate(model);
        assertThat(telemetry.scrape())
                .contains("eddy_model_active{fingerprint=\"" + model.fingerprint()
                        + "\",name=\"pump\",version=\"2\"} 1.0");

        telemetry.deactivate(model);
        assertThat(telemetry.scrape()).doesNotContain("eddy_model_active");
    }

    @Test
    void shouldShowWhatLoadedModelsTake() {
        ModelId first = new ModelId("pump", "1", Fingerprint.of(new byte[] {1}));
        ModelId second = new ModelId("pump", "2", Fingerprint.of(new byte[] {2}));
        telemetry.showLoaded(Map.of(first, 100L, second, 200L));
        assertThat(telemetry.scrape())
                .contains("eddy_models_loaded 2.0")
                .contains("eddy_model_memory_bytes{fingerprint=\"" + first.fingerprint()
                        + "\",name=\"pump\",version=\"1\"} 100.0");

        telemetry.showLoaded(Map.of(second, 200L));
        assertThat(telemetry.scrape()).contains("eddy_models_loaded 1.0").doesNotContain("version=\"1\"");
    }

    @Test
    void shouldShowTheJvm() {
        assertThat(telemetry.scrape())
                .contains("jvm_memory_used_bytes", "jvm_threads_live_threads", "process_cpu_usage");
    }
}
