package dev.eddy.bench;

import dev.eddy.model.Feature;
import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.wire.AvroEventEncoder;
import dev.eddy.wire.AvroEvents;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import dev.eddy.wire.Prediction;
import dev.eddy.wire.PredictionEncoder;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What an event costs outside Kafka, its state and the network: decoding its bytes, reading the features, encoding the
 * prediction; each by itself, taking turns. Nanoseconds of processor time and bytes allocated.
 * With arguments, only what has one of them in its name.
 * {@code mvn -q test-compile exec:java -Dexec.mainClass=dev.eddy.bench.WireTime -Dexec.classpathScope=test}
 */
public final class WireTime {
    private static final int ROUNDS = 7;
    private static final int WARM_UP = 5;
    private static final long ROUND_NANOS = 200_000_000L;
    private static final int VALUES = 1024;

    /** A reading of five fields, of which models use some. */
    private static final String SENSOR_SCHEMA = """
            {"type": "record", "name": "Sensor", "fields": [
              {"name": "sensor", "type": "string"}, {"name": "temperature", "type": "double"},
              {"name": "pressure", "type": "double"}, {"name": "humidity", "type": ["null", "double"]},
              {"name": "state", "type": "string"}]}
            """;

    private static final List<Feature> SENSOR = List.of(
            new Feature.Numeric("temperature", 20.0, 5.0, null),
            new Feature.Numeric("pressure", 1000.0, 20.0, null),
            new Feature.Numeric("humidity", 50.0, 10.0, Feature.Missing.ZERO),
            new Feature.Category("state", List.of("on", "off", "idle"), null));

    private static final List<Feature> NUMBER = List.of(new Feature.Numeric("value", 10.0, 3.0, null));

    private static final com.sun.management.ThreadMXBean THREAD =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final SplittableRandom random = new SplittableRandom(7);
    private final Map<String, Work> contenders = new TreeMap<>();
    private double sink;

    /** Something done for the i-th of {@link #VALUES} events; what it gives is used, so that nothing is left out. */
    private interface Work {
        double run(int i);
    }

    private WireTime() {
        Schema sensor = new Schema.Parser().parse(SENSOR_SCHEMA);
        Schema bench = new Schema.Parser().parse(BenchEvents.AVRO_SCHEMA);
        decode("json", "bench", bench(UnaryOperator.identity()), new JsonEvents(), NUMBER);
        decode("json", "sensor", sensor(UnaryOperator.identity()), new JsonEvents(), SENSOR);
        decode("avro", "bench", bench(new AvroEventEncoder(bench)::encode), new AvroEvents(bench), NUMBER);
        decode("avro", "sensor", sensor(new AvroEventEncoder(sensor)::encode), new AvroEvents(sensor), SENSOR);
        encode("json", new JsonPredictions());
        encode("avro", new AvroPredictions());
    }

    public static void main(String[] only) {
        new WireTime().race(only);
    }

    private byte[][] bench(UnaryOperator<byte[]> format) {
        BenchEvents events = new BenchEvents("json", 100, Distribution.UNIFORM, 1);
        return fill(events::nextValue, format);
    }

    private byte[][] sensor(UnaryOperator<byte[]> format) {
        return fill(
                () -> String.format(
                                Locale.ROOT,
                                "{\"sensor\":\"boiler-%d\",\"temperature\":%.3f,\"pressure\":%.2f,\"humidity\":%d,"
                                        + "\"state\":\"%s\"}",
                                random.nextInt(1000),
                                random.nextDouble(10, 30),
                                random.nextDouble(980, 1040),
                                random.nextInt(100),
                                random.nextBoolean() ? "on" : "idle")
                        .getBytes(StandardCharsets.UTF_8),
                format);
    }

    private static byte[][] fill(java.util.function.Supplier<byte[]> next, UnaryOperator<byte[]> format) {
        byte[][] values = new byte[VALUES][];
        for (int i = 0; i < VALUES; i++) {
            values[i] = format.apply(next.get());
        }
        return values;
    }

