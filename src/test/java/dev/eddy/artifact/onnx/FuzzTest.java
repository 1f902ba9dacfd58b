package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.pytorch.PytorchImport;
import dev.eddy.artifact.safetensors.Safetensors;
import dev.eddy.artifact.safetensors.SafetensorsWriter;
import dev.eddy.model.InvalidModelException;
import dev.eddy.network.LiveModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Damaged files end in a refusal, never in another exception, a hang or a lack of memory. */
class FuzzTest {
    /** How many mutants of each file are read; without it, 10,000 or what two seconds allow. */
    private static final String GIVEN = System.getProperty("eddy.fuzz.mutants");

    private static final int MUTANTS = GIVEN == null ? 10_000 : Integer.parseInt(GIVEN);
    private static final long BUDGET_NANOS = 2_000_000_000L;
    private static final long LONGEST_NANOS = 10_000_000_000L;
    private static final long MOST_BYTES = 512L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldRefuseOrReadEveryMutantOfAnOnnxFile() {
        byte[] file = new OnnxBuilder(17)
                .input("x", -1, -1, 3)
                .input("h0", 2, -1, 4)
                .weight("W", 1, 12, 3)
                .weight("R", 1, 12, 4)
                .weight("B", 1, 24)
                .weight("W2", 1, 12, 4)
                .weight("head", 4, 2)
                .ints("zero", 0)
                .ints("one", 1)
                .ints("two", 2)
                .node("Slice", "h0 zero one zero", "h")
                .node("GRU", "x W R B - h", "Y hn")
                .node("Squeeze", "Y one", "y")
                .node("Slice", "h0 one two zero", "h2")
                .node("GRU", "y W2 R B - h2", "Y2 hn2")
                .node("Squeeze", "Y2 one", "y2")
                .node("Concat", "hn hn2", "all", OnnxBuilder.attribute("axis", 0))
                .node("MatMul", "y2 head", "out")
                .output("out", "all")
                .build();
        assertThat(OnnxImport.read(file, "m", null, Map.of()).spec().layers()).hasSize(2);
        mutate(file, bytes -> OnnxImport.read(bytes, "m", null, Map.of()));
    }

    @Test
    void shouldRefuseOrReadEveryMutantOfAnOnnxFileWithWrittenCells() throws IOException {
        for (String name : List.of("mixed-embedded", "gru-before", "lstm-coupled-input", "lstm-projected")) {
            byte[] file = Files.readAllBytes(Path.of("src/test/resources/golden/written-cells", name + ".onnx"));
            mutate(file, bytes -> OnnxImport.read(bytes, "m", null, Map.of()));
        }
    }

    @Test
    void shouldRefuseOrReadEveryMutantOfABidirectionalOnnxFile() throws IOException {
        for (String name : List.of("lstm-1-ends-script", "lstm-peepholes")) {
            byte[] file = Files.readAllBytes(Path.of("src/test/resources/golden/bidirectional", name + ".onnx"));
            mutate(file, bytes -> OnnxImport.read(bytes, "m", null, Map.of()));
        }
    }

    @Test
    void shouldRefuseOrReadEveryMutantOfAnOnnxFileWithLayersAround() throws IOException {
        for (String name : List.of("layer-norm-opset14", "heads")) {
            byte[] file = Files.readAllBytes(Path.of("src/test/resources/golden/onnx-layers", name + ".onnx"));
            mutate(file, bytes -> OnnxImport.read(bytes, "m", null, Map.of()));
        }
    }

    @Test
    void shouldRefuseOrReadEveryMutantOfASafetensorsFile() {
        Map<String, Tensor> tensors = Map.of(
                "lstm.weight_ih_l0", Tensor.of(new float[24], 12, 2),
                "lstm.weight_hh_l0", Tensor.of(new float[36], 12, 3),
                "fc.weight", Tensor.of(new float[6], 2, 3));
        byte[] file = SafetensorsWriter.write(new Safetensors(Map.of("format", "pt"), tensors));
        PartialSpec none = PartialSpec.read("{}");
        ModelFile model = PytorchImport.read(file, "m", none);
        mutate(file, bytes -> PytorchImport.read(bytes, "m", none));
        mutate(model.bytes(), ModelFile::read);
    }

