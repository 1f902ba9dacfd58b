package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Decoded;
import dev.eddy.model.Fields;
import dev.eddy.model.SpecJson;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Seq2SeqCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists as PyTorch gives them, of state dicts as people have them. */
class DecoderGoldenTest {
    static List<String> names() throws IOException {
        return Seq2SeqCases.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldGiveTheListsOfPyTorch(String name) throws IOException {
        ModelFile file = Seq2SeqCases.model(name);
        LiveModel model = TestModels.live(file);
        double worst = 0;
        for (JsonNode golden : Seq2SeqCases.cases(name)) {
            Rollout sequence = new Rollout(model);
            Seq2SeqCases.events(file, golden).forEach(event -> sequence.step(Fields.of(event), 0));
            worst = Math.max(worst, error(sequence.decode(), golden));
        }
        System.out.println("seq2seq " + name + ": largest error " + worst);
        assertThat(worst).isLessThan(1e-5);
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldReadItsOwnFileBack(String name) throws IOException {
        ModelFile file = Seq2SeqCases.model(name);
        assertThat(SpecJson.read(SpecJson.write(file.spec())).decoder())
                .isEqualTo(file.spec().decoder());
        assertThat(ModelFile.read(file.bytes()).fingerprint()).isEqualTo(file.fingerprint());
    }

    @Test
    void shouldHaveCasesThatEndAtOnceAndThatRunIntoTheLimit() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        Seq2SeqCases.cases("lstm-two-layers")
                .forEach(golden -> lengths.add(golden.get("tokens").size()));
        assertThat(lengths).contains(0, 20);
    }

    private static double error(Decoded decoded, JsonNode golden) {
        double worst = 0;
        if (decoded instanceof Decoded.Tokens tokens) {
            assertThat(tokens.ids()).containsExactly(integers(golden.get("tokens")));
            assertThat(tokens.ended()).isEqualTo(golden.get("ended").booleanValue());
            for (int i = 0; i < tokens.ids().length; i++) {
                double wanted = golden.get("logProbabilities").get(i).doubleValue();
                worst = Math.max(worst, Golden.difference(tokens.logProbabilities()[i], wanted));
            }
            double wanted = golden.get("logProbability").doubleValue();
            return Math.max(worst, Golden.difference(tokens.logProbability(), wanted));
        }
        double[][] vectors = ((Decoded.Numbers) decoded).vectors();
        assertThat(vectors).hasNumberOfRows(golden.get("outputs").size());
        for (int t = 0; t < vectors.length; t++) {
            for (int i = 0; i < vectors[t].length; i++) {
                double wanted = golden.get("outputs").get(t).get(i).doubleValue();
                worst = Math.max(worst, Golden.difference(vectors[t][i], wanted));
            }
        }
        return worst;
    }

    private static int[] integers(JsonNode list) {
        int[] integers = new int[list.size()];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = list.get(i).intValue();
        }
        return integers;
    }
}
