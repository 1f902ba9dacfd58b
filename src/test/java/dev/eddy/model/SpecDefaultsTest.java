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
    void shouldReadSeveralHeadsInPlaceOfOne() {
        String heads = "[{'kind':'linear','output':2,'weight':'a'},{'kind':'sigmoid','output':1,'weight':'b'}]"
                .replace('\'', '"');
        String several = MINIMAL.replace("\"head\": {\"kind\": \"linear\"}", "\"heads\": " + heads);
        String text = SpecJson.write(SpecJson.read(several));

        assertThat(SpecJson.read(text).allHeads()).extracting(HeadSpec::output).containsExactly(2, 1);
        assertThat(SpecJson.write(SpecJson.read(text))).isEqualTo(text);
        assertRefused(
                several.replace("\"task\"", "\"head\": {\"weight\": \"w\"}, \"task\""), "both a 'head' and 'heads'");
        assertRefused(several.replace(",\"weight\":\"b\"", ""), "one of the spec's 2 heads names no 'weight'");
        assertRefused(
                several.replaceFirst("\\{\"kind\": \"predict\"[^}]*}", "{\"kind\": \"tag\"}"), "a tagger has one head");
    }

    private static void assertRefused(String json, String reason) {
        assertThatThrownBy(() -> SpecJson.read(json))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void shouldRefuseANullAmongAProbesValues() {
        assertThatThrownBy(() -> SpecJson.read(MINIMAL.replace("0.25", "null")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("null");
    }

    @Test
    void shouldRefuseProbesWithoutAValueForEachEvent() {
        String values = "\"values\": [[0.5, 0.25]]";
        assertRefused(MINIMAL.replace(values, "\"values\": []"), "as many 'values' as 'events'");
        assertRefused(MINIMAL.replace(", " + values, ""), "a probe needs 'events'");
        assertRefused(MINIMAL.replace("[{\"word\": 1}]", "[]"), "a probe needs 'events'");
    }
}
