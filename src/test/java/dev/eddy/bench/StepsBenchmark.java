package dev.eddy.bench;

import dev.eddy.config.EddyConfig;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What an event costs in a short sequence and in a long one. Two views: the same number of events on many keys and on few,
 * beside a topology without a network, which pays for the few keys alike; and the stretches of one run, where nothing but the
 * length of the sequences changes. {@code mvn -q test-compile exec:exec@steps-benchmark}
 */
@Command(
        name = "steps-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Processor time of an event in short sequences and in long ones.")
public final class StepsBenchmark implements Callable<Integer> {
    private static final int STRETCHES = 5;

    @Mixin
    private BenchOptions options;

    @Option(names = "--events", defaultValue = "1000000", description = "Events of each run.")
    private long events;

    @Option(
            names = "--keys",
            split = ",",
            defaultValue = "1000,10",
            description = "Numbers of keys; each has as many steps as events are left for it.")
    private List<Integer> keys;

    @Option(names = "--runs", defaultValue = "3", description = "Counted runs of each, after one that warms up.")
    private int runs;

    private final PrintStream out = System.out;
    private final Table table = new Table();
    private final List<List<Run>> stretches = new ArrayList<>();
    private int nextRun;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StepsBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        IntStream.range(0, STRETCHES).forEach(i -> stretches.add(new ArrayList<>()));
        try (Stage stage = new Stage(options)) {
            race(stage);
        }
        table.print(out);
        int fewest = keys.get(keys.size() - 1);
        out.printf(Locale.ROOT, "%nEddy with %,d keys, CPU µs an event by stretches of the sequences:%n", fewest);
        for (int i = 0; i < STRETCHES; i++) {
            double[] cpu = stretches.get(i).stream().mapToDouble(Run::cpuMicros).toArray();
            long steps = events / fewest;
            out.printf(
                    Locale.ROOT,
                    "steps %,9d – %,9d   %s%n",
                    i * steps / STRETCHES,
                    (i + 1) * steps / STRETCHES,
                    Figures.text("%.1f", cpu));
        }
        return 0;
    }

    private void race(Stage stage) throws Exception {
        for (int count : keys) {
            EddyConfig setup = stage.config("setup", input(count), Map.of());
            stage.create(setup);
            options.events(count).send(stage.broker(), input(count), events);
        }
        EddyConfig setup = stage.config("setup", input(keys.get(0)), Map.of());
        Sizes sizes = Sizes.of(setup, TestModels.live(options.model()), options.events(1));
        out.printf(
                Locale.ROOT,
                "%,d events, %s with %d units, states of %d bytes, %d partitions, one stream thread; %d runs each%n%n",
                events,
                options.cell,
                options.hidden,
                sizes.state(),
                options.partitions,
                runs);
        out.flush();
        List<Contender> contenders = options.contenders(sizes);
        for (int round = 0; round <= runs; round++) {
            for (Contender contender : contenders) {
                for (int count : keys) {
                    run(stage, contender, count, round > 0);
                }
            }
        }
    }

    private void run(Stage stage, Contender contender, int count, boolean counts)
            throws InterruptedException, IOException {
        String name = String.format(Locale.ROOT, "run-%04d", nextRun++);
        EddyConfig config = stage.config(name, input(count), contender.settings());
        stage.create(config);
        contender.prepare(config);
        try (Contender.Running running = contender.start(config)) {
            List<Run.Mark> marks = new ArrayList<>();
            marks.add(Run.mark(running, stage.admin(), config, 1));
            for (int i = 1; i <= STRETCHES; i++) {
                marks.add(Run.mark(running, stage.admin(), config, i * events / STRETCHES));
            }
            if (counts) {
                note(contender, count, marks);
            }
        }
        stage.requireOutputs(config, events);
        stage.clear(name);
    }

    private void note(Contender contender, int count, List<Run.Mark> marks) {
        String label = String.format(Locale.ROOT, "%s, %,d keys × %,d", contender.name(), count, events / count);
        table.add(label, Run.between(marks.get(0), marks.get(STRETCHES)));
        if (contender instanceof EddyContender && count == keys.get(keys.size() - 1)) {
            for (int i = 0; i < STRETCHES; i++) {
                stretches.get(i).add(Run.between(marks.get(i), marks.get(i + 1)));
            }
        }
    }

    private static String input(int count) {
        return "events-of-" + count + "-keys";
    }
}
