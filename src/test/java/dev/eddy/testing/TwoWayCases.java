package dev.eddy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.PartialSpec;
import dev.eddy.artifact.onnx.OnnxImport;
import dev.eddy.artifact.pytorch.PytorchImport;
import dev.eddy.network.Network;
import dev.eddy.network.NetworkCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The golden files of layers that read backward, made by src/test/python/make_bidirectional.py. */
public final class TwoWayCases {
    /** Where they are. */
    public static final Path FOLDER = Path.of("src/test/resources/golden/bidirectional");

    private TwoWayCases() {}

    /** The names of the cases whose model file ends so, sorted. */
    public static List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(ending))
                    .map(file -> file.substring(0, file.length() - ending.length()))
                    .sorted()
                    .toList();
        }
    }

    /** Inputs of a case and what its reference gave. */
    public static JsonNode golden(String name) throws IOException {
        return Golden.read(FOLDER.resolve(name + ".json"));
    }

    /** The model of a case: an ONNX file, a state dict or a model file. */
    public static ModelFile model(String name) throws IOException {
        if (Files.exists(FOLDER.resolve(name + ".onnx"))) {
            return OnnxImport.read(FOLDER.resolve(name + ".onnx"), Map.of());
        }
        byte[] bytes = Files.readAllBytes(FOLDER.resolve(name + ".safetensors"));
        if (name.startsWith("mixed")) {
            return ModelFile.read(bytes);
        }
        String activation = name.equals("rnn-2") ? "tanh" : "relu";
        String spec = name.startsWith("rnn")
                ? "{\"lookAhead\":5,\"layers\":[{\"cell\":\"rnn\",\"activation\":\"" + activation + "\"}]}"
                : "{\"lookAhead\":5}";
        return PytorchImport.read(bytes, name, PartialSpec.read(spec));
    }

    /** The network of a case. */
    public static Network network(String name) throws IOException {
        return network(model(name));
    }

    public static Network network(ModelFile model) {
        return NetworkCompiler.compile(model.spec(), model);
    }

    /** The inputs of a case, (events, inputSize). */
    public static float[][] inputs(JsonNode golden) {
        return rows(golden.get("input"));
    }

    private static float[][] rows(JsonNode node) {
        float[][] rows = new float[node.size()][];
        for (int t = 0; t < rows.length; t++) {
            rows[t] = row(node.get(t));
        }
        return rows;
    }

    private static float[] row(JsonNode node) {
        float[] row = new float[node.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = node.get(i).floatValue();
        }
        return row;
    }

    /** The values of all events of a whole sequence. */
    public static float[][] whole(Network network, float[][] inputs) {
        float[][] values = new float[inputs.length][network.outputSize()];
        float[] state = new float[network.stateSize()];
        network.pass(inputs, inputs.length, inputs.length, state, values, network.newScratch());
        return values;
    }

    /** The one answer for a whole sequence. */
    public static float[] summary(Network network, float[][] inputs) {
        float[] values = new float[network.outputSize()];
        network.summary(inputs, inputs.length, new float[network.stateSize()], values, network.newScratch());
        return values;
    }

    /**
     * The values of a sequence that is read in passes.
     *
     * @param passes events read and events answered of each
     */
    public static float[][] passes(
            Network network, float[][] inputs, List<int[]> passes, float[] state, Network.Scratch scratch) {
        float[][] values = new float[inputs.length][network.outputSize()];
        int at = 0;
        for (int[] pass : passes) {
            float[][] window = Arrays.copyOfRange(inputs, at, at + pass[0]);
            float[][] answers = Arrays.copyOfRange(values, at, at + pass[1]);
            network.pass(window, pass[0], pass[1], state, answers, scratch);
            at += pass[1];
        }
        assertThat(at).isEqualTo(inputs.length);
        return values;
    }

    /** How far values are off at most, relative above 1. */
    public static double error(float[][] got, JsonNode wanted) {
        assertThat(got.length).isEqualTo(wanted.size());
        double error = 0;
        for (int t = 0; t < got.length; t++) {
            error = Math.max(error, error(got[t], wanted.get(t)));
        }
        return error;
    }

    public static double error(float[] got, JsonNode wanted) {
        assertThat(got.length).isEqualTo(wanted.size());
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            error = Math.max(error, Golden.difference(got[i], wanted.get(i).asDouble()));
        }
        return error;
    }
}
