package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelId;
import dev.eddy.testing.TestModels;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishedModelTest {
    private static final long MAX = 1 << 20;

    private final ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
    private final Map<String, byte[]> records = new HashMap<>(ControlRecords.publish(model, 0));

    @Test
    void shouldReadWhatWasPublished() {
        assertThat(PublishedModel.read(model.id(), records::get, MAX).bytes()).isEqualTo(model.bytes());
    }

    @Test
    void shouldRefuseWhatIsNotThatModel() {
        assertRefused(new ModelId("m", "2", model.fingerprint()), "it is not published");
        ModelFile other = TestModels.predictor("m", "1", CellKind.LSTM, 4, 2);
        assertRefused(
                other.id(),
                "what is published there is another one, " + model.fingerprint().brief());
        records.put(ControlRecords.manifestKey("m", "1"), new byte[] {1, 2, 3});
        assertRefused(model.id(), "its manifest is garbage");
    }

    @Test
    void shouldRefuseAModelThatLacksAChunk() {
        records.remove(ControlRecords.chunkKey("m", "1", 0));
        assertRefused(model.id(), "chunk 0 of 1 is missing");
    }

    private void assertRefused(ModelId id, String message) {
        assertThatThrownBy(() -> PublishedModel.read(id, records::get, MAX))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(message);
    }
}
