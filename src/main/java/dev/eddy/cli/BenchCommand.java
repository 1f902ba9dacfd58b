package dev.eddy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.eddy.app.bench.BenchOptions;
import dev.eddy.app.bench.BenchReport;
import dev.eddy.app.bench.BenchResult;
import dev.eddy.app.bench.BenchWatcher;
import dev.eddy.app.bench.Benchmark;
import dev.eddy.app.files.Progress;
import dev.eddy.artifact.ModelFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures a model on this machine and says what a load would need: the step of its network beside the limit"
                    + " of the memory, then a stream with a broker and topics of its own (events/s, processor time,"
                    + " latency, bytes, and where the time goes). About a minute; nothing is left behind.",
            "",
            "Events are random and fit the model's features. Run it where nothing else runs, with the Java options and"
                    + " settings of production.",
            "",
            "Example: eddy bench -m model.safetensors --events-per-second 20000 --keys 1000000",
            ""
        })
final class BenchCommand implements Callable<Integer> {
    /** What the benchmark decides itself. */
    private static final List<String> OWN = List.of(
            "bootstrap.servers",
            "state.dir",
            "application.",
            "eddy.pipeline",
            "eddy.topics.",
            "eddy.input.",
            "eddy.output.",
            "eddy.labels.",
            "eddy.http.",
            "eddy.instance.",
            "eddy.model.selector",
            "eddy.model.trusted.keys");

    @Spec
    private CommandSpec command;

    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "The model file.")
    private Path model;

    @Option(
            names = "--events-per-second",
            paramLabel = "N",
            defaultValue = "0",
            description = "The load to size for, and to measure the latency at if it fits. Default: what is reached.")
    private double eventsPerSecond;

    @Option(
            names = "--keys",
            paramLabel = "K",
            defaultValue = "10000",
            description = "Sequences, all equally busy. Default: ${DEFAULT-VALUE}.")
    private int keys;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "15",
            description = "For how long the stream is measured, about; the rest takes half a minute more. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--threads",
            paramLabel = "T",
            defaultValue = "1",
            description = "Stream threads. The broker needs a core too. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--partitions",
            paramLabel = "P",
            defaultValue = "4",
            description = "Partitions of the topics. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "json",
            description = "Of events and predictions: json or avro. Default: ${DEFAULT-VALUE}.")
    private String format;

    @Option(
            names = "--value-size",
            paramLabel = "BYTES",
            defaultValue = "100",
            description = "Bytes of an event's value, filled up with a text that no feature reads. Default:"
                    + " ${DEFAULT-VALUE}, or what the features need.")
    private int valueSize;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where topics and states are kept meanwhile; take the disk that will have the states. Default:"
                            + " the directory for temporary files.")
    private Path directory;

    @Option(
            names = {"-D", "--set"},
            paramLabel = "KEY=VALUE",
            description = "A setting of Eddy or Kafka, as in eddy.properties. May be given more than once.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        quietLogs();
        Path parent = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
        BenchOptions options = new BenchOptions(
                ModelFile.read(model),
                parent,
                format,
                valueSize,
                keys,
                seconds,
                threads,
                partitions,
                eventsPerSecond,
                settings);
        BenchResult result;
        try (Bars bars = new Bars(command.commandLine().getErr())) {
            result = new Benchmark(options, bars).run();
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(new BenchReport(result));
        out.flush();
        return 0;
    }

    private void check() {
        require(
                keys >= 1 && seconds >= 1 && threads >= 1 && partitions >= 1,
                "--keys, --seconds, --threads and --partitions must be at least 1");
        require(seconds <= 3_600, "--seconds must be at most 3600");
        require(eventsPerSecond >= 0, "--events-per-second must not be negative");
        require(valueSize >= 1 && valueSize <= 900_000, "--value-size must be 1 to 900000");
        require(format.equals("json") || format.equals("avro"), "--format must be json or avro, not " + format);
        require(directory == null || Files.isDirectory(directory), "there is no directory " + directory);
        for (String setting : settings.keySet()) {
            require(
                    OWN.stream().noneMatch(setting::startsWith),
                    setting
                            + " is for the benchmark to decide, which has a broker and topics of its own; leave it out");
        }
    }

    private void require(boolean fine, String message) {
        if (!fine) {
            throw new ParameterException(command.commandLine(), message);
        }
    }

    /** The report says it all; set the variable to see the log. */
    private static void quietLogs() {
        if (System.getenv("EDDY_LOG_LEVEL") == null) {
            ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
            ((Logger) LoggerFactory.getLogger("dev.eddy")).setLevel(Level.WARN);
        }
    }

    /** A line for each part, and a bar while it goes on. */
    private static final class Bars implements BenchWatcher, AutoCloseable {
        private final PrintWriter err;
        private ProgressBar bar;

        Bars(PrintWriter err) {
            this.err = err;
        }

        @Override
        public Progress begin(String what) {
            close();
            err.println("measuring " + what);
            err.flush();
            bar = ProgressBar.on(err, "events", false);
            return bar;
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }
    }
}
