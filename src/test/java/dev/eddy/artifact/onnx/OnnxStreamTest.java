package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Material;
import dev.eddy.testing.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Imports of the shared ONNX files over long and interleaved streams, against what PyTorch gave for them. */
class OnnxStreamTest {
    private static final double TOLERANCE = 1e-5;

    @Test
    void shouldStayWithPyTorchOverTwentyTwoThousandStepsWithoutReset() throws IOException {
        Path folder = Material.path("models/nab-lstm");
        Sequence sequence = new Sequence(OnnxImport.read(folder.resolve("seq.onnx"), Map.of()));
        JsonNode golden = Golden.read(folder.resolve("golden-long.json"));
        String series = golden.get("series").asText();
        JsonNode scaling =
                Golden.read(folder.resolve("normalisation.json")).get("series").get(series);
        List<String> rows = Files.readAllLines(Material.path("nab/data/" + series));
        double error = 0;
        int next = 0;
        for (int row = 0; row < rows.size() - 1; row++) {
            double value = Double.parseDouble(rows.get(row + 1).split(",", -1)[1]);
            double z = (value - scaling.get("mean").asDouble())
                    / scaling.get("std").asDouble();
            double[] got = sequence.step(Map.of("features", List.of(z)));
            if (golden.get("row").path(next).asInt(-1) == row) {
                error = Math.max(
                        error,
                        Golden.difference(
                                got[0], golden.get("prediction").get(next++).asDouble()));
            }
        }
        assertThat(next).isEqualTo(golden.get("row").size());
        report("golden-long", error);
    }

    @Test
    void shouldGiveThePyTorchAnswersForInterleavedSeries() throws IOException {
        Path folder = Material.path("models/nab-lstm");
        ModelFile model = OnnxImport.read(folder.resolve("step.onnx"), Map.of());
        Map<String, Sequence> sequences = new HashMap<>();
        double error = 0;
        for (String line : tail(folder.resolve("golden-stream.csv"))) {
            String[] cells = line.split(",", -1);
            Sequence sequence = sequences.computeIfAbsent(cells[0], key -> new Sequence(model));
            double[] got = sequence.step(Map.of("features", List.of(Double.parseDouble(cells[3]))));
            error = Math.max(error, Golden.difference(got[0], Double.parseDouble(cells[4])));
        }
        report("nab-lstm golden-stream", error);
    }

    @Test
    void shouldGiveThePyTorchTagsForInterleavedSentences() throws IOException {
        Path folder = Material.path("models/pos-gru");
        ModelFile model = OnnxImport.read(folder.resolve("step.onnx"), Map.of());
        List<String> tags = Files.readAllLines(folder.resolve("tags.txt"));
        Map<String, Sequence> sequences = new HashMap<>();
        double error = 0;
        for (String line : tail(folder.resolve("golden-stream.tsv"))) {
            String[] cells = line.split("\t", -1);
            Sequence sequence = sequences.computeIfAbsent(cells[0], key -> new Sequence(model));
            double[] got = sequence.step(Map.of("token", Integer.valueOf(cells[3])));
            int tag = tags.indexOf(cells[4]);
            for (double value : got) {
                assertThat(value).isLessThanOrEqualTo(got[tag]);
            }
            error = Math.max(error, Golden.difference(got[tag], Double.parseDouble(cells[5])));
        }
        report("pos-gru golden-stream", error);
    }

    @Test
    void shouldGiveThePyTorchLogProbabilitiesOfTheWholeOccupancyStream() throws IOException {
        Path folder = Material.path("models/elman-tanh");
        Sequence sequence = new Sequence(OnnxImport.read(folder.resolve("seq.onnx"), Map.of()));
        JsonNode scaling = Golden.read(folder.resolve("normalisation.json"));
        List<String> events = tail(Material.path("occupancy/test1.csv"));
        List<String> wanted = tail(folder.resolve("test1-predictions.csv"));
        double error = 0;
        for (int row = 0; row < wanted.size(); row++) {
            double[] values = sequence.step(Map.of("features", occupancy(events.get(row), scaling)));
            String[] cells = wanted.get(row).split(",", -1);
            error = Math.max(error, Golden.difference(values[0], Double.parseDouble(cells[3])));
            error = Math.max(error, Golden.difference(values[1], Double.parseDouble(cells[4])));
        }
        report("elman-tanh test1-predictions", error);
    }

    private static List<Double> occupancy(String line, JsonNode scaling) {
        String[] cells = line.split(",", -1);
        List<Double> features = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            double value = Double.parseDouble(cells[i + 1]);
            features.add((value - scaling.get("mean").get(i).asDouble())
                    / scaling.get("std").get(i).asDouble());
        }
        return features;
    }

    private static List<String> tail(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.subList(1, lines.size());
    }

    private static void report(String name, double error) {
        System.out.println(name + ": largest error " + error);
        assertThat(error).isLessThan(TOLERANCE);
    }
}
