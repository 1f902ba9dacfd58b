package dev.eddy.bench;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What benchmarks in a stream have in common: the model, the events, the contenders. */
final class BenchOptions {
    static final String PASS_THROUGH = "pass-through";
    private static final String KAFKA_SETTINGS = " (Kafka's settings)";

    @Option(names = "--partitions", defaultValue = "4", description = "Partitions of all topics.")
    int partitions;

    @Option(names = "--cell", defaultValue = "LSTM", description = "Kind of the layer: ${COMPLETION-CANDIDATES}.")
    CellKind cell;

    @Option(names = "--hidden", defaultValue = "64", description = "Width of the layer.")
    int hidden;

    @Option(names = "--format", defaultValue = "json", description = "Of events and predictions: json or avro.")
    String format;

    @Option(names = "--value-size", defaultValue = "100", description = "Bytes of an event's value.")
    int valueSize;

    @Option(
            names = "--distribution",
            defaultValue = "UNIFORM",
            description =
                    "Of events over keys: ${COMPLETION-CANDIDATES}; hot puts nine of ten on one key of a hundred.")
    Distribution distribution;

    @Option(
            names = "--set",
            description = "A setting of all contenders, Kafka's or Eddy's: NAME=VALUE; may be repeated.")
    Map<String, String> settings = Map.of();

    @Option(
            names = "--eddy",
            converter = Variant.Reader.class,
            description =
                    "An Eddy with settings of its own, NAME:SETTING=VALUE,…; may be repeated, they race each other.")
    List<Variant> eddies = List.of(new Variant("Eddy", Map.of()));

    @Option(
            names = "--plain",
            converter = Variant.Reader.class,
            description = "A plain processor with a state, no record cache, and settings of its own, as with --eddy.")
    List<Variant> plains = List.of();

    @Option(names = "--only", split = ",", description = "Leaves the other contenders out.")
    List<String> only = List.of();

    ModelFile model() {
        return TestModels.predictor("bench", "1", cell, hidden, 1);
    }

    BenchEvents events(int keys) {
        return new BenchEvents(format, valueSize, distribution, keys);
    }

    /** Those with the same work as Eddy but no network, then Eddy. */
    List<Contender> contenders(Sizes sizes) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new PlainContender(PASS_THROUGH, sizes.prediction(), 0, false, Map.of()));
        contenders.add(new PlainContender(
                PASS_THROUGH + KAFKA_SETTINGS, sizes.prediction(), 0, false, KafkaDefaults.SETTINGS));
        contenders.addAll(withState(sizes));
        return contenders.stream()
                .filter(contender -> only.isEmpty() || only.contains(contender.name()))
                .toList();
    }

    private List<Contender> withState(Sizes sizes) {
        List<Contender> contenders = new ArrayList<>();
        for (boolean recordCache : List.of(true, false)) {
            String name = recordCache ? "state with record cache" : "state without record cache";
            contenders.add(new PlainContender(name, sizes.prediction(), sizes.state(), recordCache, Map.of()));
            contenders.add(new PlainContender(
                    name + KAFKA_SETTINGS, sizes.prediction(), sizes.state(), recordCache, KafkaDefaults.SETTINGS));
        }
        for (Variant plain : plains) {
            contenders.add(
                    new PlainContender(plain.name(), sizes.prediction(), sizes.state(), false, plain.settings()));
        }
        ModelFile model = model();
        for (Variant eddy : eddies) {
            contenders.add(new EddyContender(eddy.name(), model, eddy.settings()));
        }
        return contenders;
    }
}
