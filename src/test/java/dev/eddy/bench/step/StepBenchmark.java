package dev.eddy.bench.step;

import dev.eddy.bench.Figures;
import dev.eddy.bench.step.StepTable.Column;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The step of one network in Eddy, in other engines, in C, and what memory allows. Contenders take turns: one round runs each of
 * them once at every size, in a process of its own. {@code mvn -q test-compile exec:exec@step-benchmark}
 */
@Command(
        name = "step-benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures a step of an LSTM with a linear head of 4, in nanoseconds.")
public final class StepBenchmark implements Callable<Integer> {
    private static final Path DIRECTORY = Path.of("target", "step-benchmark");

    @Option(
            names = "--sizes",
            split = ",",
            defaultValue = "8x32,16x64,32x128,64x256,64x512",
            description = "Inputs and hidden units.")
    private List<String> sizes;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds; the table has their medians.")
    private int rounds;

    @Option(
            names = "--warm-up",
            defaultValue = "3000",
            description = "Milliseconds of processor time to warm each contender up.")
    private int warmUp;

    @Option(names = "--samples", defaultValue = "7", description = "Samples of 200 ms in a round.")
    private int samples;

    @Option(
            names = "--only",
            split = ",",
            description = "Runs these Java contenders only, by name: ${COMPLETION-CANDIDATES}.")
    private List<Contender> only = List.of(Contender.values());

    private final PrintStream out = System.out;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StepBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(DIRECTORY);
        CReference reference = CReference.compile(DIRECTORY);
        if (reference == null) {
            out.println("gcc is not here or does not compile src/test/c/lstm_step.c; its columns stay empty");
        }
        StepTable table = new StepTable(columns());
        for (int round = 1; round <= rounds; round++) {
            for (String size : sizes) {
                out.printf("round %d of %d, %s:", round, rounds, size);
                round(table, reference, new StepModel(StepSize.parse(size)), round == 1);
                out.println();
            }
        }
        out.println();
        out.println(
                "Processor time of a step of one key, nanoseconds, medians of rounds; in brackets the multiple of Eddy's time in the same"
                        + " round and with as many keys in a call");
        out.println();
        table.print(out);
        return 0;
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>(List.of(Column.LIMIT, Column.C));
        only.stream().filter(contender -> contender.keys() == 1).map(Column::of).forEach(columns::add);
        columns.add(Column.C_KEYS);
        only.stream().filter(contender -> contender.keys() > 1).map(Column::of).forEach(columns::add);
        return columns;
    }

    private void round(StepTable table, CReference reference, StepModel model, boolean first)
            throws IOException, InterruptedException, RunnerException {
        Agreement agreement = first ? new Agreement(model) : null;
        if (reference != null) {
            CReference.Times times = reference.measure(model, samples);
            report(table, model, Column.LIMIT, times.limit());
            report(table, model, Column.C, times.one());
            report(table, model, Column.C_KEYS, times.many());
        }
        if (first && reference != null) {
            agreement.require("the C program", reference.values(model, 1));
            agreement.require("the C program", reference.values(model, Contender.KEYS));
        }
        for (Contender contender : only) {
            if (first) {
                agreement.require(contender);
            }
            report(table, model, Column.of(contender), measure(contender, model.size()));
        }
    }

    private void report(StepTable table, StepModel model, Column column, double nanos) {
        table.add(model.size(), column, nanos);
        out.printf(
                Locale.ROOT,
                "  %s %s%,.0f",
                column.title(),
                column.keys() == 1 ? "" : "× " + column.keys() + " ",
                nanos);
        out.flush();
    }

    private static double counted(IterationResult iteration, String counter) {
        return iteration.getSecondaryResults().get(counter).getScore();
    }

    /** Nanoseconds a step of one key takes in a JVM of its own: the median of its samples. */
    private double measure(Contender contender, StepSize size) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(StepMeasurement.class.getName())
                .param("size", size.toString())
                .param("contender", contender.name())
                .forks(1)
                // Warm-up waits for the compiler, which may have to wait for a processor.
                .jvmArgs("-Xbatch", "-Xmx1g", "--add-modules", "jdk.incubator.vector")
                .param("warmUpMs", Integer.toString(warmUp))
                .warmupIterations(2)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(samples)
                .measurementTime(TimeValue.milliseconds(200))
                .output(DIRECTORY.resolve("jmh.txt").toString())
                .shouldFailOnError(true);
        RunResult result = new Runner(options.build()).run().iterator().next();
        double[] calls = result.getBenchmarkResults().iterator().next().getIterationResults().stream()
                .mapToDouble(iteration -> counted(iteration, "cpuNanos") / counted(iteration, "calls"))
                .toArray();
        return Figures.median(calls) / contender.keys();
    }
}
