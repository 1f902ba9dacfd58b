package dev.eddy.bench;

import dev.eddy.app.demo.DemoModels;
import dev.eddy.app.demo.Fleet;
import dev.eddy.app.demo.FleetEvent;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.pytorch.PytorchImport;
import dev.eddy.testing.Material;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How much worse answers are in the events after a swap. The successor has the same weights under another version, so whatever
 * is lost is lost with the state. {@code mvn -q test-compile exec:exec@swap-dip}
 */
@Command(
        name = "swap-dip",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures how much worse answers are after a swap, for each transition.")
public final class SwapDip implements Callable<Integer> {
    /** Normalised values beyond are cut, as in the training of the model of the NAB series: rare spikes hide all else. */
    private static final double CLIP = 5;

    private static final String NAB_SPEC = """
            {"name": "nab", "version": "1", "features": [{"kind": "number", "field": "value"}],
             "task": {"kind": "predict", "fields": ["value"], "horizon": 1}}
            """;

    private static final long START = 1_767_571_200_000L;
    private static final long MINUTE = 60_000;
    private static final int REPORTS = 800;

    @Option(names = "--nab", description = "Folder of NAB's series. Default: that of the test material, where it is.")
    private Path nab;

    @Option(names = "--pumps", defaultValue = "200", description = "Pumps of the demo's fleet.")
    private int pumps;

    @Option(names = "--swaps", defaultValue = "5", description = "Moments in each sequence at which a swap is tried.")
    private int swaps;

    @Option(names = "--seed", defaultValue = "20260101", description = "Seed of the fleet.")
    private long seed;

    private final PrintStream out = System.out;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SwapDip()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Optional<Path> weights = Material.find("models/nab-lstm/weights.safetensors");
        Optional<Path> data = nab == null ? Material.find("nab/data") : Optional.of(nab);
        if (weights.isPresent() && data.isPresent()) {
            ModelFile model = PytorchImport.read(Files.readAllBytes(weights.get()), "nab", PartialSpec.read(NAB_SPEC));
            report("NAB series, LSTM 32, absolute error in standard deviations", nabSeries(data.get()), model);
        } else {
            out.println("NAB series: no test material here, left out");
        }
        List<List<FleetEvent>> fleet = fleet(pumps, seed);
        ModelFile forecaster = DemoModels.forecaster();
        report("Fleet, forecaster, absolute error of the next temperature, °C", forecasts(fleet), forecaster);
        List<DipSeries> tags = tags(fleet);
        report("Fleet, tagger 2, share of wrong tags", tags, DemoModels.betterTagger());
        compare(
                "Fleet, from tagger 1 to tagger 2, share of wrong tags",
                tags,
                DemoModels.firstTagger(),
                DemoModels.betterTagger(),
                false);
        return 0;
    }

    /** A model and its equal. */
    private void report(String title, List<DipSeries> series, ModelFile model) throws InterruptedException {
        compare(title, series, model, TestModels.successor(model, "successor"), true);
    }

    private void compare(String title, List<DipSeries> series, ModelFile before, ModelFile after, boolean carries)
            throws InterruptedException {
        DipTable table = new DipTable();
        for (Map.Entry<String, DipRun> way :
                DipTable.ways(before, after, carries).entrySet()) {
            for (int i = 0; i < series.size(); i++) {
                table.add(way.getKey(), i, errors(way.getValue(), series.get(i)));
            }
        }
        out.printf("%n%s; %d sequences, %d swaps in each%n", title, series.size(), swaps);
        table.print(out);
        out.flush();
    }

    /** Errors around each swap of a sequence; the swaps lie evenly in its second half. */
    private List<double[]> errors(DipRun run, DipSeries series) throws InterruptedException {
        int size = series.values().size();
        List<double[]> errors = new ArrayList<>();
        for (int i = 0; i < swaps; i++) {
            int swapAt = size / 2 + i * (size / 2 - DipTable.AFTER - 1) / swaps;
            errors.add(run.errors(series, swapAt, DipTable.BEFORE, DipTable.AFTER));
        }
        return errors;
    }

    private static List<DipSeries> nabSeries(Path folder) throws IOException {
        List<DipSeries> series = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".csv"))
                    .sorted()
                    .toList()) {
                series.add(nabSeries(folder.relativize(file).toString(), normalised(numbers(file))));
            }
        }
        return series;
    }

    private static double[] numbers(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
                .toArray();
    }

    /** By mean and deviation of the first 15 % of the series, at most 750 values: what NAB lets a detector learn from. */
    private static double[] normalised(double[] values) {
        int head = Math.min((int) Math.floor(0.15 * values.length), 750);
        double sum = 0;
        for (int i = 0; i < head; i++) {
            sum += values[i];
        }
        double mean = sum / head;
        double squares = 0;
        for (int i = 0; i < head; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        double std = Math.max(Math.sqrt(squares / head), Math.max(1e-3 * Math.abs(mean), 1e-6));
        double[] z = new double[values.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = (values[i] - mean) / std;
        }
        return z;
    }

    private static DipSeries nabSeries(String key, double[] z) {
        List<String> events = new ArrayList<>();
        for (double value : z) {
            events.add("{\"value\":" + value + "}");
        }
        return new DipSeries(
                key, events, (i, prediction) -> Math.abs(clipped(prediction.values()[0]) - clipped(z[i + 1])));
    }

    private static double clipped(double value) {
        return Math.max(-CLIP, Math.min(CLIP, value));
    }

    /** The reports of each pump. */
    static List<List<FleetEvent>> fleet(int pumps, long seed) {
        Map<String, List<FleetEvent>> reports = new LinkedHashMap<>();
        Fleet fleet = new Fleet(pumps, seed);
        for (int i = 0; i < REPORTS; i++) {
            for (FleetEvent event : fleet.tick(START + i * MINUTE)) {
                reports.computeIfAbsent(event.machine(), machine -> new ArrayList<>())
                        .add(event);
            }
        }
        return List.copyOf(reports.values());
    }

    static List<DipSeries> forecasts(List<List<FleetEvent>> fleet) {
        return series(
                fleet,
                events -> (i, prediction) ->
                        Math.abs(prediction.values()[0] - events.get(i + 1).temperature()));
    }

    private static List<DipSeries> tags(List<List<FleetEvent>> fleet) {
        return series(
                fleet,
                events -> (i, prediction) ->
                        prediction.label().equals(events.get(i).truth().label()) ? 0 : 1);
    }

    private static List<DipSeries> series(
            List<List<FleetEvent>> fleet, java.util.function.Function<List<FleetEvent>, DipSeries.Judge> judge) {
        return fleet.stream()
                .map(events -> new DipSeries(
                        events.get(0).machine(),
                        events.stream()
                                .map(event -> new String(event.value(), StandardCharsets.UTF_8))
                                .toList(),
                        judge.apply(events)))
                .toList();
    }
}
