package dev.eddy.artifact.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Material;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Imports of the shared state dicts against PyTorch's own outputs and final states. */
class PytorchMaterialTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nab-lstm | {}",
                "nab-lstm | {\"features\":[{\"field\":\"value\",\"kind\":\"number\"}],\"layers\":[{\"cell\":\"lstm\"}]}",
                "pos-gru | {}",
                "elman-tanh | {\"layers\":[{\"cell\":\"rnn\",\"activation\":\"tanh\"}],\"head\":{\"kind\":\"logSoftmax\"}}",
                "elman-relu | {\"layers\":[{\"cell\":\"rnn\",\"activation\":\"relu\"}]}",
                "dynamo-unfolded-lstm | {}"
            })
    void shouldGiveThePyTorchGoldenOutputsAndFinalStates(String name, String spec) throws IOException {
        Path folder = Material.path("models/" + name);
        byte[] weights = Files.readAllBytes(folder.resolve("weights.safetensors"));
        ModelFile model = PytorchImport.read(weights, name, PartialSpec.read(spec));
        double worst = 0;
        for (JsonNode golden : Golden.read(folder.resolve("golden.json")).get("cases")) {
            worst = Math.max(worst, Golden.error(model, golden));
        }
        System.out.println(name + " weights: largest error " + worst);
        assertThat(worst).isLessThan(1e-5);
    }
}
