package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.ModelSpec;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.Golden;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.TwoWayCases;
import dev.eddy.testing.WaitingModels;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that read backward, event by event in the stream, against their references. */
class TwoWayStreamTest {
    private static final double TOLERANCE = 1e-5;
    private static final JsonMapper JSON = new JsonMapper();

    static List<String> cases() throws IOException {
        return TwoWayCases.names(".safetensors");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldAnswerInTheLightOfSomeLaterEvents(String name) throws IOException {
        JsonNode golden = TwoWayCases.golden(name);
        int runs = 0;
        for (JsonNode run : golden.get("runs")) {
            int events = run.get("passes").get(0).get(0).asInt();
            boolean oneByOne = run.get("passes").get(0).get(1).asInt() == 1;
            if (oneByOne && events > 1) {
                Replay replay = stream(name, golden, events - 1, null, ModelSpec.Emit.EVERY);
                assertThat(TwoWayCases.error(values(replay, "a"), run.get("output")))
                        .isLessThan(TOLERANCE);
                assertThat(values(replay, "b")).isDeepEqualTo(values(replay, "a"));
                runs++;
            }
        }
        assertThat(runs).isPositive();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldAnswerAWholeSequenceAtItsEnd(String name) throws IOException {
        JsonNode golden = TwoWayCases.golden(name);
        Replay every = stream(name, golden, null, 100, ModelSpec.Emit.EVERY);
        assertThat(TwoWayCases.error(values(every, "a"), golden.get("output"))).isLessThan(TOLERANCE);
        Replay end = stream(name, golden, null, 100, ModelSpec.Emit.END);
        float[][] summary = values(end, "a");
        assertThat(summary.length).isEqualTo(1);
        assertThat(TwoWayCases.error(summary[0], golden.get("summary"))).isLessThan(TOLERANCE);
        assertThat(values(end, "b")).isDeepEqualTo(summary);
    }

    /** The events of a case under two keys that take turns, then the end of both. */
    private static Replay stream(
            String name, JsonNode golden, Integer lookAhead, Integer maxLength, ModelSpec.Emit emit)
            throws IOException {
        ModelFile file = TwoWayCases.model(name);
        ModelFile waiting =
                new ModelFile(WaitingModels.waiting(file.spec(), lookAhead, maxLength, emit), file.tensors());
        LiveModel model = TestModels.live(waiting);
        Replay replay = new Replay(model, 0);
        long time = 0;
        for (JsonNode input : golden.get("input")) {
            String event = JSON.writeValueAsString(Golden.event(file, input));
            replay.event("a", time, event);
            replay.event("b", time++, event);
        }
        replay.event("a", time, null);
        replay.event("b", time, null);
        return replay;
    }

    private static float[][] values(Replay replay, String key) {
        return replay.results.stream()
                .filter(result -> result.key().equals(key))
                .map(result -> result.predicted().prediction().values())
                .map(values -> {
                    float[] floats = new float[values.length];
                    IntStream.range(0, values.length).forEach(i -> floats[i] = (float) values[i]);
                    return floats;
                })
                .toArray(float[][]::new);
    }
}
