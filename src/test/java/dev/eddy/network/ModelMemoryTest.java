package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.testing.TestModels;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelMemoryTest {
    @Test
    void shouldCountFourBytesForEachParameterAndLittleMore() {
        ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 256, 1);
        long parameters = model.tensors().values().stream()
                .mapToLong(tensor -> tensor.data().remaining() / Float.BYTES)
                .sum();
        assertThat(TestModels.live(model).memoryBytes()).isBetween(4 * parameters, 4 * parameters * 11 / 10);
    }

    @Test
    void shouldCountVocabularies() {
        List<String> words =
                IntStream.range(0, 10_000).mapToObj(i -> "word" + i).toList();
        Feature.Category few = new Feature.Category("mode", List.of("a"), null);
        Feature.Category many = new Feature.Category("mode", words, null);
        assertThat(memory(many) - memory(few)).isGreaterThan(10_000 * 100);
    }

    /** The heap says the same, as far as it can be asked. */
    @Test
    void shouldSayWhatTheHeapHolds() {
        ModelFile model = TestModels.predictor("m", "1", CellKind.GRU, 1_000, 1);
        long before = used();
        LiveModel live = TestModels.live(model);
        long taken = used() - before;
        assertThat(live.memoryBytes()).isCloseTo(taken, org.assertj.core.data.Percentage.withPercentage(20));
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static long memory(Feature feature) {
        return TestModels.live(TestModels.model(
                        "m", "1", List.of(feature), CellKind.LSTM, 1, 1, new Task.Values(), List.of(), 1))
                .memoryBytes();
    }
}
