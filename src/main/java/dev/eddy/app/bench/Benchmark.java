package dev.eddy.app.bench;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.files.Progress;
import dev.eddy.config.EddyConfig;
import dev.eddy.network.LiveModel;
import dev.eddy.network.StatePrecision;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * {@code eddy bench}: the step alone, then a stream that first warms up, is started again without its states, so that they are
 * restored, and then works off what waits, at last the latency at a steady rate.
 */
public final class Benchmark {
    private static final long LEAST_ROOM = 256L << 20;
    private static final int WARM_UP_SECONDS = 3;
    private static final double NANOS_BESIDE_STEP = 20_000;
    private static final long FEWEST_EVENTS = 5_000;
    private static final long MOST_WARM_UP = 200_000;
    private static final long MOST_EVENTS = 50_000_000;
    private static final double SPARE_EVENTS = 1.2;
    /** Of an event in all topics, beside its value and a state. */
    private static final long OVERHEAD_BYTES = 800;

    private static final double NOT_COUNTED = 0.15;
    private static final int MOST_LATENCY_SECONDS = 10;
    private static final int MOST_LATENCY_RATE = 5_000;
    /** Of what was reached; at more, events queue up. */
    private static final double FITTING = 0.7;

    private static final long PAUSE_MS = 10;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private final BenchOptions options;
    private final BenchWatcher watcher;
    private RandomEvents events;
    private BenchStage stage;
    private long sent;

    public Benchmark(BenchOptions options, BenchWatcher watcher) {
        this.options = options;
        this.watcher = watcher;
    }

    /**
     * Runs it all.
     *
     * @throws OperationFailedException if something is missing or fails; the message says what to do
     * @throws dev.eddy.model.InvalidModelException if the model cannot be used
     */
    public BenchResult run() throws IOException, InterruptedException {
        LiveModel exact =
                LiveModel.compile(options.model().id(), options.model().spec(), options.model());
        events = new RandomEvents(options.model(), options.format(), options.valueSize(), options.keys());
        WorkDirectory directory = new WorkDirectory(options.directory());
        try (Cleanup cleanup = new Cleanup(directory)) {
            try {
                return run(exact, directory, cleanup);
            } catch (IOException | RuntimeException e) {
                cleanup.awaitShutdown();
                throw e;
            }
        }
    }

    private BenchResult run(LiveModel exact, WorkDirectory directory, Cleanup cleanup)
            throws IOException, InterruptedException {
        directory.requireRoom(LEAST_ROOM);
        EddyConfig config = BenchStage.config(options, directory.path(), events, "localhost:0");
        LiveModel model = exact.with(StatePrecision.of(config.getString(EddyConfig.STATE_PRECISION)));
        watcher.begin("the step of the network");
        StepCost step = StepCost.of(model, options.model(), events);
        BrokerProcess broker = cleanup.add(new BrokerProcess(directory.path()));
        broker.awaitStart();
        try (BenchStage started = new BenchStage(options, directory.path(), events, broker)) {
            stage = started;
            return stream(model, step, directory);
        }
    }

    private BenchResult stream(LiveModel model, StepCost step, WorkDirectory directory)
            throws IOException, InterruptedException {
        EddyConfig config = stage.config();
        int stateBytes = StateCodec.size(new SequenceState(model));
        stage.deploy(options.model());
        int threads = Integer.parseInt(config.text("num.stream.threads", "1"));
        double rate = warmUp(threads * 1e9 / (NANOS_BESIDE_STEP + step.nanos()));
        Measured measured = measure(model, rate, threads, room(directory, stateBytes));
        double disk = (double) WorkDirectory.size(stage.states(), ".sst") / events.keysSeen();
        StreamRun stream = StreamRun.between(
                measured.begin(),
                measured.end(),
                threads,
                disk,
                events.keysSeen(),
                measured.restorePerSecond(),
                measured.shares());
        return new BenchResult(
                options,
                model,
                step,
                stream,
                measured.latency(),
                events.valueBytes(),
                events.keyBytes(),
                stateBytes,
                Long.parseLong(config.text("commit.interval.ms", "100")),
                config.getLong(EddyConfig.STATE_CACHE),
                config.getLong(EddyConfig.ROCKSDB_MEMORY));
    }

