package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.files.FileScorer;
import dev.eddy.app.files.Progress;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.network.TwoWaySum;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import dev.eddy.wire.EventFileReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random events of many keys, among them late, bad and last ones, tombstones and pauses, in every shape: each event has one
 * outcome, in order for each key, and it is what a plain reading of the definition gives.
 */
class RandomSequencesTest {
    private static final int EVENTS = 1_500;
    private static final int KEYS = 7;
    private static final long IDLE = 60;

    /** What is put off is another in each run. */
    private static final List<Pace> PACES = List.of(
            Pace.AT_ONCE,
            new Pace(5, Duration.ZERO, () -> 0),
            new Pace(1, Duration.ZERO, () -> 1_500),
            new Pace(9, Duration.ZERO, () -> 1_000_000));

    /** A way to answer, and whether sequences end for want of events. */
    private record Shape(String name, LiveModel model, long idle) {
        @Override
        public String toString() {
            return name + (idle > 0 ? ", idle ends" : "");
        }
    }

    /** An event: no value for a tombstone; good unless it cannot be read. */
    private record Input(String key, long time, Double value, boolean good, boolean last) {
        String json() {
            if (!good) {
                return "{\"value\":\"bad\"}";
            }
            return value == null ? null : "{\"value\":" + value + (last ? ",\"last\":true}" : "}");
        }
    }

