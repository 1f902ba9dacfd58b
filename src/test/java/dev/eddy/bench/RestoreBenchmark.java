package dev.eddy.bench;

import dev.eddy.config.EddyConfig;
import dev.eddy.stream.Eddy;
import dev.eddy.stream.StreamsSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.Stores;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * An instance without its states starts: how fast the changelog becomes a store again, with Eddy's settings and with
 * Kafka Streams' defaults. {@code mvn -q test-compile exec:exec@restore-benchmark}
 */
@Command(
        name = "restore-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Restores a changelog of states, with Eddy's settings and with Kafka Streams' defaults.")
public final class RestoreBenchmark implements Callable<Integer> {
    private static final String ROW = "%-28s %-30s %-24s %-24s %s%n";
    private static final String DEFAULTS = "Kafka Streams' defaults";
    private static final String RUN = "restore";
    private static final String INPUT = RUN + ".events";
    private static final long PATIENCE_SECONDS = 600;

    @Mixin
    private BenchOptions options;

    @Option(names = "--keys", defaultValue = "1000000", description = "States in the changelog.")
    private int keys;

    @Option(names = "--bytes", defaultValue = "1024", description = "Bytes of a state.")
    private int bytes;

    @Option(names = "--threads", defaultValue = "1", description = "Stream threads.")
    private int threads;

    @Option(names = "--runs", defaultValue = "3", description = "Counted runs of each, after one that warms up.")
    private int runs;

    private final PrintStream out = System.out;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RestoreBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    /**
     * What one contender did in one run.
     *
     * @param perSecond records a second, from the first that was asked for to the last that was stored
     * @param running   seconds from the start until events would be processed
     * @param cpuMicros processor time of this JVM for a record, from the start on, microseconds
     */
    private record Restored(double perSecond, double running, double cpuMicros) {}

    private record Restorer(String name, Map<String, String> settings, boolean defaults) {}

    @Override
    public Integer call() throws Exception {
        out.printf(
                Locale.ROOT,
                "%,d states of %,d bytes in the changelog, %d partitions, stream threads: %d;%n"
                        + "%d runs each, taking turns, after one to warm up: medians, with the range in brackets.%n%n",
                keys,
                bytes,
                options.partitions,
                threads,
                runs);
        out.flush();
        Map<String, List<Restored>> results = new LinkedHashMap<>();
        try (Stage stage = new Stage(options)) {
            stage.create(stage.config(RUN, INPUT, Map.of()));
            fill(stage);
            for (int round = 0; round <= runs; round++) {
                for (Restorer restorer : restorers()) {
                    Restored result = restore(stage, restorer);
                    if (round > 0) {
                        results.computeIfAbsent(restorer.name(), any -> new ArrayList<>())
                                .add(result);
                    }
                }
            }
        }
        report(results);
        return 0;
    }

    private List<Restorer> restorers() {
        List<Restorer> restorers = new ArrayList<>();
        restorers.add(new Restorer(DEFAULTS, Map.of(), true));
        for (Variant eddy : options.eddies) {
            restorers.add(new Restorer(eddy.name() + "'s settings", eddy.settings(), false));
        }
        return restorers.stream()
                .filter(restorer -> options.only.isEmpty() || options.only.contains(restorer.name()))
                .toList();
    }

    private void fill(Stage stage) {
        String changelog = RUN + "-" + Eddy.STATE_STORE + "-changelog";
        stage.broker()
                .createTopics(List.of(new NewTopic(changelog, options.partitions, (short) 1)
                        .configs(Map.of("cleanup.policy", "compact"))));
        SplittableRandom random = new SplittableRandom(1);
        try (KafkaProducer<byte[], byte[]> producer = BenchEvents.producer(stage.broker())) {
            for (int i = 0; i < keys; i++) {
                byte[] state = new byte[bytes];
                random.nextBytes(state);
                producer.send(
                        new ProducerRecord<>(changelog, null, ("sensor-" + i).getBytes(StandardCharsets.UTF_8), state));
            }
        }
    }

