package dev.eddy.bench;

import dev.eddy.config.EddyConfig;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.streams.StreamsConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What Eddy costs beside the same stream without a network: the events are there already, each contender in turn processes
 * all of them, exactly once. {@code mvn -q test-compile exec:exec@stream-benchmark}
 */
@Command(
        name = "stream-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Compares Eddy with Kafka Streams topologies that have no network, on the same events.",
            "",
            "With several numbers of keys there is a table for each; with several numbers of threads a line for each,"
                    + " and their ratio.",
            ""
        })
public final class StreamBenchmark implements Callable<Integer> {
    @Mixin
    private BenchOptions options;

    @Option(
            names = "--events",
            defaultValue = "400000",
            description = "Events each contender processes in a run; four for each key at least.")
    private long events;

    @Option(names = "--keys", split = ",", defaultValue = "10000", description = "Sequences they belong to; a list.")
    private List<Integer> keys;

    @Option(names = "--threads", split = ",", defaultValue = "1", description = "Stream threads; a list.")
    private List<Integer> threads;

    @Option(names = "--runs", defaultValue = "3", description = "Counted runs of each, after one that warms up.")
    private int runs;

    private final PrintStream out = System.out;
    private int nextRun;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StreamBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (Stage stage = new Stage(options)) {
            LiveModel model = TestModels.live(options.model());
            for (int count : keys) {
                race(stage, model, count);
            }
            out.printf(Locale.ROOT, "A step of the network alone, in a loop: %.1f µs of CPU%n", stepMicros(model));
        }
        return 0;
    }

    private static double stepMicros(LiveModel model) {
        return StepTime.nanos(model.network()) / 1e3;
    }

    private void race(Stage stage, LiveModel model, int keyCount) throws Exception {
        String input = "events-of-" + keyCount + "-keys";
        long count = Math.max(events, 4L * keyCount);
        EddyConfig setup = stage.config("setup", input, Map.of());
        stage.create(setup);
        Sizes sizes = Sizes.of(setup, model, options.events(keyCount));
        describe(sizes, keyCount, count);
        options.events(keyCount).send(stage.broker(), input, count);

        List<Contender> contenders = options.contenders(sizes);
        Table table = new Table();
        for (int round = 0; round <= runs; round++) {
            for (int threadCount : threads) {
                for (Contender contender : contenders) {
                    Run run = run(stage, contender, input, threadCount, count, Math.max(count / 10, keyCount));
                    if (round > 0) {
                        table.add(label(contender, threadCount), run);
                    }
                }
            }
        }
        table.print(out);
        compareThreads(table, contenders);
        out.println();
        stage.clear(input);
    }

    private Run run(Stage stage, Contender contender, String input, int threadCount, long count, long from)
            throws InterruptedException, IOException {
        String name = String.format(Locale.ROOT, "run-%04d", nextRun++);
        Map<String, Object> settings = new HashMap<>(contender.settings());
        settings.putIfAbsent(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threadCount);
        EddyConfig config = stage.config(name, input, settings);
        stage.create(config);
        contender.prepare(config);
        Run run;
        try (Contender.Running running = contender.start(config)) {
            run = Run.measure(running, stage.admin(), config, from, count);
        }
        stage.requireOutputs(config, count);
        stage.clear(name);
        return run;
    }

    private String label(Contender contender, int threadCount) {
        return threads.size() == 1 ? contender.name() : contender.name() + ", threads: " + threadCount;
    }

    private void describe(Sizes sizes, int keyCount, long count) {
        out.printf(
                Locale.ROOT,
                "%,d events of %d bytes (%s), %,d keys (%s), %d partitions, stream threads: %s, exactly_once_v2;%n"
                        + "%s with %d units: predictions of %d bytes, states of %d.%n"
                        + "%d runs each, taking turns, after one to warm up: medians, with the range in brackets.%n%n",
                count,
                options.valueSize,
                options.format,
                keyCount,
                options.distribution.name().toLowerCase(Locale.ROOT),
                options.partitions,
                threads.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                options.cell,
                options.hidden,
                sizes.prediction(),
                sizes.state(),
                runs);
        out.flush();
    }

    /** The gain of each number of threads over the first. */
    private void compareThreads(Table table, List<Contender> contenders) {
        for (int more : threads.subList(1, threads.size())) {
            for (Contender contender : contenders) {
                out.printf(
                        "%s: %d threads over %d: %s%n",
                        contender.name(),
                        more,
                        threads.get(0),
                        Figures.text("%.2f", table.ratios(label(contender, more), label(contender, threads.get(0)))));
            }
        }
    }
}
