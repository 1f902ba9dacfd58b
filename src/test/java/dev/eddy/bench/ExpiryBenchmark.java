package dev.eddy.bench;

import dev.eddy.app.bench.SteadyLoad;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Ending;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.stream.Eddy;
import dev.eddy.stream.Event;
import dev.eddy.stream.Inference;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.stream.Outcome;
import dev.eddy.stream.SequenceRules;
import dev.eddy.stream.StreamsSettings;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A million sequences are given up at once while events flow: what the events notice of it, on RocksDB alone and in a stream
 * with exactly-once. {@code mvn -q test-compile exec:exec@expiry-benchmark}
 */
@Command(
        name = "expiry-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Latencies of events before and while many idle sequences expire at once.")
public final class ExpiryBenchmark implements Callable<Integer> {
    private static final long TTL = Duration.ofDays(1).toMillis();
    private static final int LIVE_KEYS = 1_000;

    @Option(names = "--keys", defaultValue = "1000000", description = "Idle sequences.")
    private int keys;

    @Option(names = "--rate", defaultValue = "2000", description = "Events a second of the others, in the stream.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "30", description = "How long latencies are measured before.")
    private int seconds;

    @Option(names = "--hidden", defaultValue = "32", description = "Width of the LSTM.")
    private int hidden;

    @Option(names = "--partitions", defaultValue = "4", description = "Partitions of all topics.")
    private int partitions;

    @Option(names = "--only", description = "One part only: rocksdb or stream.")
    private String only;

    private final PrintStream out = System.out;
    private final AtomicLong ended = new AtomicLong();
    private final InferenceMonitor monitor = new InferenceMonitor() {
        @Override
        public void onEnd(Ending cause) {
            ended.incrementAndGet();
        }
    };

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ExpiryBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        out.printf(
                Locale.ROOT,
                "%,d idle sequences, LSTM with %d units; events of %,d others%n%n",
                keys,
                hidden,
                LIVE_KEYS);
        Path directory = Files.createTempDirectory("eddy-expiry-");
        try {
            if (!"stream".equals(only)) {
                onRocksDb(directory);
            }
            if (!"rocksdb".equals(only)) {
                inStream(directory);
            }
        } finally {
            delete(directory);
        }
        return 0;
    }

    /** One inference on RocksDB, one event after the other: the time from an event's arrival to its answer. */
    private void onRocksDb(Path directory) throws Exception {
        LiveDeployments model = LiveDeployments.always(TestModels.live(model()));
        try (RocksStores stores = new RocksStores(Files.createDirectory(directory.resolve("rocksdb")));
                Inference inference = new Inference(
                        new JsonEvents(),
                        new JsonPredictions(),
                        () -> model,
                        stores.stores(),
                        SequenceRules.NONE.withTtl(TTL, false),
                        monitor,
                        (event, outcome) -> {})) {
            for (int i = 0; i < keys; i++) {
                infer(inference, idleKey(i), 0);
            }
            Latencies.header(out, "µs");
            Latencies before = new Latencies("RocksDB: before");
            for (int i = 0; i < rate * seconds; i++) {
                before.add(infer(inference, liveKey(i), 1));
            }
            before.print(out, 1e3);
            Latencies during = new Latencies("RocksDB: while they expire");
            for (int i = 0; ended.get() < keys + LIVE_KEYS; i++) {
                during.add(infer(inference, liveKey(i), TTL + 1));
            }
            during.print(out, 1e3);
        }
        out.println();
    }

    private static long infer(Inference inference, byte[] key, long time) {
        long begin = System.nanoTime();
        inference.infer(new Event(key, time, new RecordHeaders(), value(key), Event.Origin.UNKNOWN), time);
        return System.nanoTime() - begin;
    }

