package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Predictions as JSON objects in UTF-8: {@code key}, {@code timestamp}, {@code step}, {@code model}, {@code version},
 * {@code fingerprint}, {@code start}, {@code values} and, where they apply, {@code label}, {@code probabilities},
 * {@code residual}. A number that float32 holds exactly is written with the fewest digits that read back to it.
 */
public final class JsonPredictions implements PredictionEncoder {
    // Not the platform's Double.toString: its digits changed between Java releases.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    @Override
    public byte[] encode(Prediction prediction) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(512)) {
            try (JsonGenerator json = JSON.createGenerator(bytes)) {
                write(prediction, json);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
    }

    private static void write(Prediction prediction, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", KeyText.of(prediction.key()));
        json.writeNumberField("timestamp", prediction.timestamp());
        json.writeNumberField("step", prediction.step());
        json.writeStringField("model", prediction.model().name());
        json.writeStringField("version", prediction.model().version());
        json.writeStringField("fingerprint", prediction.model().fingerprint().toString());
        json.writeStringField("start", prediction.start().name().toLowerCase(Locale.ROOT));
        write(json, "values", prediction.values());
        if (prediction.label() != null) {
            json.writeStringField("label", prediction.label());
            json.writeArrayFieldStart("probabilities");
            for (float probability : prediction.probabilities()) {
                json.writeNumber(probability);
            }
            json.writeEndArray();
        }
        if (prediction.residual() != null) {
            write(json, "residual", prediction.residual());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, double[] numbers) throws IOException {
        json.writeArrayFieldStart(name);
        for (double number : numbers) {
            if ((float) number == number) {
                json.writeNumber((float) number);
            } else if (Double.isNaN(number)) {
                json.writeNull();
            } else {
                json.writeNumber(number);
            }
        }
        json.writeEndArray();
    }
}
