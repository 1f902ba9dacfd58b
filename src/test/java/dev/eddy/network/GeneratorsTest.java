package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import dev.eddy.network.Forecaster.Forecast;
import dev.eddy.network.TokenGenerator.Options;
import dev.eddy.network.TokenGenerator.Token;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratorsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final String VOCABULARY =
            "\"vocabulary\":[\"a\",\"b\",\"<EOS>\",\"d\",\"<unk>\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\"]";

    @Test
    void shouldGoOnWithThePyTorchGreedyTokens() throws IOException {
        LiveModel model = language("");
        for (JsonNode golden :
                new ObjectMapper().readTree(GOLDEN.resolve("language.json").toFile())) {
            Rollout sequence = new Rollout(model);
            golden.get("ids").forEach(id -> sequence.step(Fields.of(Map.of("token", id.intValue())), 0));
            List<Integer> expected = new java.util.ArrayList<>();
            golden.get("greedy").forEach(id -> expected.add(id.intValue()));
            assertThat(ids(model, new Options(0, 0, 1, expected.size(), -1), sequence))
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldGiveTheSameTokensForTheSameSeedAndOthersForAnother() throws IOException {
        LiveModel model = language("");
        List<Integer> first = ids(model, new Options(1, 0, 7, 40, -1), new Rollout(model));
        assertThat(ids(model, new Options(1, 0, 7, 40, -1), new Rollout(model))).isEqualTo(first);
        assertThat(ids(model, new Options(1, 0, 8, 40, -1), new Rollout(model))).isNotEqualTo(first);
    }

    @Test
    void shouldSampleAsTheModelSays() throws IOException {
        LiveModel model = language("");
        int[] counts = new int[11];
        double[] probabilities = new double[11];
        int draws = 20_000;
        for (int seed = 0; seed < draws; seed++) {
            Token token = new TokenGenerator(model, new Options(1, 0, seed, 1, -1))
                    .generate(new Rollout(model))
                    .get(0);
            counts[token.id()]++;
            probabilities[token.id()] = token.probability();
        }
        for (int id = 0; id < counts.length; id++) {
            assertThat(counts[id] / (double) draws).isCloseTo(probabilities[id], within(0.015));
        }
    }

    @Test
    void shouldBeGreedyWhenItSamplesAmongOne() throws IOException {
        LiveModel model = language("");
        assertThat(ids(model, new Options(2, 1, 3, 20, -1), new Rollout(model)))
                .isEqualTo(ids(model, new Options(0, 0, 1, 20, -1), new Rollout(model)));
    }

    @Test
    void shouldNeverGiveTheUnknownWordAndStopAtTheEnd() throws IOException {
        LiveModel model = language("\"features\":[{\"kind\":\"token\",\"field\":\"token\"," + VOCABULARY + "}],");
        int stopped = 0;
        for (int seed = 0; seed < 200; seed++) {
            List<Integer> ids = ids(model, new Options(3, 0, seed, 30, 2), new Rollout(model));
            assertThat(ids).doesNotContain(4);
            assertThat(ids.indexOf(2)).isIn(-1, ids.size() - 1);
            stopped += ids.contains(2) ? 1 : 0;
        }
        assertThat(stopped).isBetween(1, 200);
    }

    @Test
    void shouldForecastByReadingItsOwnPredictionsOnACopy() {
        LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 6, 1));
        Rollout live = new Rollout(model);
        for (int t = 0; t < 5; t++) {
            live.step(Fields.of(Map.of("value", 9.0 + t)), 100 + t);
        }
        float[] state = new float[model.network().stateSize()];
        double[] task = {11, 4, 2};
        state[0] = 0.25f;
        float[] stateBefore = state.clone();
        double[] taskBefore = task.clone();
        List<Forecast> ofCopy =
                new Forecaster(model).forecast(new Rollout(model, state, new float[0], task, 2, 7), 1, 10);
        assertThat(state).containsExactly(stateBefore);
        assertThat(task).containsExactly(taskBefore);
        assertThat(ofCopy.get(0).values()).containsExactly(11);
        assertThat(ofCopy.get(9).time()).isEqualTo(17);
        assertThat(ofCopy.get(8).deviation()).containsExactly(2 * 3);

        List<Forecast> forecast = new Forecaster(model).forecast(live, 10, 4);
        Rollout byHand = new Rollout(model);
        double[] expected = null;
        for (int t = 0; t < 5; t++) {
            expected = byHand.step(Fields.of(Map.of("value", 9.0 + t)), t);
        }
        for (int ahead = 1; ahead <= 4; ahead++) {
            assertThat(forecast.get(ahead - 1).values()).containsExactly(expected);
            assertThat(forecast.get(ahead - 1).time()).isEqualTo(104 + ahead * 10);
            expected = byHand.step(Fields.of(Map.of("value", expected[0])), 0);
        }
    }

    @Test
    void shouldForecastWithAHorizonFromThePredictionsThatWait() {
        LiveModel model = TestModels.live(horizon(3));
        Rollout sequence = new Rollout(model);
        Deque<Double> waiting = new ArrayDeque<>();
        List<Double> residuals = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            double value = 9.0 + t * t;
            if (waiting.size() == 3) {
                residuals.add(value - waiting.removeFirst());
            }
            waiting.addLast(sequence.step(Fields.of(Map.of("value", value)), t)[0]);
        }
        double mean = residuals.stream().mapToDouble(r -> r * r).average().orElseThrow();
        Rollout byHand = new Rollout(model);
        for (int t = 0; t < 8; t++) {
            byHand.step(Fields.of(Map.of("value", 9.0 + t * t)), t);
        }
        List<Forecast> forecast = new Forecaster(model).forecast(sequence, 1, 7);
        for (int ahead = 1; ahead <= 7; ahead++) {
            double expected = waiting.removeFirst();
            assertThat(forecast.get(ahead - 1).values()).containsExactly(expected);
            assertThat(forecast.get(ahead - 1).deviation()[0])
                    .isCloseTo(Math.sqrt(mean * Math.ceil(ahead / 3.0)), within(1e-9));
            waiting.addLast(byHand.step(Fields.of(Map.of("value", expected)), 7 + ahead)[0]);
        }
    }

    @Test
    void shouldNotForecastBeforeThereIsAPredictionForTheNextEvent() {
        LiveModel model = TestModels.live(horizon(3));
        Rollout sequence = new Rollout(model);
        sequence.step(Fields.of(Map.of("value", 9.0)), 0);
        sequence.step(Fields.of(Map.of("value", 9.0)), 1);
        assertThatThrownBy(() -> new Forecaster(model).forecast(sequence, 1, 2))
                .hasMessage("the sequence has 2 events; a forecast needs 3 to go on from");
        sequence.step(Fields.of(Map.of("value", 9.0)), 2);
        assertThat(new Forecaster(model).forecast(sequence, 1, 1).get(0).deviation())
                .containsExactly(Double.NaN);
    }

    private static ModelFile horizon(int horizon) {
        List<Feature> features = List.of(new Feature.Numeric("value", 10.0, 4.0, null));
        Task task = new Task.Predict(List.of("value"), horizon);
        return TestModels.model("m", "1", features, CellKind.GRU, 6, 1, task, List.of(), 5);
    }

    @Test
    void shouldRefuseModelsThatCannotGoOn() throws IOException {
        LiveModel numbers = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 6, 1));
        assertThatThrownBy(() -> new TokenGenerator(numbers, new Options(0, 0, 1, 1, -1)))
                .isInstanceOf(InvalidModelException.class);
        LiveModel tokens = language("");
        assertThatThrownBy(() -> new Forecaster(tokens))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("'predict'");
    }

    @Test
    void shouldRefuseModelsWhoseAnswersWaitForLaterEvents() {
        LiveModel waiting = TestModels.live(WaitingModels.forward(CellKind.GRU, 3, null, ModelSpec.Emit.EVERY, 1));
        assertThatThrownBy(() -> Rollout.requireCanGoOn(waiting))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("depends on later events too, so it cannot go on");
    }

    @Test
    void shouldRefuseAForecastThatGrowsBeyondAllNumbers() {
        LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 6, 1));
        float[] state = new float[model.network().stateSize()];
        Rollout sequence = new Rollout(model, state, new float[0], new double[] {Double.POSITIVE_INFINITY, 4, 2}, 2, 7);
        assertThatThrownBy(() -> new Forecaster(model).forecast(sequence, 1, 1))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("not finite");
    }

    private static List<Integer> ids(LiveModel model, Options options, Rollout sequence) {
        return new TokenGenerator(model, options)
                .generate(sequence).stream().map(Token::id).toList();
    }

    private static LiveModel language(String more) throws IOException {
        return TestModels.live(new ModelImport(
                        GOLDEN.resolve("language.safetensors"),
                        "{" + more + "\"task\":{\"kind\":\"language\"}}",
                        "language",
                        "1",
                        Map.of())
                .run());
    }
}
