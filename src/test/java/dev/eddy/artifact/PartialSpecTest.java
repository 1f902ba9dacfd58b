package dev.eddy.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a partial spec may say about an imported model. */
class PartialSpecTest {
    private static final ModelSpec SCALED = spec(
            new Feature.Vector("features", 2, new double[] {5, 6}, new double[] {2, 3}, null),
            new HeadSpec(HeadSpec.Kind.LINEAR, 1, "w", null, null, new double[] {7}, new double[] {8}));
    private static final ModelSpec TOKEN =
            spec(new Feature.Token("token", "table", null, false, null, null), HeadSpec.NONE);

    private static ModelSpec spec(Feature feature, HeadSpec head) {
        return new ModelSpec("m", "1", List.of(feature), null, head, null, null, null, null);
    }

    private static void refused(ModelSpec imported, String json, String... parts) {
        assertThatThrownBy(() -> PartialSpec.read(json).over(imported))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void shouldHandTheNormalisationInTheFileOnToNamedFeatures() {
        ModelSpec spec = PartialSpec.read(
                        "{\"name\":\"n\",\"features\":[{\"kind\":\"number\",\"field\":\"a\"},{\"kind\":\"number\",\"field\":\"b\"}],"
                                + "\"task\":{\"kind\":\"predict\",\"fields\":[\"a\"]}}")
                .over(SCALED);
        assertThat(spec.features())
                .containsExactly(new Feature.Numeric("a", 5.0, 2.0, null), new Feature.Numeric("b", 6.0, 3.0, null));
        assertThat(spec.name()).isEqualTo("n");
        assertThat(spec.task()).isEqualTo(new Task.Predict(List.of("a"), 1));
        assertThat(spec.head().mean()).containsExactly(7);
    }

    @Test
    void shouldRefuseToNormaliseTwice() {
        refused(
                SCALED,
                "{\"features\":[{\"kind\":\"vector\",\"field\":\"v\",\"length\":2,\"mean\":[0,0],\"std\":[1,1]}]}",
                "normalises its input itself");
        refused(SCALED, "{\"head\":{\"mean\":[1],\"std\":[1]}}", "the file says");
    }

    @Test
    void shouldGiveATokenTheEmbeddingOfTheFile() {
        ModelSpec spec = PartialSpec.read(
                        "{\"features\":[{\"kind\":\"token\",\"field\":\"word\",\"vocabulary\":[\"a\",\"b\"]}],"
                                + "\"head\":{\"labels\":[\"X\",\"Y\"],\"kind\":\"softmax\"},\"task\":{\"kind\":\"tag\"}}")
                .over(TOKEN);
        assertThat(((Feature.Token) spec.features().get(0)).embedding()).isEqualTo("table");
        assertThat(spec.head().labels()).containsExactly("X", "Y");
    }

    private static final ModelSpec HEADS = new ModelSpec(
            "m",
            "1",
            List.of(new Feature.Vector("features", 2, null, null, null)),
            null,
            null,
            List.of(
                    new HeadSpec(HeadSpec.Kind.LINEAR, 1, "a", null, null, null, null),
                    new HeadSpec(HeadSpec.Kind.SOFTMAX, 2, "b", null, null, null, null)),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);

    @Test
    void shouldSayMoreOfEachOfSeveralHeads() {
        PartialSpec partial = PartialSpec.read(
                "{\"heads\":[{\"from\":\"y\",\"mean\":[1],\"std\":[2]},{\"from\":\"z\",\"labels\":[\"p\",\"q\"]}]}");
        assertThat(partial.outputs()).containsExactly("y", "z");
        List<HeadSpec> heads = partial.over(HEADS).heads();
        assertThat(heads.get(0).mean()).containsExactly(1);
        assertThat(heads.get(1).labels()).containsExactly("p", "q");
        assertThat(PartialSpec.read("{\"head\":{\"from\":\"y\"}}").outputs()).containsExactly("y");
        assertThat(PartialSpec.read("{\"head\":{\"labels\":[]}}").outputs()).isEmpty();
    }

    @Test
    void shouldRefuseHeadsThatTheFileHasNot() {
        refused(HEADS, "{\"heads\":[{}]}", "not a list of 2", "one for each output");
        refused(SCALED, "{\"heads\":[{},{}]}", "not a list of 1");
        assertThatThrownBy(() ->
                        PartialSpec.read("{\"heads\":[{\"from\":\"y\"},{}]}").outputs())
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("name one for each or for none");
    }

    @Test
    void shouldRefuseFeaturesThatDoNotFit() {
        refused(TOKEN, "{\"features\":[{\"kind\":\"number\",\"field\":\"a\"}]}", "no token where it takes one");
        refused(SCALED, "{\"features\":[{\"kind\":\"number\",\"field\":\"a\"}]}", "takes 2 numbers", "only 1");
        refused(SCALED, "{\"layers\":[]}", "'layers'", "tells itself");
        refused(SCALED, "[]", "not a JSON object");
    }
}
