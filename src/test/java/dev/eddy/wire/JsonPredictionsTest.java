package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.Decoded;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonPredictionsTest {
    private static final ModelId FIRST = new ModelId("m", "1", Fingerprint.of(new byte[] {1}));
    private static final ModelId SECOND = new ModelId("m", "2", Fingerprint.of(new byte[] {2}));

    private final JsonPredictions encoder = new JsonPredictions();

    @Test
    void shouldWriteATaggersPrediction() {
        Prediction prediction = new Prediction(
                bytes("a"),
                12,
                3,
                FIRST,
                Prediction.Start.WARM,
                new double[] {0.1f, 0.1, 1e30},
                "hot \"day\"",
                new float[] {0.25f, 0.75f},
                "hot",
                null,
                null,
                null,
                null,
                null,
                null);

        assertThat(text(prediction))
                .isEqualTo(
                        "{\"key\":\"a\",\"timestamp\":12,\"step\":3,\"model\":\"m\",\"version\":\"1\",\"fingerprint\":\""
                                + "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a\",\"start\":\"warm\","
                                + "\"values\":[0.1,0.1,1.0E30],\"label\":\"hot \\\"day\\\"\",\"probabilities\":[0.25,0.75],\"symbol\":\"hot\"}");
    }

    @Test
    void shouldNameTheModelOfEveryPredictionAfterASwap() {
        assertThat(text(predictor(FIRST, "a"))).contains("\"version\":\"1\",\"fingerprint\":\"4bf5122f");
        assertThat(text(predictor(SECOND, "a"))).contains("\"version\":\"2\",\"fingerprint\":\"dbc1b4c9");
        assertThat(text(predictor(FIRST, "a"))).contains("\"version\":\"1\",\"fingerprint\":\"4bf5122f");
    }

    @Test
    void shouldWriteNullWhereNothingWasPredicted() {
        assertThat(text(predictor(FIRST, "a")))
                .endsWith("\"start\":\"cold\",\"values\":[2.5],\"residual\":[null],\"deviation\":[0.5]}");
    }

    @Test
    void shouldWriteTheListOfADecoder() throws IOException {
        Decoded tokens = new Decoded.Tokens(
                new int[] {3, 0}, List.of("c", "\"a\""), new double[] {-0.25, (float) -0.1}, -0.75, true);
        assertThat(text(decoded(tokens)))
                .endsWith("\"values\":[],\"tokens\":[\"c\",\"\\\"a\\\"\"],\"logProbabilities\":[-0.25,-0.1],"
                        + "\"logProbability\":-0.75,\"ended\":true}");
        Decoded none = new Decoded.Tokens(new int[0], List.of(), new double[0], 0, false);
        assertThat(text(decoded(none)))
                .endsWith("\"tokens\":[],\"logProbabilities\":[],\"logProbability\":0.0,\"ended\":false}");
        Decoded numbers = new Decoded.Numbers(new double[][] {{1, 2.5}, {(float) 0.1, 3}});
        assertThat(text(decoded(numbers))).endsWith("\"values\":[],\"outputs\":[[1.0,2.5],[0.1,3.0]]}");
        for (Decoded decoded : List.of(tokens, none, numbers)) {
            Prediction prediction = decoded(decoded);
            byte[] avro = new AvroPredictions().encode(prediction);
            assertThat(text(AvroPredictions.decode(prediction.key(), avro))).isEqualTo(text(prediction));
        }
    }

    private static Prediction decoded(Decoded decoded) {
        return new Prediction(
                bytes("a"),
                12,
                1,
                FIRST,
                Prediction.Start.COLD,
                new double[0],
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                decoded,
                null);
    }

    @Test
    void shouldWriteAShortPredictionAfterALongOne() {
        String before = text(predictor(FIRST, "a"));
        text(predictor(FIRST, "k".repeat(100_000)));
        assertThat(text(predictor(FIRST, "a"))).isEqualTo(before);
    }

    @Test
    void shouldShowKeysAsTextOnlyIfTheyAreText() {
        assertThat(KeyText.of(bytes("sensor-ä€😀"))).isEqualTo("sensor-ä€😀");
        assertThat(KeyText.of(bytes("\uFFFD"))).isEqualTo("\uFFFD");
        assertThat(KeyText.of(new byte[] {(byte) 0xFF, 65})).isEqualTo("base64:/0E=");
        assertThat(KeyText.of(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
                .isEqualTo("base64:7aCA");
        assertThat(KeyText.of(new byte[0])).isEmpty();
    }

    @Test
    void shouldReadBackEveryKeyItShows() {
        for (byte[] key : new byte[][] {
            bytes("sensor-ä€😀"),
            bytes(""),
            bytes("base64:"),
            bytes("base64:YQ=="),
            bytes("base64:not base64"),
            {(byte) 0xFF, 65},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80}
        }) {
            assertThat(KeyText.bytes(KeyText.of(key))).isEqualTo(key);
        }
    }

    private static Prediction predictor(ModelId model, String key) {
        return new Prediction(
                bytes(key),
                12,
                1,
                model,
                Prediction.Start.COLD,
                new double[] {2.5},
                null,
                null,
                null,
                new double[] {Double.NaN},
                new double[] {0.5},
                null,
                null,
                null,
                null);
    }

    private String text(Prediction prediction) {
        return new String(encoder.encode(prediction), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