    private static void mutate(byte[] file, Function<byte[], ModelFile> reader) {
        Random random = new Random(7);
        long end = System.nanoTime() + BUDGET_NANOS;
        for (int i = 0; i < MUTANTS && (GIVEN != null || System.nanoTime() < end); i++) {
            read(mutant(file, random), reader, i);
        }
    }

    /** Reads one file and compiles what it holds, in bounded time and memory. */
    private static void read(byte[] mutant, Function<byte[], ModelFile> reader, int number) {
        long start = System.nanoTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        try {
            ModelFile model = reader.apply(mutant);
            LiveModel.compile(model.id(), model.spec(), model);
        } catch (InvalidModelException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(4000).doesNotContain("\n");
        }
        assertThat(System.nanoTime() - start).as("time of mutant %d", number).isLessThan(LONGEST_NANOS);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated)
                .as("bytes of mutant %d", number)
                .isLessThan(MOST_BYTES);
    }

    private static byte[] mutant(byte[] file, Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
            case 1 -> spliced(file, random);
            case 2 -> inserted(file, random);
            case 3 -> lengthened(file, random);
            case 4 -> renamed(file, random);
            default -> flipped(file, random);
        };
    }

    private static byte[] flipped(byte[] file, Random random) {
        byte[] mutant = file.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(mutant.length);
            mutant[at] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (mutant[at] ^ (1 << random.nextInt(8)));
        }
        return mutant;
    }

    /** One part of the file over another. */
    private static byte[] spliced(byte[] file, Random random) {
        byte[] mutant = file.clone();
        int length = 1 + random.nextInt(Math.min(64, file.length));
        System.arraycopy(
                file,
                random.nextInt(file.length - length + 1),
                mutant,
                random.nextInt(file.length - length + 1),
                length);
        return mutant;
    }

    /** A part of the file a second time: keys, tensors and nodes that are there twice. */
    private static byte[] inserted(byte[] file, Random random) {
        int length = 1 + random.nextInt(Math.min(128, file.length));
        int from = random.nextInt(file.length - length + 1);
        int at = random.nextBoolean() ? from : random.nextInt(file.length);
        byte[] mutant = new byte[file.length + length];
        System.arraycopy(file, 0, mutant, 0, at);
        System.arraycopy(file, from, mutant, at, length);
        System.arraycopy(file, at, mutant, at + length, file.length - at);
        return mutant;
    }

    /** A length of a protobuf field, or the length of the header with which safetensors begin, that claims another one. */
    private static byte[] lengthened(byte[] file, Random random) {
        byte[] mutant = file.clone();
        int at = random.nextBoolean() ? random.nextInt(Math.min(8, file.length)) : random.nextInt(file.length);
        for (int n = 1 + random.nextInt(5); n > 0 && at < mutant.length; n--) {
            mutant[at++] = (byte) (0x80 | random.nextInt(128)); // goes on, as a varint
        }
        return mutant;
    }

    /** A letter over another of the same kind: names that collide or point elsewhere, other digits of shapes and offsets. */
    private static byte[] renamed(byte[] file, Random random) {
        byte[] mutant = file.clone();
        for (int n = 0; n < 8; n++) {
            int at = random.nextInt(mutant.length);
            if (Character.isDigit(mutant[at])) {
                mutant[at] = (byte) ('0' + random.nextInt(10));
            } else if (Character.isLetter(mutant[at])) {
                mutant[at] = (byte) ('a' + random.nextInt(26));
            }
        }
        return mutant;
    }
}
