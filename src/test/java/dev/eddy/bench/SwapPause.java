package dev.eddy.bench;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.Transition;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import dev.eddy.testing.EddyProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.awaitility.Awaitility;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Whether the stream pauses while a large model is published, loaded and swapped in: the latency from an event's time to its
 * committed prediction, {@code eddy run} and the broker in JVMs of their own. {@code mvn -q test-compile exec:exec@swap-pause}
 */
@Command(
        name = "swap-pause",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures latency while a large model is published, loaded and swapped in.")
public final class SwapPause implements Callable<Integer> {
    private static final String NO_SWAP = "no swap";
    private static final int SPAN_MS = 5_000;
    /** From the decision to its time: longer than half a span, so that loading and swap are apart. */
    private static final int LEAD_MS = 3_500;
    /** What a round without a swap waits for in place of loading. */
    private static final int IDLE_MS = 2_000;

    private static final int SETTLE_MS = 15_000;
    private static final int LITTLE_LAG_MS = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String ROW = "%-10s %-24s %-24s %-24s %s%n";

    @Option(names = "--rate", defaultValue = "5000", description = "Events a second.")
    private int rate;

    @Option(names = "--keys", defaultValue = "500", description = "Sequences they belong to.")
    private int keys;

    @Option(names = "--bytes", defaultValue = "20000000", description = "Size of the model.")
    private int bytes;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds; in each, every way is taken once.")
    private int rounds;

    private final PrintStream out = System.out;
    private final Map<String, List<Round>> measured = new LinkedHashMap<>();
    private int version;

    /** What was measured in one way: before anything, while the model was published and loaded, around the swap, and then. */
    private record Round(
            PauseReader.Ages before, PauseReader.Ages loading, PauseReader.Ages around, PauseReader.Ages after) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SwapPause()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("eddy-pause-");
        Path recording = directory.resolve("eddy.jfr");
        try (BenchBroker broker = new BenchBroker(directory)) {
            EddyConfig config = config(broker, directory);
            EddyProcess eddy = EddyProcess.start(
                    directory.resolve("eddy.log"),
                    List.of("-Xmx2g", "-XX:StartFlightRecording=dumponexit=true,filename=" + recording),
                    "run",
                    "-c",
                    directory.resolve("eddy.properties").toString());
            try (eddy) {
                measure(broker, config);
                eddy.terminate();
            }
        }
        report();
        return threads(LoadingThreads.of(recording));
    }

    private EddyConfig config(BenchBroker broker, Path directory) throws IOException {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                EddyConfig.PIPELINE,
                "pause",
                EddyConfig.TOPICS_CREATE,
                "true",
                EddyConfig.HTTP_PORT,
                "-1",
                EddyConfig.STATUS_INTERVAL,
                "500",
                "state.dir",
                directory.resolve("state").toString()));
        try (var writer = Files.newBufferedWriter(directory.resolve("eddy.properties"))) {
            settings.store(writer, null);
        }
        return new EddyConfig(settings);
    }

    private void measure(BenchBroker broker, EddyConfig config) throws InterruptedException {
        awaitInstance(config);
        deploy(config, Transition.RESET, true);
        try (PauseReader reader = new PauseReader(broker, config.getString(EddyConfig.OUTPUT_TOPIC));
                PauseLoad load = new PauseLoad(
                        broker, config.getString(EddyConfig.INPUT_TOPIC), rate, keys, PauseModel.ids(bytes))) {
            load.start();
            Thread.sleep(SETTLE_MS);
            Map<String, Transition> ways = new LinkedHashMap<>();
            ways.put(NO_SWAP, null);
            ways.put("warm 32", Transition.warm(32));
            ways.put("reset", Transition.RESET);
            for (int round = 0; round < rounds; round++) {
                for (Map.Entry<String, Transition> way : ways.entrySet()) {
                    Round one = round(config, reader, way.getValue());
                    measured.computeIfAbsent(way.getKey(), name -> new ArrayList<>())
                            .add(one);
                    out.printf("round %d, %s: %s, load average %.1f%n", round + 1, way.getKey(), one, loadAverage());
                }
            }
        }
    }

    private void awaitInstance(EddyConfig config) {
        Awaitility.await("eddy run").atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (InstanceReports reports = new InstanceReports(config)) {
                return reports.live().size() == 1;
            }
        });
    }

    private Round round(EddyConfig config, PauseReader reader, Transition transition) throws InterruptedException {
        // What a swap delays is seen only where nothing else does.
        Awaitility.await("no lag")
                .atMost(PATIENCE)
                .until(() -> System.currentTimeMillis() - reader.reached() < LITTLE_LAG_MS);
        Thread.sleep(SPAN_MS);
        long begin = System.currentTimeMillis();
        long swap;
        if (transition == null) {
            Thread.sleep(IDLE_MS);
            swap = System.currentTimeMillis() + LEAD_MS;
        } else {
            swap = deploy(config, transition, false);
        }
        long loaded = swap - LEAD_MS;
        long end = swap + SPAN_MS / 2 + SPAN_MS;
        Awaitility.await("predictions up to the end of the round")
                .atMost(PATIENCE)
                .until(() -> reader.reached() > end);
        if (!reader.newest().contains("\"version\":\"" + version + "\"")) {
            throw new IllegalStateException("version " + version + " does not answer: " + reader.newest());
        }
        return new Round(
                reader.ages(begin - SPAN_MS, begin),
                reader.ages(begin, loaded),
                reader.ages(swap - SPAN_MS / 2, swap + SPAN_MS / 2),
                reader.ages(swap + SPAN_MS / 2, end));
    }

    /** Publishes the next version, waits until it is loaded, and deploys it a little ahead; gives the event time. */
    private long deploy(EddyConfig config, Transition transition, boolean first) throws InterruptedException {
        ModelFile file = PauseModel.version(version + 1, bytes);
        ModelId id = new ModelPublisher(config).publish(file, written -> {});
        version++;
        try (InstanceReports reports = new InstanceReports(config);
                ModelDeployer deployer = new ModelDeployer(config)) {
            Verdicts verdicts = new Verdicts(reports, PATIENCE);
            verdicts.awaitReady(id, (ready, of) -> {});
            verdicts.awaitLoaded(id, deployer.prepare(List.of(id)), (ready, of) -> {});
            long from = first ? Deployment.BEGINNING : System.currentTimeMillis() + LEAD_MS;
            deployer.deploy(id, from, transition, 0, null, "");
            return from;
        }
    }

    private void report() {
        out.printf(
                Locale.ROOT,
                "%nModel of %.1f MB, %,d events/s, %,d keys, exactly once; p50 / p99 / max in ms, medians of %d rounds;"
                        + " load average %.1f%n",
                bytes / 1e6,
                rate,
                keys,
                rounds,
                loadAverage());
        out.printf(ROW, "", "5 s before", "publishing, loading", "5 s around the swap", "next 5 s");
        measured.forEach((way, all) -> out.printf(
                ROW,
                way,
                text(all, Round::before),
                text(all, Round::loading),
                text(all, Round::around),
                text(all, Round::after)));
    }

    private static String text(List<Round> all, java.util.function.Function<Round, PauseReader.Ages> part) {
        List<PauseReader.Ages> ages = all.stream().map(part).toList();
        return String.format(
                Locale.ROOT,
                "%.0f / %.0f / %.0f",
                median(ages, PauseReader.Ages::p50),
                median(ages, PauseReader.Ages::p99),
                median(ages, PauseReader.Ages::max));
    }

    private static double median(List<PauseReader.Ages> ages, ToDoubleFunction<PauseReader.Ages> figure) {
        return Figures.median(ages.stream().mapToDouble(figure).toArray());
    }

    private static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** Fails if a thread that events or control records wait for has loaded a model. */
    private int threads(Map<String, Integer> samples) {
        out.println("threads that were seen loading models, with samples: " + samples);
        boolean onStream = samples.keySet().stream().anyMatch(name -> name.contains("StreamThread"));
        out.println(
                samples.isEmpty() || onStream
                        ? "models must be loaded beside the stream, and seen doing so"
                        : "none of them is a stream thread");
        return samples.isEmpty() || onStream ? 1 : 0;
    }
}
