package dev.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpecDefaultsTest {
    private static final String MINIMAL = """
            {"name": "m", "version": "1",
             "features": [{"kind": "token", "field": "word", "embedding": "e"}],
             "layers": [{"cell": "gru", "input": 4, "hidden": 2, "tensors": {}}],
             "head": {"kind": "linear"},
             "task": {"kind": "predict", "fields": ["a", "b"]},
             "probes": [{"events": [{"word": 1}], "values": [[0.5, 0.25]]}]}
            """;

    @Test
    void shouldReadASpecThatLeavesOutWhatHasADefault() {
        ModelSpec spec = SpecJson.read(MINIMAL);

        assertThat(spec.probes().get(0).allowed()).isEqualTo(Probe.DEFAULT_TOLERANCE);
        assertThat(spec.head().output()).isZero();
        assertThat(((Task.Predict) spec.task()).horizon()).isEqualTo(1);
        assertThat(((Feature.Token) spec.features().get(0)).lowerCase()).isFalse();
    }

    @Test
    void shouldReadWhatItWrites() {
        String text = SpecJson.write(SpecJson.read(MINIMAL));

        assertThat(SpecJson.write(SpecJson.read(text))).isEqualTo(text);
    }

    @Test
    void shouldRefuseANullAmongAProbesValues() {
        assertThatThrownBy(() -> SpecJson.read(MINIMAL.replace("0.25", "null")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("null");
    }
}
