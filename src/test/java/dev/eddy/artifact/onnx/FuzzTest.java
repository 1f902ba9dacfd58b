package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.pytorch.PytorchImport;
import dev.eddy.artifact.safetensors.Safetensors;
import dev.eddy.artifact.safetensors.SafetensorsWriter;
import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Damaged files end in a refusal, never in another exception, a hang or a lack of memory. */
class FuzzTest {
    private static final long BUDGET_NANOS = 2_500_000_000L;
    private static final int MUTANTS = 4000;

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
        for (String name : List.of("mixed-embedded", "gru-before")) {
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

    private static void mutate(byte[] file, Consumer<byte[]> reader) {
        Random random = new Random(7);
        long end = System.nanoTime() + BUDGET_NANOS;
        for (int i = 0; i < MUTANTS && System.nanoTime() < end; i++) {
            byte[] mutant = mutant(file, random);
            try {
                reader.accept(mutant);
            } catch (InvalidModelException e) {
                assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(4000);
            }
        }
    }

    private static byte[] mutant(byte[] file, Random random) {
        if (random.nextInt(8) == 0) {
            return java.util.Arrays.copyOf(file, random.nextInt(file.length));
        }
        byte[] mutant = file.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(mutant.length);
            mutant[at] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (mutant[at] ^ (1 << random.nextInt(8)));
        }
        return mutant;
    }
}
