package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.models.ModelReport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.model.Task;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which models can wait with their answers, and which must. */
class WaitingModelTest {
    @Test
    void shouldRefuseANetworkThatReadsBackwardAndDoesNotWait() {
        assertThatThrownBy(() -> TwoWaySum.model(WaitingModels.bare(null, null, Emit.EVERY)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("reads backward")
                .hasMessageContaining("a 'lookAhead' or a 'maxLength'");
        assertThatCode(() -> TwoWaySum.model(WaitingModels.bare(1, null, Emit.EVERY)))
                .doesNotThrowAnyException();
        assertThatCode(() -> TwoWaySum.model(WaitingModels.bare(null, 9, Emit.END)))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseWhatTakesTooMuchMemoryToRead() {
        assertThatThrownBy(() -> TestModels.live(wide(1_000, 100_000)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("give the spec a smaller maxLength");
        assertThatCode(() -> TestModels.live(wide(1_000, 1_000))).doesNotThrowAnyException();
        assertThatThrownBy(() -> TestModels.live(wide(150_000, 1)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("events of up to 100000 can wait");
    }

    @Test
    void shouldReportWhatAnswersWaitFor() {
        assertThat(lines(WaitingModels.forward(CellKind.GRU, 4, null, Emit.EVERY, 1)))
                .contains("one output for each event, when 4 later ones have come; a sequence ends at a tombstone")
                .contains("lookAhead         4");
        assertThat(lines(WaitingModels.forward(CellKind.GRU, null, 50, Emit.EVERY, 1)))
                .contains("one output for each event of a sequence of up to 50 events, at its end: a tombstone or an")
                .contains("maxLength         50");
        assertThat(lines(WaitingModels.forward(CellKind.GRU, null, 50, Emit.END, 1)))
                .contains("one output for a sequence of up to 50 events, at its end: a tombstone or an event");
    }

    private static String lines(ModelFile model) {
        return String.join("\n", ModelReport.of(model).lines());
    }

    private static ModelFile wide(int inputs, int maxLength) {
        List<Feature> features = List.of(new Feature.Vector("v", inputs, null, null, null));
        ModelFile base = TestModels.model("w", "1", features, CellKind.RNN, 2, 1, Task.VALUES, List.of(), 1);
        ModelSpec spec = WaitingModels.waiting(base.spec(), null, maxLength, Emit.EVERY);
        return new ModelFile(spec, base.tensors());
    }
}
