package dev.eddy.bench;

import dev.eddy.app.bench.SteadyLoad;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Two instances share the partitions; one is closed and comes back, as in a rolling restart. How long events stall: the time
 * from when they were due to be sent to when their committed predictions are read. Eddy leaves the group when it is closed; the
 * plain topology does what {@code KafkaStreams.close()} does by default, and stays a member until its session is over.
 * {@code mvn -q test-compile exec:exec@restart-benchmark}
 */
@Command(
        name = "restart-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "How long events stall when one of two instances is closed and comes back.")
public final class RestartBenchmark implements Callable<Integer> {
    private static final String ROW = "%-44s %-24s %-28s %s%n";

    @Mixin
    private BenchOptions options;

    @Option(names = "--rate", defaultValue = "2500", description = "Events a second.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long each of the phases is measured.")
    private int seconds;

    @Option(names = "--keys", defaultValue = "10000", description = "Sequences.")
    private int keys;

    @Option(names = "--runs", defaultValue = "3", description = "Runs of each contender.")
    private int runs;

    private final PrintStream out = System.out;
    private final Map<String, List<Latencies>> measured = new LinkedHashMap<>();
    private int nextRun;
    private volatile boolean over;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RestartBenchmark())
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
                    "%,d events a second of %,d keys, %d partitions on two instances, states of %d bytes;%n"
                            + "%d runs, %d s each phase: medians, with the range in brackets.%n%n",
                    rate,
                    keys,
                    options.partitions,
                    sizes.state(),
                    runs,
                    seconds);
            out.flush();
            List<Contender> contenders = options.contenders(sizes).stream()
                    .filter(contender -> !contender.name().equals(BenchOptions.PASS_THROUGH))
                    .toList();
            for (int round = 0; round < runs; round++) {
                for (Contender contender : contenders) {
                    run(stage, contender);
                }
            }
        }
        out.printf(ROW, "latency, ms", "p50", "p99", "max");
        measured.forEach((phase, all) -> out.printf(ROW, phase, text(all, 0.5), text(all, 0.99), text(all, 1)));
        return 0;
    }

    private static String text(List<Latencies> all, double part) {
        return Figures.text(
                "%.0f",
                all.stream().mapToDouble(one -> one.quantile(part) / 1e6).toArray());
    }

    private void run(Stage stage, Contender contender) throws InterruptedException, IOException {
        String name = String.format(Locale.ROOT, "run-%04d", nextRun++);
        EddyConfig first = stage.config(name, name + "-a", name + ".events", contender.settings());
        EddyConfig second = stage.config(name, name + "-b", name + ".events", contender.settings());
        stage.create(first);
        contender.prepare(first);
        over = false;
        try (KafkaProducer<byte[], byte[]> producer = stage.broker().producer();
                PredictionReader reader =
                        new PredictionReader(stage.broker(), first.getString(EddyConfig.OUTPUT_TOPIC));
                Contender.Running one = contender.start(first)) {
            CompletableFuture<Long> sent = CompletableFuture.supplyAsync(() -> load(producer, name + ".events"));
            // Closing is what is measured.
            Contender.Running other = contender.start(second);
            Thread.sleep(seconds * 1_000L);
            reader.measure(phase("both run", contender));
            Thread.sleep(seconds * 1_000L);
            reader.measure(phase("one closes", contender));
            other.close();
            Thread.sleep(seconds * 1_000L);
            reader.measure(phase("it comes back", contender));
            try (Contender.Running again = contender.start(second)) {
                Thread.sleep(seconds * 1_000L);
                over = true;
                reader.await(sent.join());
                requireAlive(contender, one);
                requireAlive(contender, again);
            }
        }
        stage.clear(name);
        stage.deleteStates(name + "-a");
        stage.deleteStates(name + "-b");
    }

    private long load(KafkaProducer<byte[], byte[]> producer, String input) {
        BenchEvents events = options.events(keys);
        return SteadyLoad.send(
                producer,
                rate,
                count -> !over,
                count -> new ProducerRecord<>(input, events.nextKey(), events.nextValue()));
    }

    /** Where the latencies of this phase go. */
    private Latencies phase(String phase, Contender contender) {
        Latencies latencies = new Latencies(phase);
        measured.computeIfAbsent(contender.name() + ": " + phase, any -> new ArrayList<>())
                .add(latencies);
        return latencies;
    }

    private static void requireAlive(Contender contender, Contender.Running running) {
        if (!running.isAlive()) {
            throw new IllegalStateException(contender.name() + " stopped; look at what it logged");
        }
    }
}
