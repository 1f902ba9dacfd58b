package dev.eddy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Probe;
import dev.eddy.network.LiveModel;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoModelsTest {
    private static final long UNSEEN_SEED = 20_260_101;
    private static final long START = 1_767_571_200_000L;
    private static final List<FleetEvent> EVENTS = events(40, 250);

    static List<ModelFile> models() {
        return DemoModels.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldReproduceItsPyTorchProbes(ModelFile file) {
        assertThat(file.spec().probes()).hasSize(2).extracting(Probe::tolerance).containsOnly(0.0);

        LiveModel model = LiveModel.compile(file.id(), file.spec(), file);

        assertThat(model.network().inputSize()).isEqualTo(FleetEvent.SENSORS.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tagger-1", "tagger-2", "forecast-1"})
    void shouldShipInCanonicalForm(String name) throws Exception {
        try (InputStream in = DemoModels.class.getResourceAsStream(name + ".safetensors")) {
            byte[] bytes = in.readAllBytes();

            assertThat(ModelFile.read(bytes).bytes()).isEqualTo(bytes);
            assertThat(bytes.length).isLessThan(64 << 10);
        }
    }

    @Test
    void shouldBeNamedAsTheDemoSaysThem() {
        assertThat(DemoModels.all())
                .extracting(file -> file.id().label())
                .containsExactly("pump-condition@1", "pump-condition@2", "pump-forecast@1");
        assertThat(DemoModels.firstTagger().spec().head().labels()).isEqualTo(Condition.labels());
        assertThat(DemoModels.betterTagger().spec().head().labels()).isEqualTo(Condition.labels());
    }

    @Test
    void shouldTagUnseenPumpsBetterWithEachVersion() {
        double majority = share(
                EVENTS.stream().map(event -> event.truth() == Condition.NORMAL).toList());
        double first = accuracy(Trial.of(DemoModels.firstTagger()));
        double better = accuracy(Trial.of(DemoModels.betterTagger()));

        System.out.printf("accuracy: always normal %.3f, version 1 %.3f, version 2 %.3f%n", majority, first, better);
        assertThat(first).isGreaterThan(majority + 0.15);
        assertThat(better).isGreaterThan(first + 0.08).isGreaterThan(0.9);
    }

    @Test
    void shouldOweItsAccuracyToMemory() {
        double without = accuracy(Trial.withoutMemory(DemoModels.betterTagger()));

        System.out.printf("accuracy: version 2 without its state %.3f%n", without);
        assertThat(without).isLessThan(0.7);
    }

    @ParameterizedTest
    @ValueSource(longs = {1_001, 1_002, 1_003})
    void shouldShowASwapWithColdStatesAsBetterLiveAccuracy(long seed) {
        Fleet fleet = new Fleet(24, seed);
        LiveAccuracy accuracy = new LiveAccuracy(400);
        for (ModelFile file : List.of(DemoModels.firstTagger(), DemoModels.betterTagger())) {
            Trial trial = Trial.of(file);
            for (int i = 0; i < 24 * 60; i++) {
                FleetEvent event = fleet.next(START + i * 1_000L);
                accuracy.add(new TagLine(
                        event.timestamp(),
                        event.machine(),
                        1,
                        trial.label(event),
                        1,
                        event.truth().label(),
                        file.id().label()));
            }
        }

        System.out.println("live accuracy, seed " + seed + ": " + accuracy.all());
        assertThat(accuracy.of("pump-condition@2").orElseThrow())
                .isGreaterThan(accuracy.of("pump-condition@1").orElseThrow());
    }

    @Test
    void shouldForecastUnseenPumpsBetterThanTheirLastValues() {
        Trial forecaster = Trial.of(DemoModels.forecaster());
        Map<String, double[]> predicted = new HashMap<>();
        Map<String, double[]> last = new HashMap<>();
        double[] error = new double[2];
        double[] errorOfLast = new double[2];
        for (FleetEvent event : EVENTS) {
            double[] actual = {event.temperature(), event.vibration()};
            addSquares(error, predicted.put(event.machine(), forecaster.values(event)), actual);
            addSquares(errorOfLast, last.put(event.machine(), actual), actual);
        }

        for (int i = 0; i < 2; i++) {
            String field = List.of("temperature", "vibration").get(i);
            System.out.printf("%s: squared error is %.3f of the last value's%n", field, error[i] / errorOfLast[i]);
            assertThat(error[i]).as(field).isLessThan(0.9 * errorOfLast[i]);
        }
    }

    private static void addSquares(double[] sums, double[] predicted, double[] actual) {
        for (int i = 0; predicted != null && i < sums.length; i++) {
            sums[i] += (predicted[i] - actual[i]) * (predicted[i] - actual[i]);
        }
    }

    private static double accuracy(Trial trial) {
        return share(EVENTS.stream()
                .map(event -> trial.label(event).equals(event.truth().label()))
                .toList());
    }

    private static double share(List<Boolean> outcomes) {
        return outcomes.stream().mapToInt(right -> right ? 1 : 0).average().orElseThrow();
    }

    private static List<FleetEvent> events(int machines, int rounds) {
        Fleet fleet = new Fleet(machines, UNSEEN_SEED);
        List<FleetEvent> events = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            events.addAll(fleet.tick(START + round * 60_000L));
        }
        return events;
    }
}
