package dev.eddy.bench;

import dev.eddy.app.bench.SteadyLoad;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The time from when an event is due to be sent to when a reader of committed records has its prediction, at a steady rate.
 * {@code mvn -q test-compile exec:exec@latency-benchmark}
 */
@Command(
        name = "latency-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Latencies of events at a steady rate, from sending them to reading their committed predictions.")
public final class LatencyBenchmark implements Callable<Integer> {
    private static final String ROW = "%-34s %-28s %-28s %s%n";

    @Mixin
    private BenchOptions options;

    @Option(names = "--rate", defaultValue = "5000", description = "Events a second.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "30", description = "How long latencies are measured in a run.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "10", description = "Seconds before.")
    private int warmUp;

    @Option(names = "--commit-ms", defaultValue = "20", description = "commit.interval.ms.")
    private int commitMs;

    @Option(names = "--keys", defaultValue = "10000", description = "Sequences.")
    private int keys;

    @Option(names = "--runs", defaultValue = "3", description = "Runs of each contender.")
    private int runs;

    private final PrintStream out = System.out;
    private final Map<String, List<Latencies>> measured = new LinkedHashMap<>();
    private int nextRun;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LatencyBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (Stage stage = new Stage(options)) {
            EddyConfig setup = stage.config("setup", "setup.events", Map.of());
            Sizes sizes = Sizes.of(setup, TestModels.live(options.model()), options.events(keys));
            out.printf(
                    Locale.ROOT,
                    "%,d events a second of %,d keys, commit.interval.ms=%d, exactly_once_v2; %s with %d units, states of"
                            + " %d bytes;%n%d runs of %d s each, taking turns: medians, with the range in brackets.%n%n",
                    rate,
                    keys,
                    commitMs,
                    options.cell,
                    options.hidden,
                    sizes.state(),
                    runs,
                    seconds);
            out.flush();
            List<Contender> contenders = options.contenders(sizes);
            for (int round = 0; round < runs; round++) {
                for (Contender contender : contenders) {
                    run(stage, contender);
                }
            }
        }
        out.printf(ROW, "", "p50 ms", "p99 ms", "p99.9 ms");
        measured.forEach((name, all) -> out.printf(ROW, name, text(all, 0.5), text(all, 0.99), text(all, 0.999)));
        return 0;
    }

    private static String text(List<Latencies> all, double part) {
        return Figures.text(
                "%.1f",
                all.stream().mapToDouble(one -> one.quantile(part) / 1e6).toArray());
    }

    private void run(Stage stage, Contender contender) throws InterruptedException, IOException {
        String name = String.format(Locale.ROOT, "run-%04d", nextRun++);
        String input = name + ".events";
        Map<String, Object> settings = new HashMap<>(contender.settings());
        settings.putIfAbsent(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitMs);
        EddyConfig config = stage.config(name, input, settings);
        stage.create(config);
        contender.prepare(config);
        BenchEvents events = options.events(keys);
        Latencies latencies = new Latencies(contender.name());
        try (Contender.Running running = contender.start(config);
                KafkaProducer<byte[], byte[]> producer = stage.broker().producer();
                PredictionReader reader =
                        new PredictionReader(stage.broker(), config.getString(EddyConfig.OUTPUT_TOPIC))) {
            long warm = send(producer, input, events, (long) rate * warmUp);
            reader.await(warm);
            reader.measure(latencies);
            long counted = send(producer, input, events, (long) rate * seconds);
            reader.await(warm + counted);
            if (!running.isAlive()) {
                throw new IllegalStateException(contender.name() + " stopped; look at what it logged");
            }
        }
        measured.computeIfAbsent(contender.name(), any -> new ArrayList<>()).add(latencies);
        stage.clear(name);
    }

    private long send(KafkaProducer<byte[], byte[]> producer, String input, BenchEvents events, long count) {
        return SteadyLoad.send(
                producer,
                rate,
                sent -> sent < count,
                sent -> new ProducerRecord<>(input, events.nextKey(), events.nextValue()));
    }
}