    static Stream<Shape> shapes() {
        return Stream.of(0L, IDLE)
                .flatMap(idle -> Stream.of(
                        new Shape("event by event", forward(null, null, Emit.EVERY), idle),
                        new Shape("at the end", forward(null, null, Emit.END), idle),
                        new Shape("delayed by 1", forward(1, null, Emit.EVERY), idle),
                        new Shape("delayed by 6", forward(6, null, Emit.EVERY), idle),
                        new Shape("looking 1 ahead", twoWay(1, null, Emit.EVERY), idle),
                        new Shape("looking 6 ahead", twoWay(6, null, Emit.EVERY), idle),
                        new Shape("whole, forward", forward(null, 12, Emit.EVERY), idle),
                        new Shape("whole, both ways", twoWay(null, 12, Emit.EVERY), idle),
                        new Shape("whole, summed up", twoWay(null, 12, Emit.END), idle),
                        new Shape("whole, summed up forward", forward(null, 12, Emit.END), idle)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldAnswerEveryEventOnceAsTheDefinitionSays(Shape shape) {
        for (int seed = 1; seed <= 4; seed++) {
            List<Input> inputs = inputs(seed);
            SplittableRandom random = new SplittableRandom(seed);
            SequenceRules rules = SequenceRules.NONE.withIdle(shape.idle());
            Replay replay = new Replay(shape.model(), rules, PACES.get(seed - 1));
            for (Input input : inputs) {
                replay.event(input.key(), input.time(), input.json());
                if (random.nextInt(50) == 0) {
                    replay.restart(shape.idle());
                }
            }
            replay.end();
            assertThat(replay.pendingSize()).isZero();
            Map<String, List<String>> predicted = new TreeMap<>();
            Map<String, List<String>> rejected = new TreeMap<>();
            for (Replay.Result result : replay.results) {
                (result.isPredicted() ? predicted : rejected)
                        .computeIfAbsent(result.key(), key -> new ArrayList<>())
                        .add(result.text());
            }
            Definition definition = new Definition(shape);
            inputs.forEach(definition::event);
            definition.endAll();
            assertThat(predicted).isEqualTo(definition.predicted);
            assertThat(rejected).isEqualTo(definition.rejected);
            if (shape.model().spec().emit() == Emit.EVERY) {
                assertThat(replay.results).hasSize((int)
                        inputs.stream().filter(input -> input.json() != null).count());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveTheSameBytesInTheStreamAndOfAFile(Shape shape, @TempDir Path directory) throws IOException {
        List<Input> inputs = inputs(9);
        assertThat(streamed(shape, inputs, directory)).isNotEmpty().isEqualTo(scored(shape, inputs));
    }

    private static LiveModel forward(Integer lookAhead, Integer maxLength, Emit emit) {
        return TestModels.live(WaitingModels.forward(CellKind.LSTM, lookAhead, maxLength, emit, 3));
    }

    private static LiveModel twoWay(Integer lookAhead, Integer maxLength, Emit emit) {
        return TwoWaySum.model(WaitingModels.bare(lookAhead, maxLength, emit));
    }

    private static List<Input> inputs(long seed) {
        SplittableRandom random = new SplittableRandom(seed * 77);
        List<Input> inputs = new ArrayList<>();
        long time = 1_000;
        for (int i = 0; i < EVENTS; i++) {
            time += random.nextInt(100) == 0 ? 3 * IDLE : random.nextInt(12);
            String key = "key-" + random.nextInt(KEYS) * random.nextInt(KEYS);
            long late = random.nextInt(6) == 0 ? random.nextInt(200) : 0;
            int kind = random.nextInt(40);
            Double value = kind == 0 ? null : Double.valueOf(random.nextInt(64) / 8.0);
            inputs.add(new Input(key, time - late, value, kind != 1, kind == 2));
        }
        return inputs;
    }

    private static List<String> scored(Shape shape, List<Input> inputs) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Input input : inputs) {
            lines.append("{\"key\":\"")
                    .append(input.key())
                    .append("\",\"timestamp\":")
                    .append(input.time());
            lines.append(
                            input.json() == null
                                    ? ",\"tombstone\":true}"
                                    : "," + input.json().substring(1))
                    .append('\n');
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (EventFileReader reader =
                EventFileReader.jsonLines(new ByteArrayInputStream(bytes(lines.toString())), "key", "timestamp")) {
            new FileScorer(shape.model(), SequenceRules.NONE.withIdle(shape.idle()))
                    .score(reader, out, -1, Progress.none());
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static List<String> streamed(Shape shape, List<Input> inputs, Path directory) {
        EddyConfig config = new EddyConfig(Map.of(
                "bootstrap.servers",
                "unused:1",
                "state.dir",
                directory.toString(),
                EddyConfig.SEQUENCE_IDLE,
                Long.toString(shape.idle())));
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("in", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(Eddy.of(config, shape.model()).inference())
                .flatMapValues(outcome ->
                        outcome instanceof Outcome.Predicted predicted ? List.of(predicted.bytes()) : List.<byte[]>of())
                .to("out", Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        Properties settings = StreamsSettings.of(config);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), settings)) {
            TestInputTopic<byte[], byte[]> in =
                    driver.createInputTopic("in", new ByteArraySerializer(), new ByteArraySerializer());
            TestOutputTopic<byte[], byte[]> out =
                    driver.createOutputTopic("out", new ByteArrayDeserializer(), new ByteArrayDeserializer());
            for (Input input : inputs) {
                in.pipeInput(bytes(input.key()), input.json() == null ? null : bytes(input.json()), input.time());
            }
            return out.readValuesToList().stream()
                    .map(value -> new String(value, StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What should come out, by reading every sequence at its end from its beginning. */
    private static final class Definition {
        final Map<String, List<String>> predicted = new TreeMap<>();
        final Map<String, List<String>> rejected = new TreeMap<>();
        private final Map<String, List<Input>> open = new TreeMap<>();
        private final Shape shape;
        private final Network network;
        private long streamTime;

        Definition(Shape shape) {
            this.shape = shape;
            this.network = shape.model().network();
        }

        void event(Input input) {
            streamTime = Math.max(streamTime, input.time());
            List<Input> sequence = open.computeIfAbsent(input.key(), key -> new ArrayList<>());
            if (shape.idle() > 0 && !sequence.isEmpty() && streamTime >= latest(sequence) + shape.idle()) {
                end(sequence, null);
            }
            Integer longest = shape.model().spec().maxLength();
            if (!input.good()) {
                add(rejected, input, "WRONG_TYPE " + input.json());
            } else if (input.value() == null) {
                end(sequence, input);
            } else if (longest != null && sequence.size() == longest) {
                add(rejected, input, "TOO_LONG " + input.json());
            } else {
                sequence.add(input);
                if (input.last()) {
                    end(sequence, input);
                }
            }
        }

        void endAll() {
            open.values().forEach(sequence -> end(sequence, null));
        }

        private static long latest(List<Input> sequence) {
            return sequence.stream().mapToLong(Input::time).max().orElseThrow();
        }

        private void end(List<Input> sequence, Input closing) {
            int count = sequence.size();
            if (count == 0) {
                return;
            }
            boolean whole = shape.model().spec().maxLength() != null;
            if (shape.model().spec().emit() == Emit.END) {
                Input last = sequence.get(count - 1);
                // Without a buffer, only the latest time is known of the last event.
                long time = closing != null ? closing.time() : whole ? last.time() : latest(sequence);
                Input at = new Input(last.key(), time, null, true, false);
                add(predicted, at, text(count, whole ? Integer.valueOf(0) : null, summary(sequence)));
            } else {
                for (int t = 0; t < count; t++) {
                    Integer ahead = shape.model().spec().lookAhead();
                    int seen = whole ? count - 1 - t : ahead == null ? 0 : Math.min(ahead, count - 1 - t);
                    Integer told = whole || ahead != null ? Integer.valueOf(seen) : null;
                    add(predicted, sequence.get(t), text(t + 1, told, answer(sequence, t, seen)));
                }
            }
            sequence.clear();
        }

        /** Of an event, in the light of so many later ones. */
        private float[] answer(List<Input> sequence, int t, int seen) {
            Integer ahead = shape.model().spec().lookAhead();
            if (network.readsBackward()) {
                float forward = 0;
                float backward = 0;
                for (int i = 0; i <= t; i++) {
                    forward = value(sequence, i) + forward / 2;
                }
                for (int i = t + seen; i >= t; i--) {
                    backward = value(sequence, i) + backward / 4;
                }
                return new float[] {forward, backward};
            }
            return after(sequence, t + (ahead == null ? 0 : ahead));
        }

        private float[] summary(List<Input> sequence) {
            int last = sequence.size() - 1;
            if (network.readsBackward()) {
                return new float[] {answer(sequence, last, 0)[0], answer(sequence, 0, last)[1]};
            }
            return after(sequence, last);
        }

        /** What a network that reads forward says at an event; zeros come behind the last. */
        private float[] after(List<Input> sequence, int t) {
            float[] state = new float[network.stateSize()];
            float[] values = new float[network.outputSize()];
            Network.Scratch scratch = network.newScratch();
            for (int i = 0; i <= t; i++) {
                float x = i < sequence.size() ? value(sequence, i) : 0;
                network.step(new float[] {x}, state, values, scratch);
            }
            return values;
        }

        private static float value(List<Input> sequence, int t) {
            return sequence.get(t).value().floatValue();
        }

        private static String text(long step, Integer seen, float[] outputs) {
            double[] values = new double[outputs.length];
            Arrays.setAll(values, i -> outputs[i]);
            return "step " + step + " seen " + seen + " " + Arrays.toString(values);
        }

        private static void add(Map<String, List<String>> to, Input input, String text) {
            to.computeIfAbsent(input.key(), key -> new ArrayList<>()).add(input.time() + " " + text);
        }
    }
}