    /** Events there is room for, with half of it left. */
    private long room(WorkDirectory directory, int stateBytes) throws IOException {
        double perEvent = events.valueBytes() + stateBytes + OVERHEAD_BYTES;
        directory.requireRoom((long) (2 * FEWEST_EVENTS * perEvent));
        return (long) (Files.getFileStore(directory.path()).getUsableSpace() / perEvent / 2);
    }

    /** Processes a few events, so that code is compiled and most keys have states; says how fast it was in the end. */
    private double warmUp(double guess) throws IOException, InterruptedException {
        Progress progress = watcher.begin("the stream, warming up");
        send(clamp(guess * Math.min(WARM_UP_SECONDS, options.seconds()), MOST_WARM_UP), Progress.none());
        try (EddyApplication application = EddyApplication.start(stage.config())) {
            Mark half = await(application, sent / 2, progress);
            Mark all = await(application, sent, progress);
            stage.requireNoneRejected();
            double seconds = (all.nanos() - half.nanos()) / 1e9;
            return all.events() > half.events() ? (all.events() - half.events()) / seconds : guess;
        } finally {
            WorkDirectory.delete(stage.states());
        }
    }

    private static long clamp(double number, long most) {
        return Math.max(FEWEST_EVENTS, Math.min((long) number, most));
    }

    private void send(long count, Progress progress) {
        stage.send(events, count, progress);
        sent += count;
    }

    private record Measured(
            Mark begin, Mark end, Map<Part, Double> shares, double restorePerSecond, LatencyRun latency) {}

    private Measured measure(LiveModel model, double rate, int threads, long room)
            throws IOException, InterruptedException {
        long before = sent;
        long count = clamp(rate * options.seconds() * SPARE_EVENTS, Math.min(MOST_EVENTS, room));
        send(count, watcher.begin("the stream, writing events"));
        RestoreWatch restore = new RestoreWatch();
        try (StackSamples samples = StackSamples.areAvailable() ? new StackSamples() : null;
                EddyApplication application = EddyApplication.start(stage.config())) {
            Progress progress = watcher.begin("the stream, " + threads + (threads == 1 ? " thread" : " threads"));
            Mark begin = await(application, before + (long) (count * NOT_COUNTED), progress);
            restore.close();
            Mark end = await(application, sent, progress);
            stage.requireNoneRejected();
            Path file = stage.states().resolveSibling("samples.jfr");
            Map<Part, Double> shares = samples == null ? Map.of() : samples.shares(file, begin.time(), end.time());
            double reached = (end.events() - begin.events()) * 1e9 / (end.nanos() - begin.nanos());
            LatencyRun latency = model.answersEachEvent() ? latency(application, reached) : null;
            return new Measured(begin, end, shares, restore.bytesPerSecond(), latency);
        } finally {
            restore.close();
        }
    }

    private LatencyRun latency(EddyApplication application, double reached) throws InterruptedException {
        double load = options.eventsPerSecond();
        double rate = load > 0 && load <= FITTING * reached ? load : Math.min(MOST_LATENCY_RATE, reached / 2);
        LatencyRun run = LatencyRun.of(
                stage, events, (int) Math.max(1, rate), Math.min(MOST_LATENCY_SECONDS, options.seconds()), watcher);
        requireAlive(application, sent);
        return run;
    }

    /** Waits until so many events are committed. */
    private Mark await(EddyApplication application, long target, Progress progress) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long before = 0;
        while (true) {
            long committed = stage.committed();
            progress.at(committed, (double) committed / sent);
            if (committed >= target) {
                return Mark.at(committed);
            }
            deadline = committed > before ? System.nanoTime() + PATIENCE_NANOS : deadline;
            before = committed;
            requireAlive(application, committed);
            if (System.nanoTime() > deadline) {
                throw stopped("stands still", committed);
            }
            Thread.sleep(PAUSE_MS);
        }
    }

    private static void requireAlive(EddyApplication application, long committed) {
        if (!application.isAlive()) {
            throw stopped("has stopped", committed);
        }
    }

    private static OperationFailedException stopped(String what, long committed) {
        return new OperationFailedException("the stream of the benchmark " + what + " after " + committed
                + " events; set the environment variable EDDY_LOG_LEVEL=INFO to see why");
    }
}
