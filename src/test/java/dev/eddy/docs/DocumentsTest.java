package dev.eddy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.eddy.app.demo.DemoModels;
import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import dev.eddy.cli.Main;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.BadEventException;
import dev.eddy.model.SpecJson;
import dev.eddy.testing.Material;
import dev.eddy.testing.RuntimeCases;
import dev.eddy.testing.Seq2SeqCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written down beside the code is what the code does. */
class DocumentsTest {
    private static final JsonSchema SCHEMA = schema();

    @Test
    void shouldListEverySettingWithItsDefaultInTheReadme() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (ConfigDef.ConfigKey key : EddyConfig.DEFINITIONS.configKeys().values()) {
            String value = key.defaultValue == null ? "" : "`" + key.defaultValue + "`";
            assertThat(readme).contains("| `" + key.name + "` | " + value + " | " + key.documentation + " |");
        }
    }

    @Test
    void shouldNameEveryCommandAndEveryReasonInTheReadme() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        Main.commandLine().getSubcommands().keySet().stream()
                .filter(command -> !command.equals("help"))
                .forEach(command -> assertThat(readme).contains("`" + command + "`"));
        for (BadEventException.Reason reason : BadEventException.Reason.values()) {
            assertThat(readme).contains("`" + reason + "`");
        }
    }

    @Test
    void shouldDescribeTheSpecsOfShippedModelsInTheSchema() {
        DemoModels.all().forEach(DocumentsTest::assertDescribed);
        assertDescribed(TestModels.tagger("t", "1", 3, 4, List.of("a", "b"), 1));
    }

    @Test
    void shouldDescribeTheSpecsOfDecodersInTheSchema() throws IOException {
        for (String name : Seq2SeqCases.names()) {
            assertDescribed(Seq2SeqCases.model(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nab-lstm/step-normalised.onnx", "pos-gru/step.onnx", "elman-tanh/step-dynamo.onnx"})
    void shouldDescribeTheSpecsOfImportedModelsInTheSchema(String file) throws IOException {
        assertDescribed(new ModelImport(Material.path("models/" + file), null, null, null, Map.of()).run());
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual-lstm", "token-language", "mogrifier-lstm"})
    void shouldDescribeTheSpecsOfModelsOfAnotherEngineInTheSchema(String name) throws IOException {
        assertDescribed(RuntimeCases.model(name));
    }

    @Test
    void shouldNotDescribeWhatTheProgramRefuses() {
        assertThat(SCHEMA.validate("{\"name\":\"a\",\"version\":\"1\"}", com.networknt.schema.InputFormat.JSON))
                .isNotEmpty();
    }

    private static void assertDescribed(ModelFile model) {
        assertThat(SCHEMA.validate(SpecJson.write(model.spec()), com.networknt.schema.InputFormat.JSON))
                .isEmpty();
    }

    private static JsonSchema schema() {
        try {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(Files.readString(Path.of("schemas/model-spec.schema.json")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
