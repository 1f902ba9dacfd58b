package dev.eddy.bench;

import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What Eddy costs beside the same stream without a network: the events are there already, each contender in turn processes
 * all of them, exactly once. {@code mvn -q test-compile exec:exec@stream-benchmark}
 */
@Command(
        name = "stream-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Compares Eddy with a Kafka Streams topology that has no network, on the same events.")
public final class StreamBenchmark implements Callable<Integer> {
    private static final String PASS_THROUGH = "pass-through";
    private static final String EDDY = "Eddy";

    @Option(names = "--events", defaultValue = "400000", description = "Events each contender processes in a run.")
    private int events;

    @Option(names = "--keys", defaultValue = "10000", description = "Sequences they belong to.")
    private int keys;

    @Option(names = "--partitions", defaultValue = "4", description = "Partitions of all topics.")
    private int partitions;

    @Option(names = "--hidden", defaultValue = "64", description = "Width of the LSTM.")
    private int hidden;

    @Option(names = "--threads", defaultValue = "1", description = "Stream threads.")
    private int threads;

    @Option(names = "--runs", defaultValue = "3", description = "Counted runs of each, after one that warms up.")
    private int runs;

    @Option(names = "--format", defaultValue = "json", description = "Of events and predictions: json or avro.")
    private String format;

    @Option(names = "--only", description = "Runs one contender only, for a profiler.")
    private String only;

    private final PrintStream out = System.out;
    private final Table table = new Table();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StreamBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("eddy-bench-");
        try (BenchBroker broker = new BenchBroker(directory);
                Admin admin = broker.admin()) {
            race(broker, admin, directory);
        } finally {
            delete(directory);
        }
        return 0;
    }

    private void race(BenchBroker broker, Admin admin, Path directory) throws Exception {
        ModelFile file = TestModels.predictor("bench", "1", CellKind.LSTM, hidden, 1);
        LiveModel model = TestModels.live(file);
        EddyConfig setup = config(broker, directory, "setup");
        Topics.ensure(setup, TopicRole.values());
        Sizes sizes = Sizes.of(setup, model, new BenchEvents(format, keys));
        describe(sizes);
        new BenchEvents(format, keys).send(broker, setup.getString(EddyConfig.INPUT_TOPIC), events);

        List<Contender> contenders = Stream.<Contender>of(
                        new PlainContender(PASS_THROUGH, sizes.prediction(), 0),
                        new PlainContender("… with a state", sizes.prediction(), sizes.state()),
                        new EddyContender(EDDY, file))
                .filter(contender -> only == null || contender.name().equals(only))
                .toList();
        for (int round = 0; round <= runs; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get(i);
                Run run = run(broker, admin, directory, contender, "run-" + round + "-" + i);
                if (round > 0) {
                    table.add(contender.name(), run);
                }
            }
        }
        report(contenders, StepTime.nanos(model.network()));
    }

    private Run run(BenchBroker broker, Admin admin, Path directory, Contender contender, String name)
            throws InterruptedException, IOException {
        EddyConfig config = config(broker, directory, name);
        Topics.ensure(config, TopicRole.values());
        Run run;
        try (Contender.Running running = contender.start(config)) {
            run = Run.measure(running, admin, config, events);
        }
        requireOutputs(broker, admin, config);
        broker.deleteTopics(admin, name);
        delete(directory.resolve(name));
        return run;
    }

    private void requireOutputs(BenchBroker broker, Admin admin, EddyConfig config) throws InterruptedException {
        long outputs = broker.size(admin, config.getString(EddyConfig.OUTPUT_TOPIC));
        long rejected = broker.size(admin, config.getString(EddyConfig.DEAD_LETTER_TOPIC));
        if (outputs < events || rejected > 0) {
            throw new IllegalStateException(config.applicationId() + " gave " + outputs + " records for " + events
                    + " events and rejected " + rejected + "; it must give one for each");
        }
    }

    private EddyConfig config(BenchBroker broker, Path directory, String run) throws IOException {
        Path schema = Files.writeString(directory.resolve("event.avsc"), BenchEvents.AVRO_SCHEMA);
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put("num.stream.threads", threads);
        settings.put("state.dir", directory.resolve(run).toString());
        settings.put(EddyConfig.PIPELINE, run);
        settings.put(EddyConfig.TOPICS_CREATE, true);
        settings.put(EddyConfig.TOPICS_PARTITIONS, partitions);
        settings.put(EddyConfig.OUTPUT_TOPIC, run + ".predictions");
        settings.put(EddyConfig.DEAD_LETTER_TOPIC, run + ".deadletters");
        settings.put(EddyConfig.INPUT_FORMAT, format);
        settings.put(EddyConfig.INPUT_AVRO_SCHEMA, schema.toString());
        settings.put(EddyConfig.OUTPUT_FORMAT, format);
        settings.put(EddyConfig.HTTP_PORT, -1);
        return new EddyConfig(settings);
    }

    private void describe(Sizes sizes) {
        out.printf(
                Locale.ROOT,
                "%,d events of %d bytes (%s), %,d keys, %d partitions, %d stream threads, exactly_once_v2;%n"
                        + "LSTM with %d hidden units: predictions of %d bytes, states of %d.%n"
                        + "%d runs each, taking turns, after one to warm up: medians, with the range in brackets.%n%n",
                events,
                BenchEvents.BYTES,
                format,
                keys,
                partitions,
                threads,
                hidden,
                sizes.prediction(),
                sizes.state(),
                runs);
        out.flush();
    }

    private void report(List<Contender> contenders, double stepNanos) {
        table.print(out, contenders.get(0).name());
        out.printf(Locale.ROOT, "%nA step of the network alone, in a loop: %.1f µs of CPU", stepNanos / 1e3);
        if (contenders.stream().anyMatch(contender -> contender.name().equals(EDDY))) {
            out.printf(Locale.ROOT, ", %.0f %% of Eddy's", stepNanos / 10 / table.cpuMicros(EDDY));
        }
        out.println();
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