    /** The stream with a broker in its own process: the time from sending an event to reading its committed prediction. */
    private void inStream(Path directory) throws Exception {
        ended.set(0);
        try (BenchBroker broker = new BenchBroker(directory)) {
            EddyConfig config = config(broker, directory);
            Topics.ensure(config, TopicRole.values());
            try (KafkaStreams streams = streams(config);
                    KafkaProducer<byte[], byte[]> producer = broker.producer();
                    PredictionReader reader = new PredictionReader(broker, config.getString(EddyConfig.OUTPUT_TOPIC))) {
                streams.start();
                long base = System.currentTimeMillis() - TTL;
                for (int i = 0; i < keys; i++) {
                    producer.send(event(config.getString(EddyConfig.INPUT_TOPIC), idleKey(i), base));
                }
                producer.flush();
                reader.await(keys);
                measure(producer, reader, config, base);
            }
        }
    }

    private void measure(KafkaProducer<byte[], byte[]> producer, PredictionReader reader, EddyConfig config, long base)
            throws InterruptedException {
        Latencies.header(out, "ms");
        long warm = (long) rate * Math.min(seconds, 10);
        sendAtRate(producer, config, base + 1, warm, -1);
        reader.await(keys + warm);
        Latencies before = new Latencies("stream: before");
        reader.measure(before);
        long count = (long) rate * seconds;
        sendAtRate(producer, config, base + 1, count, -1);
        reader.await(keys + warm + count);
        before.print(out, 1e6);
        Latencies during = new Latencies("stream: while they expire");
        reader.measure(during);
        long begin = System.nanoTime();
        // The sequences of the live keys are as old as the others: they end too, and begin anew.
        long sent = sendAtRate(producer, config, base + TTL + 1, Long.MAX_VALUE, keys + LIVE_KEYS);
        double took = (System.nanoTime() - begin) / 1e9;
        reader.await(keys + warm + count + sent);
        during.print(out, 1e6);
        out.printf(Locale.ROOT, "%n%,d sequences expired in %.0f s, %,.0f a second%n", keys, took, keys / took);
    }

    /** Sends events at the rate, so many or until so many sequences have ended; says how many. */
    private long sendAtRate(
            KafkaProducer<byte[], byte[]> producer, EddyConfig config, long time, long most, long untilEnded) {
        String topic = config.getString(EddyConfig.INPUT_TOPIC);
        return SteadyLoad.send(
                producer,
                rate,
                sent -> sent < most && (untilEnded < 0 || ended.get() < untilEnded),
                sent -> event(topic, liveKey(sent), time));
    }

    private static ProducerRecord<byte[], byte[]> event(String topic, byte[] key, long time) {
        return new ProducerRecord<>(topic, null, time, key, value(key));
    }

    private KafkaStreams streams(EddyConfig config) {
        StreamsBuilder builder = new StreamsBuilder();
        Eddy eddy = Eddy.of(config, TestModels.live(model())).monitoredBy(monitor);
        builder.stream(config.getString(EddyConfig.INPUT_TOPIC), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(eddy.inference())
                .mapValues(outcome -> ((Outcome.Predicted) outcome).bytes())
                .to(config.getString(EddyConfig.OUTPUT_TOPIC), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        return new KafkaStreams(builder.build(), StreamsSettings.of(config));
    }

    private EddyConfig config(BenchBroker broker, Path directory) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put("commit.interval.ms", 100);
        settings.put("state.dir", directory.resolve("state").toString());
        settings.put(EddyConfig.PIPELINE, "expiry");
        settings.put(EddyConfig.TOPICS_CREATE, true);
        settings.put(EddyConfig.TOPICS_PARTITIONS, partitions);
        settings.put(EddyConfig.SEQUENCE_TTL, TTL);
        return new EddyConfig(settings);
    }

    private ModelFile model() {
        return TestModels.predictor("bench", "1", CellKind.LSTM, hidden, 1);
    }

    private static byte[] idleKey(long i) {
        return ("idle-" + i).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] liveKey(long i) {
        return ("live-" + i % LIVE_KEYS).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(byte[] key) {
        return ("{\"value\":" + key.length + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
