package dev.eddy.bench.step;

import dev.eddy.bench.Figures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code src/test/c/lstm_step.c}, compiled for this machine. */
final class CReference {
    private static final Path SOURCE = Path.of("src", "test", "c", "lstm_step.c");

    private final Path directory;
    private final Path program;

    private CReference(Path directory, Path program) {
        this.directory = directory;
        this.program = program;
    }

    /**
     * What one run of it measured, nanoseconds.
     *
     * @param limit to read the weights once
     * @param one   a step of one key
     * @param many  a step of a key where {@link Contender#KEYS} are stepped together
     */
    record Times(double limit, double one, double many) {}

    /** Compiles it; {@code null} where there is no gcc or it does not compile. */
    static CReference compile(Path directory) throws InterruptedException {
        Path program = directory.resolve("lstm_step").toAbsolutePath();
        try {
            run("gcc", "-O3", "-march=native", "-o", program.toString(), SOURCE.toString());
            return new CReference(directory, program);
        } catch (IOException e) {
            return null;
        }
    }

    /** Measures a model: the median of some samples, of the limit the least. */
    Times measure(StepModel model, int samples) throws IOException, InterruptedException {
        Path file = directory.resolve("model-" + model.size() + ".bin");
        Path values = directory.resolve("values-" + model.size() + ".bin");
        model.dump(file);
        String text = run(program.toString(), file.toString(), values.toString(), Integer.toString(samples));
        List<double[]> rows = text.lines()
                .map(line -> Arrays.stream(line.split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
        double limit = rows.stream().mapToDouble(row -> row[0]).min().orElseThrow();
        return new Times(limit, median(rows, 1), median(rows, 2));
    }

    private static double median(List<double[]> rows, int column) {
        return Figures.median(rows.stream().mapToDouble(row -> row[column]).toArray());
    }

    /** The values of the first steps of so many keys, (steps, keys, outputs), after it was measured. */
    float[][][] values(StepModel model, int keys) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("values-" + model.size() + ".bin"));
        FloatBuffer floats =
                ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
        int steps = floats.remaining() / (1 + Contender.KEYS) / StepSize.OUTPUTS;
        floats.position(keys == 1 ? 0 : steps * StepSize.OUTPUTS);
        float[][][] values = new float[steps][keys][StepSize.OUTPUTS];
        for (float[][] step : values) {
            for (float[] key : step) {
                floats.get(key);
            }
        }
        return values;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(Arrays.asList(command));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(line.get(0) + " failed: " + text.strip());
        }
        return text;
    }
}
