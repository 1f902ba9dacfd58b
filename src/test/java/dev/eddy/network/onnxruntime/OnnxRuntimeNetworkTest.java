package dev.eddy.network.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.eddy.app.files.FileScorer;
import dev.eddy.app.files.Progress;
import dev.eddy.app.models.ModelReport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.Task;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.network.Rollout;
import dev.eddy.network.TokenGenerator;
import dev.eddy.testing.Golden;
import dev.eddy.testing.RuntimeCases;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.EventFileReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that Eddy does not recognise, on ONNX Runtime, against Python's onnxruntime. */
class OnnxRuntimeNetworkTest {
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "residual-lstm",
                "gated-convolution",
                "mogrifier-lstm",
                "softplus-cell",
                "layer-norm-lstm",
                "traces",
                "token-language"
            })
    void shouldGiveTheOutputsAndFinalStatesOfPython(String name) throws IOException {
        ModelFile file = RuntimeCases.model(name);
        JsonNode golden = RuntimeCases.golden(name);
        LiveModel model = TestModels.live(file);
        assertThat(model.network().engine()).startsWith("ONNX Runtime 1.");
        float[] state = new float[model.network().stateSize()];
        float[] input = new float[model.network().inputSize()];
        float[] outputs = new float[model.network().outputSize()];
        float[] answer = new float[outputs.length];
        Network.Scratch scratch = model.network().newScratch();
        double error = 0;
        for (int t = 0; t < golden.get("input").size(); t++) {
            Fields event = Fields.of(Golden.event(file, golden.get("input").get(t)));
            model.features().encode(event, 0, new float[0], input);
            model.network().step(input, state, outputs, scratch);
            error = Math.max(error, error(outputs, golden.get("output").get(t)));
            model.network().answer(state, answer, scratch);
            assertThat(answer).containsExactly(outputs);
        }
        error = Math.max(error, error(state, golden.get("state")));
        System.out.println(name + ": largest error " + error);
        assertThat(error).isLessThan(TOLERANCE);
    }

    private static double error(float[] got, JsonNode wanted) {
        assertThat(got.length).isGreaterThanOrEqualTo(wanted.size());
        double error = 0;
        for (int i = 0; i < wanted.size(); i++) {
            error = Math.max(error, Golden.difference(got[i], wanted.get(i).asDouble()));
        }
        return error;
    }

    @Test
    void shouldScoreAFileWithSeveralKeysAndKeepTheirStatesApart() throws IOException {
        ModelFile file = RuntimeCases.model("residual-lstm", """
                {"features": [{"kind": "number", "field": "a", "mean": 1}, {"kind": "vector", "field": "b", "length": 2}],
                 "task": {"kind": "tag"}, "head": {"labels": ["low", "high"]}}""");
        StringBuilder both = new StringBuilder();
        StringBuilder alone = new StringBuilder();
        SplittableRandom random = new SplittableRandom(3);
        for (int t = 0; t < 20; t++) {
            for (String key : List.of("k", "l")) {
                String line = "{\"key\":\"" + key + "\",\"timestamp\":" + t + ",\"a\":" + random.nextDouble()
                        + ",\"b\":[" + random.nextDouble() + "," + random.nextDouble() + "]}\n";
                both.append(line);
                alone.append(key.equals("l") ? line : "");
            }
        }
        List<String> scored = score(file, both.toString());
        assertThat(scored).hasSize(40);
        assertThat(scored.get(0)).contains("\"label\":\"").contains("\"step\":1,");
        assertThat(scored.stream()
                        .filter(line -> line.startsWith("{\"key\":\"l\""))
                        .toList())
                .isEqualTo(score(file, alone.toString()));
    }

    @Test
    void shouldAnswerAtTheEndOfASequence() throws IOException {
        ModelFile every = RuntimeCases.model("gated-convolution");
        ModelFile end = RuntimeCases.model("gated-convolution", "{\"emit\": \"end\"}");
        String events = """
                {"key":"k","timestamp":1,"features":[0.5,-1]}
                {"key":"k","timestamp":2,"features":[2,0.25]}
                """;
        List<String> last = score(end, events + "{\"key\":\"k\",\"timestamp\":3,\"tombstone\":true}\n");
        assertThat(last).hasSize(1);
        assertThat(values(last.get(0))).isEqualTo(values(score(every, events).get(1)));
    }

    private static String values(String line) {
        return line.substring(line.indexOf("\"values\""));
    }

    @Test
    void shouldReadALanguageAndGoOnByItself() throws IOException {
        ModelFile file = RuntimeCases.model("token-language", "{\"task\": {\"kind\": \"language\"}}");
        List<String> lines = score(file, """
                {"key":"k","timestamp":1,"token":3}
                {"key":"k","timestamp":2,"token":10}
                {"key":"k","timestamp":3,"token":11}
                {"key":"k","timestamp":4,"token":0}
                """);
        assertThat(lines)
                .as("an id that the graph does not know leaves no trace")
                .hasSize(3);
        assertThat(lines.get(2)).contains("\"step\":3,", "\"perplexity\":");
        LiveModel model = TestModels.live(file);
        Rollout sequence = new Rollout(model);
        sequence.step(Fields.of(java.util.Map.of("token", 3)), 0);
        var options = new TokenGenerator.Options(0, 0, 1, 5, -1);
        assertThat(new TokenGenerator(model, options).generate(sequence)).hasSize(5);
    }

    @Test
    void shouldLeaveTheStateAloneWhereAStepFails() throws IOException {
        LiveModel model = TestModels.live(RuntimeCases.model("token-language"));
        OnnxRuntimeGraph graph = (OnnxRuntimeGraph) new OnnxRuntimeEngineAccess().open(model, "token-language");
        float[] state = {0.1f, 0.2f, 0.3f, 0.4f};
        assertThatThrownBy(() -> graph.newRunner().run(new float[] {99}, state, new float[11]))
                .isInstanceOfSatisfying(
                        BadEventException.class,
                        e -> assertThat(e.reason()).isEqualTo(BadEventException.Reason.UNKNOWN_TOKEN))
                .hasMessageContaining("no answer to this event");
        assertThat(state).containsExactly(0.1f, 0.2f, 0.3f, 0.4f);
    }

    /** Opens the graph of a case itself, without the checks of ids in front of it. */
    private static final class OnnxRuntimeEngineAccess {
        dev.eddy.network.Graph open(LiveModel model, String name) throws IOException {
            try {
                ModelFile file = RuntimeCases.model(name);
                return new OnnxRuntimeEngine()
                        .open(
                                model.spec().engine(),
                                file.bytes(model.spec().engine().graph()));
            } catch (ai.onnxruntime.OrtException e) {
                throw new IOException(e);
            }
        }
    }

    @Test
    void shouldGiveTheSameBitsOnManyThreadsAsOnOne() throws Exception {
        LiveModel model = TestModels.live(RuntimeCases.model("layer-norm-lstm"));
        int threads = 4;
        List<float[]> alone = new ArrayList<>();
        for (int seed = 0; seed < threads; seed++) {
            alone.add(trace(model, seed));
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<float[]>> tasks = new ArrayList<>();
            for (int seed = 0; seed < threads; seed++) {
                int own = seed;
                tasks.add(() -> trace(model, own));
            }
            List<Future<float[]>> together = pool.invokeAll(tasks);
            for (int seed = 0; seed < threads; seed++) {
                assertThat(Arrays.equals(together.get(seed).get(), alone.get(seed)))
                        .isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(alone.get(0)).isNotEqualTo(alone.get(1));
    }

    /** All outputs of a long pseudo-random sequence. */
    private static float[] trace(LiveModel model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Network network = model.network();
        float[] state = new float[network.stateSize()];
        float[] outputs = new float[network.outputSize()];
        float[] input = new float[network.inputSize()];
        int steps = 3000;
        float[] trace = new float[steps * outputs.length];
        Network.Scratch scratch = network.newScratch();
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < input.length; i++) {
                input[i] = (float) random.nextDouble() - 0.5f;
            }
            network.step(input, state, outputs, scratch);
            System.arraycopy(outputs, 0, trace, t * outputs.length, outputs.length);
        }
        return trace;
    }

    @Test
    void shouldGoOnAfterModelsThatAreGoneWereCollected() throws IOException {
        ModelFile file = RuntimeCases.model("softplus-cell");
        float[] expected = trace(TestModels.live(file), 5);
        for (int i = 0; i < 20; i++) {
            assertThat(trace(TestModels.live(file), 5)).containsExactly(expected);
            System.gc();
        }
    }

    @Test
    void shouldAllocateLittlePerStepWhateverTheModel() throws IOException {
        Network network = TestModels.live(RuntimeCases.model("residual-lstm")).network();
        float[] state = new float[network.stateSize()];
        float[] outputs = new float[network.outputSize()];
        Network.Scratch scratch = network.newScratch();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int steps = 2000;
        long before = 0;
        for (int t = 0; t < 2 * steps; t++) {
            if (t == steps) {
                before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            }
            network.step(new float[3], state, outputs, scratch);
        }
        long each = (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / steps;
        System.out.println("bytes on the heap for each step: " + each);
        assertThat(each).isLessThan(2500);
    }

    @Test
    void shouldSayWhatIsInTheModel() throws IOException {
        assertThat(ModelReport.of(RuntimeCases.model("residual-lstm")).lines())
                .anyMatch(line -> line.startsWith("engine ") && line.contains("ONNX Runtime 1."))
                .anyMatch(line -> line.equals("  c0 -> cn [2, 1, 6]"))
                .anyMatch(line -> line.contains("x [1, 1, 3] -> y"));
        assertThat(ModelReport.of(RuntimeCases.model("token-language")).lines())
                .anyMatch(line -> line.contains("token: token (integer id from 0 to 10)"));
        ModelFile mogrifier = RuntimeCases.model("mogrifier-lstm");
        assertThat(mogrifier.spec().task()).isInstanceOf(Task.Tag.class);
        assertThat(ModelReport.of(mogrifier).lines()).anyMatch(line -> line.contains("in the graph, then softmax"));
    }

    @Test
    void shouldNotApplyASoftmaxTwice() throws IOException {
        String line = score(
                        RuntimeCases.model("mogrifier-lstm"), "{\"key\":\"k\",\"timestamp\":1,\"features\":[1,2,3]}\n")
                .get(0);
        String values = line.substring(line.indexOf("\"values\":") + 9, line.indexOf("],\"label\"") + 1);
        assertThat(line).contains("\"probabilities\":" + values);
    }

    @Test
    void shouldRefuseVersionsWhoseTelemetryCanEndTheProcess() {
        OnnxRuntimeEngine.requireNoTelemetry("1.28.0", null);
        OnnxRuntimeEngine.requireNoTelemetry("1.29.0", "1");
        OnnxRuntimeEngine.requireNoTelemetry(null, null);
        for (String version : List.of("1.29.0", "1.30.1")) {
            assertThatThrownBy(() -> OnnxRuntimeEngine.requireNoTelemetry(version, null))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContainingAll(version, "onnxruntime-1.28.0.jar", "ORT_DISABLE_TELEMETRY=1");
        }
    }

    @Test
    void shouldRefuseFeaturesThatDoNotFillTheInputs() throws IOException {
        assertThatThrownBy(() -> RuntimeCases.model(
                        "residual-lstm", "{\"features\": [{\"kind\": \"number\", \"field\": \"a\"}]}"))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("takes 3 numbers");
        assertThatThrownBy(() -> RuntimeCases.model(
                        "token-language", "{\"features\": [{\"kind\": \"number\", \"field\": \"a\"}]}"))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("no token where it takes one");
        assertThatThrownBy(() -> RuntimeCases.model("token-language", """
                        {"features": [{"kind": "token", "field": "a", "vocabulary": ["a", "b", "c", "d", "e", "f", "g", "h",
                        "i", "j", "k", "l"]}]}"""))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("a vocabulary of 12 but the graph knows 11 ids");
    }

    private static List<String> score(ModelFile model, String lines) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (EventFileReader reader = EventFileReader.jsonLines(
                new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), "key", "timestamp")) {
            new FileScorer(TestModels.live(model)).score(reader, out, -1, Progress.none());
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
