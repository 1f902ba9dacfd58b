package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.network.Forecaster;
import dev.eddy.network.Forecaster.Forecast;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.network.TokenGenerator;
import dev.eddy.state.CorruptStateException;
import dev.eddy.testing.ModelReplay;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is rolled on from a live state is what the stream would say, and the stream does not notice. */
class LiveSequenceTest {
    private static final int EVENTS = 40;

    @ParameterizedTest
    @EnumSource(
            value = CellKind.class,
            names = {"LSTM", "GRU", "RNN"})
    void shouldGoOnWithTheBitsOfTheStream(CellKind cell) {
        assertGoesOn(TestModels.live(TestModels.predictor("m", "1", cell, 7, 3)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldGoOnWithWhatTheFeaturesRememberAndWhatWaits(int horizon) {
        List<Feature> features = List.of(
                new Feature.Numeric("value", 10.0, 4.0, Feature.Missing.PREVIOUS),
                new Feature.Numeric("other", 0.0, 1.0, Feature.Missing.PREVIOUS),
                new Feature.Time(List.of(Feature.Time.Cycle.HOUR)));
        Task task = new Task.Predict(List.of("value", "unread"), horizon);
        assertGoesOn(TestModels.live(TestModels.model("m", "1", features, CellKind.LSTM, 5, 2, task, List.of(), 8)));
    }

    private static void assertGoesOn(LiveModel model) {
        ModelReplay stream = new ModelReplay(model);
        SplittableRandom random = new SplittableRandom(1);
        for (int t = 0; t < EVENTS; t++) {
            long time = t * 600_000L;
            byte[] stored = stream.state("a");
            LiveSequence live = stored == null ? null : LiveSequence.of(model, stored);
            byte[] before = stored == null ? null : stored.clone();
            Map<String, Object> event = event(random, t);

            Prediction prediction = stream.event("a", time, json(event));
            assertThat(prediction.step()).isEqualTo(t + 1);
            if (live != null) {
                Rollout copy = live.rollout();
                assertThat(copy.deviation()).isEqualTo(prediction.deviation());
                assertThat(copy.step(Fields.of(event), time)).containsExactly(prediction.values());
                Rollout ofNext = LiveSequence.of(model, stream.state("a")).rollout();
                assertThat(copy.next()).containsExactly(ofNext.next());
                assertThat(copy.deviation()).isEqualTo(ofNext.deviation());
                assertThat(copy.steps()).isEqualTo(ofNext.steps());
                assertThat(copy.lastEventTime()).isEqualTo(time);
                assertThat(live.rollout().steps()).isEqualTo(t);
                assertThat(stored).isEqualTo(before);
            }
        }
    }

    /** Some events lack a field that is remembered, or what was predicted. */
    private static Map<String, Object> event(SplittableRandom random, int t) {
        double value = Math.round(random.nextDouble() * 2000) / 100.0;
        return t % 5 == 3
                ? Map.of("value", value, "unread", 3.5)
                : Map.of("value", value, "other", value / 8, "more", true);
    }

    private static String json(Map<String, Object> event) {
        return new ObjectMapper().valueToTree(event).toString();
    }

    @Test
    void shouldBeginForecastsWithWhatTheStreamPredicted() {
        LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.GRU, 7, 3));
        ModelReplay stream = new ModelReplay(model);
        Prediction last = null;
        Rollout replayed = new Rollout(model);
        for (int t = 0; t < EVENTS; t++) {
            last = stream.event("a", t, "{\"value\":" + t % 7 + "}");
            replayed.step(Fields.of(Map.of("value", t % 7)), t);
        }
        byte[] before = stream.state("a").clone();
        Rollout live = LiveSequence.of(model, stream.state("a")).rollout();
        List<Forecast> forecast = new Forecaster(model).forecast(live, 1, 9);
        List<Forecast> expected = new Forecaster(model).forecast(replayed, 1, 9);
        assertThat(forecast.get(0).values()).containsExactly(last.values());
        for (int i = 0; i < 9; i++) {
            assertThat(forecast.get(i).values()).containsExactly(expected.get(i).values());
            assertThat(forecast.get(i).deviation())
                    .containsExactly(expected.get(i).deviation());
            assertThat(forecast.get(i).time()).isEqualTo(EVENTS + i);
        }
        assertThat(stream.state("a")).isEqualTo(before);
    }

    @Test
    void shouldGoOnWithTheTokensOfALanguage() throws IOException {
        LiveModel model = TestModels.live(new ModelImport(
                        Path.of("src/test/resources/golden/language.safetensors"),
                        "{\"task\":{\"kind\":\"language\"}}",
                        "language",
                        "1",
                        Map.of())
                .run());
        ModelReplay stream = new ModelReplay(model);
        Rollout replayed = new Rollout(model);
        for (int id : new int[] {3, 1, 4, 1, 5}) {
            stream.event("a", 0, "{\"token\":" + id + "}");
            replayed.step(Fields.of(Map.of("token", id)), 0);
        }
        TokenGenerator.Options options = new TokenGenerator.Options(0.9, 6, 12, 30, 2);
        Rollout live = LiveSequence.of(model, stream.state("a")).rollout();
        assertThat(new TokenGenerator(model, options).generate(live))
                .isEqualTo(new TokenGenerator(model, options).generate(replayed))
                .isNotEmpty();
    }

    @Test
    void shouldOnlyReadStatesOfItsModel() {
        ModelFile first = TestModels.predictor("m", "1", CellKind.GRU, 7, 3);
        ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 7, 4);
        ModelReplay stream = new ModelReplay(TestModels.live(first));
        stream.event("a", 0, "{\"value\":1}");
        assertThatThrownBy(() -> LiveSequence.of(TestModels.live(second), stream.state("a")))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("does not belong to model m@2");
    }
}