    private Restored restore(Stage stage, Restorer restorer) throws InterruptedException, IOException {
        Map<String, Object> extra = new HashMap<>(restorer.settings());
        extra.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        EddyConfig config = stage.config(RUN, INPUT, extra);
        Properties settings = restorer.defaults() ? defaults(config) : StreamsSettings.of(config);
        Progress progress = new Progress();
        Restored restored;
        KafkaStreams streams = new KafkaStreams(topology(config), settings);
        try {
            streams.setGlobalStateRestoreListener(progress);
            long cpu = Run.cpuNanos();
            long begin = System.nanoTime();
            streams.start();
            while (streams.state() != KafkaStreams.State.RUNNING || progress.restored.get() < keys) {
                requireProgress(restorer, streams, progress, begin);
                Thread.sleep(5);
            }
            restored = new Restored(
                    progress.restored.get() * 1e9 / (progress.end.get() - progress.begin.get()),
                    (System.nanoTime() - begin) / 1e9,
                    (Run.cpuNanos() - cpu) / 1e3 / keys);
        } finally {
            // The next run is of the same group and must not wait for this member.
            streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
        stage.deleteStates(RUN);
        return restored;
    }

    private void requireProgress(Restorer restorer, KafkaStreams streams, Progress progress, long begin) {
        if (!streams.state().isRunningOrRebalancing()
                || System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
            throw new IllegalStateException(restorer.name() + " stopped after " + progress.restored.get() + " of "
                    + keys + " records; look at what it logged");
        }
    }

    /** What is needed to find the application and its broker, and nothing else. */
    private Properties defaults(EddyConfig config) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, config.text(StreamsConfig.STATE_DIR_CONFIG, ""));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        return settings;
    }

    /** A store like that of states, and nothing that reads it. */
    private static Topology topology(EddyConfig config) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Eddy.STATE_STORE), Serdes.Bytes(), Serdes.ByteArray()));
        builder.stream(config.getString(EddyConfig.INPUT_TOPIC), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .processValues(Forwarder::new, Eddy.STATE_STORE)
                .to(config.getString(EddyConfig.OUTPUT_TOPIC), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        return builder.build();
    }

    private void report(Map<String, List<Restored>> results) {
        String baseline = results.keySet().iterator().next();
        out.printf(ROW, "", "thousand records/s", "of " + baseline, "s until running", "CPU µs/record");
        results.forEach((name, all) -> {
            List<Restored> base = results.get(baseline);
            double[] ratios = new double[all.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = all.get(i).perSecond() / base.get(i).perSecond();
            }
            out.printf(
                    ROW,
                    name,
                    Figures.text(
                            "%.0f",
                            all.stream()
                                    .mapToDouble(one -> one.perSecond() / 1e3)
                                    .toArray()),
                    Figures.text("%.2f", ratios),
                    Figures.text(
                            "%.1f", all.stream().mapToDouble(Restored::running).toArray()),
                    Figures.text(
                            "%.1f",
                            all.stream().mapToDouble(Restored::cpuMicros).toArray()));
        });
    }

    /** Hands the events on; it has the store only for it to be restored. */
    private static final class Forwarder extends ContextualFixedKeyProcessor<byte[], byte[], byte[]> {
        @Override
        public void process(FixedKeyRecord<byte[], byte[]> event) {
            context().forward(event);
        }
    }

    /** Called by the threads that restore. */
    private static final class Progress implements StateRestoreListener {
        private final AtomicLong begin = new AtomicLong(Long.MAX_VALUE);
        private final AtomicLong end = new AtomicLong();
        private final AtomicLong restored = new AtomicLong();

        @Override
        public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
            begin.accumulateAndGet(System.nanoTime(), Math::min);
        }

        @Override
        public void onBatchRestored(TopicPartition partition, String store, long upTo, long count) {
            restored.addAndGet(count);
            end.set(System.nanoTime());
        }

        @Override
        public void onRestoreEnd(TopicPartition partition, String store, long total) {
            // The last batch has been counted.
        }
    }
}
