package dev.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The JSON schema names what the program reads, no more and no less. */
class SpecSchemaTest {
    private final JsonNode schema;

    SpecSchemaTest() throws IOException {
        schema = new ObjectMapper()
                .readTree(Path.of("schemas/model-spec.schema.json").toFile());
    }

    @Test
    void shouldNameThePropertiesOfTheSpec() {
        assertThat(keys("/properties")).containsExactlyInAnyOrderElementsOf(components(ModelSpec.class));
        assertThat(keys("/$defs/layer/properties")).containsExactlyInAnyOrderElementsOf(components(LayerSpec.class));
        assertThat(keys("/$defs/head/properties")).containsExactlyInAnyOrderElementsOf(components(HeadSpec.class));
        assertThat(keys("/$defs/decoder/properties"))
                .containsExactlyInAnyOrderElementsOf(components(DecoderSpec.class));
        assertThat(keys("/$defs/decoder/properties/initial/items/properties"))
                .containsExactlyInAnyOrderElementsOf(components(DecoderSpec.Initial.class));
        assertFeedback(0, DecoderSpec.Tokens.class);
        assertFeedback(1, DecoderSpec.Numbers.class);
        assertThat(keys("/$defs/engine/properties")).containsExactlyInAnyOrderElementsOf(components(EngineSpec.class));
        assertThat(keys("/$defs/engine/properties/inputs/items/properties"))
                .containsExactlyInAnyOrderElementsOf(components(EngineSpec.Input.class));
        assertThat(keys("/$defs/engine/properties/states/items/properties"))
                .containsExactlyInAnyOrderElementsOf(components(EngineSpec.State.class));
        assertThat(keys("/$defs/cellOptions/properties"))
                .containsExactlyInAnyOrderElementsOf(components(CellOptions.class));
    }

    private void assertFeedback(int alternative, Class<? extends Record> type) {
        List<String> keys = keys("/$defs/decoder/properties/feedback/oneOf/" + alternative + "/properties");
        keys.remove("kind");
        assertThat(keys).containsExactlyInAnyOrderElementsOf(components(type));
    }

    @Test
    void shouldNameEveryCellFunctionAndRole() throws IllegalAccessException {
        assertThat(texts("/$defs/layer/properties/cell/enum"))
                .containsExactlyElementsOf(Arrays.stream(LayerSpec.CellKind.values())
                        .map(LayerSpec.CellKind::spelling)
                        .toList());
        assertThat(texts("/$defs/function/enum"))
                .containsExactlyElementsOf(Arrays.stream(Activation.Function.values())
                        .map(Activation.Function::spelling)
                        .toList());
        List<String> roles = new ArrayList<>();
        for (Field role : TensorRole.class.getFields()) {
            roles.add((String) role.get(null));
        }
        assertThat(keys("/$defs/layer/properties/tensors/properties")).containsExactlyInAnyOrderElementsOf(roles);
    }

    private static List<String> components(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    private List<String> keys(String path) {
        List<String> keys = new ArrayList<>();
        schema.at(path).fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private List<String> texts(String path) {
        List<String> texts = new ArrayList<>();
        schema.at(path).forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
