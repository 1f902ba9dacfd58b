package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.models.ModelImport;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.network.ForecastMemory;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.Material;
import dev.eddy.testing.ModelReplay;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.JsonPredictions;
import dev.eddy.wire.Prediction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The running root mean square of the residuals against its weights written out. */
class DeviationTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldBeTheWeightedRootMeanSquareOfTheResidualsBefore(int horizon) {
        LiveModel model = model(horizon);
        ModelReplay stream = new ModelReplay(model);
        SplittableRandom random = new SplittableRandom(4);
        List<List<Double>> residuals = List.of(new ArrayList<>(), new ArrayList<>());
        for (int t = 0; t < 350; t++) {
            String second = t % 4 == 1 ? "" : ",\"b\":" + random.nextDouble();
            Prediction prediction = stream.event("k", t, "{\"a\":" + (10 + random.nextDouble() * t) + second + "}");
            assertThat(prediction.residual() == null).isEqualTo(t < horizon);
            assertThat(prediction.deviation() == null)
                    .isEqualTo(residuals.get(0).size() < 2 && residuals.get(1).size() < 2);
            for (int i = 0; i < 2; i++) {
                double deviation =
                        prediction.deviation() == null ? Double.NaN : prediction.deviation()[i];
                assertThat(deviation).isCloseTo(rootMeanSquare(residuals.get(i)), within(1e-10));
                if (prediction.residual() != null && !Double.isNaN(prediction.residual()[i])) {
                    residuals.get(i).add(prediction.residual()[i]);
                }
            }
        }
        assertThat(residuals.get(0)).hasSize(350 - horizon);
        assertThat(residuals.get(1).size()).isBetween(255, 265);
    }

    /** NaN below two; the weight of the i-th of n squares is 1/min(i, 100) times what all later ones leave of it. */
    private static double rootMeanSquare(List<Double> residuals) {
        double sum = 0;
        double left = 1;
        for (int i = residuals.size(); i >= 1; i--) {
            double weight = 1.0 / Math.min(i, ForecastMemory.RESIDUALS);
            sum += left * weight * residuals.get(i - 1) * residuals.get(i - 1);
            left *= 1 - weight;
        }
        return residuals.size() < 2 ? Double.NaN : Math.sqrt(sum);
    }

    @Test
    void shouldLeaveOutWhatIsNotFinite() {
        LiveModel model = model(1);
        ModelReplay stream = new ModelReplay(model);
        ModelReplay without = new ModelReplay(model);
        for (int t = 0; t < 10; t++) {
            String a = "{\"a\":" + t;
            Prediction prediction = stream.event("k", t, a + (t == 5 ? ",\"b\":1e300}" : ",\"b\":2}"));
            Prediction expected = without.event("k", t, a + (t == 5 ? "}" : ",\"b\":2}"));
            assertThat(prediction.deviation()).isEqualTo(expected.deviation());
        }
    }

    @Test
    void shouldBeInPredictionsOfBothFormats() throws IOException {
        ModelReplay stream = new ModelReplay(model(1));
        Prediction prediction = null;
        for (int t = 0; t < 4; t++) {
            prediction = stream.event("k", t, "{\"a\":" + t + "}");
        }
        assertThat(prediction.deviation()).hasSize(2).doesNotContain(0.0);
        byte[] key = prediction.key();
        Prediction decoded = AvroPredictions.decode(key, new AvroPredictions().encode(prediction));
        assertThat(decoded.deviation()).containsExactly(prediction.deviation());
        assertThat(decoded.residual()).containsExactly(prediction.residual());
        JsonNode json = new ObjectMapper().readTree(new JsonPredictions().encode(prediction));
        assertThat(json.get("deviation").get(0).doubleValue())
                .isEqualTo(prediction.deviation()[0]);
        assertThat(json.get("deviation").get(1).isNull()).isTrue();
        assertThat(new String(new JsonPredictions().encode(prediction), StandardCharsets.UTF_8))
                .contains("],\"deviation\":[");
    }

    /** On real series the squares of residual and deviation are the same on average, and of the last ones nearly so. */
    @Test
    void shouldBeCloseToTheRootMeanSquareOfTheNabSeries() throws IOException {
        LiveModel model = TestModels.live(new ModelImport(
                        Material.path("models/nab-lstm/weights.safetensors"),
                        "{\"features\":[{\"kind\":\"number\",\"field\":\"normalised\"}],"
                                + "\"task\":{\"kind\":\"predict\",\"fields\":[\"normalised\"]}}",
                        "nab-lstm",
                        "1",
                        Map.of())
                .run());
        JsonNode scaling = new ObjectMapper()
                .readTree(Material.path("models/nab-lstm/normalisation.json").toFile())
                .get("series");
        int series = 0;
        int within = 0;
        int calibrated = 0;
        for (Map.Entry<String, JsonNode> one : scaling.properties()) {
            ModelReplay stream = new ModelReplay(model);
            List<Double> residuals = new ArrayList<>();
            double squares = 0;
            double variances = 0;
            Prediction last = null;
            List<String> rows = Files.readAllLines(Material.path("nab/data/" + one.getKey()));
            for (String row : rows.subList(1, rows.size())) {
                double value = Double.parseDouble(row.split(",", -1)[1]);
                float normalised = (float) ((value - one.getValue().get("mean").doubleValue())
                        / one.getValue().get("std").doubleValue());
                last = stream.event("k", residuals.size(), "{\"normalised\":" + normalised + "}");
                if (last.deviation() != null) {
                    squares += last.residual()[0] * last.residual()[0];
                    variances += last.deviation()[0] * last.deviation()[0];
                }
                if (last.residual() != null) {
                    residuals.add(last.residual()[0]);
                }
            }
            List<Double> before = residuals.subList(0, residuals.size() - 1);
            assertThat(last.deviation()[0]).isCloseTo(rootMeanSquare(before), within(1e-9));
            List<Double> newest = before.subList(before.size() - 200, before.size());
            double plain =
                    Math.sqrt(newest.stream().mapToDouble(r -> r * r).average().orElseThrow());
            within += last.deviation()[0] > plain / 1.5 && last.deviation()[0] < plain * 1.5 ? 1 : 0;
            calibrated += Math.abs(Math.sqrt(variances / squares) - 1) < 0.05 ? 1 : 0;
            series++;
        }
        System.out.printf(
                "NAB: %d of %d series have a deviation within 5 %% of the root mean square of all residuals, %d end within a"
                        + " factor of 1.5 of the last 200%n",
                calibrated, series, within);
        assertThat(series).isEqualTo(39);
        assertThat(calibrated).isGreaterThan(series * 3 / 4);
        assertThat(within).isGreaterThan(series * 3 / 4);
    }

    private static LiveModel model(int horizon) {
        List<Feature> features = List.of(
                new Feature.Numeric("a", 10.0, 4.0, null), new Feature.Numeric("b", 0.0, 1.0, Feature.Missing.ZERO));
        // The second target of an event without it is left out.
        if (horizon == 1) {
            features = List.of(features.get(0));
        }
        Task task = new Task.Predict(List.of("a", "b"), horizon);
        return TestModels.live(TestModels.model("m", "1", features, CellKind.LSTM, 6, 2, task, List.of(), 9));
    }
}