    private void decode(String format, String name, byte[][] values, EventDecoder decoder, List<Feature> features) {
        Headers headers = new RecordHeaders();
        FeatureEncoder encoder = new FeatureEncoder(features);
        float[] input = new float[encoder.width()];
        float[] previous = new float[encoder.rememberedWidth()];
        String who = format + " " + name + " event: ";
        contenders.put(
                who + "decode", i -> decoder.decode("t", headers, values[i]).hashCode());
        contenders.put(who + "decode, features", i -> {
            encoder.encode(decoder.decode("t", headers, values[i]), 0, previous, input);
            return input[0];
        });
    }

    private void encode(String format, PredictionEncoder encoder) {
        ModelId model = new ModelId("boiler", "2025-11", Fingerprint.of(new byte[] {1}));
        Prediction[] one = new Prediction[VALUES];
        Prediction[] four = new Prediction[VALUES];
        Prediction[] tagged = new Prediction[VALUES];
        for (int i = 0; i < VALUES; i++) {
            byte[] key = ("sensor-" + random.nextInt(10_000)).getBytes(StandardCharsets.UTF_8);
            one[i] = prediction(key, i, model, values(1), null, null, null);
            four[i] = prediction(key, i, model, values(4), null, null, values(4));
            tagged[i] = prediction(
                    key,
                    i,
                    model,
                    values(5),
                    "normal",
                    new float[] {
                        random.nextFloat(),
                        random.nextFloat(),
                        random.nextFloat(),
                        random.nextFloat(),
                        random.nextFloat()
                    },
                    null);
        }
        String who = format + " prediction: ";
        contenders.put(who + "1 value", i -> encoder.encode(one[i]).length);
        contenders.put(who + "4 values, 4 residuals", i -> encoder.encode(four[i]).length);
        contenders.put(who + "5 values, label", i -> encoder.encode(tagged[i]).length);
    }

    private double[] values(int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-30, 30);
        }
        return values;
    }

    private static Prediction prediction(
            byte[] key, int i, ModelId model, double[] values, String label, float[] probabilities, double[] residual) {
        return new Prediction(
                key,
                1_732_000_000_000L + i,
                1000 + i,
                model,
                Prediction.Start.COLD,
                values,
                label,
                probabilities,
                null,
                residual,
                null,
                null,
                null,
                null,
                null);
    }

    private void race(String... only) {
        contenders
                .keySet()
                .removeIf(name -> only.length > 0 && Arrays.stream(only).noneMatch(name::contains));
        Map<String, double[]> nanos = new TreeMap<>();
        Map<String, Double> bytes = new TreeMap<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (Map.Entry<String, Work> contender : contenders.entrySet()) {
                long allocated = THREAD.getCurrentThreadAllocatedBytes();
                long begin = THREAD.getCurrentThreadCpuTime();
                long events = 0;
                while (THREAD.getCurrentThreadCpuTime() - begin < ROUND_NANOS) {
                    for (int i = 0; i < VALUES; i++, events++) {
                        sink += contender.getValue().run(i);
                    }
                }
                if (round >= 0) {
                    nanos.computeIfAbsent(contender.getKey(), name -> new double[ROUNDS])[round] =
                            (double) (THREAD.getCurrentThreadCpuTime() - begin) / events;
                    bytes.put(
                            contender.getKey(),
                            (double) (THREAD.getCurrentThreadAllocatedBytes() - allocated) / events);
                }
            }
        }
        nanos.forEach((name, rounds) -> System.out.printf(
                Locale.ROOT, "%-40s %18s ns %6.0f B%n", name, Figures.text("%.0f", rounds), bytes.get(name)));
        if (Double.isNaN(sink)) {
            throw new IllegalStateException("an event was not a number");
        }
    }
}
