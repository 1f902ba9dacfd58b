package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.eddy.model.Decoded;
import dev.eddy.model.ModelId;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Predictions as JSON objects in UTF-8: {@code key}, {@code timestamp}, {@code step}, {@code model}, {@code version},
 * {@code fingerprint}, {@code start}, {@code values} and, where they apply, {@code label}, {@code probabilities},
 * {@code symbol}, {@code residual}, {@code deviation}, {@code logProbability}, {@code perplexity}, {@code lookAhead},
 * {@code tokens}, {@code logProbabilities}, {@code ended}, {@code outputs}, {@code end}. A number that float32 holds exactly is
 * written with the fewest digits that read back to it.
 */
public final class JsonPredictions implements PredictionEncoder {
    // Not the platform's Double.toString: its digits changed between Java releases.
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .rootValueSeparator("")
            .build();

    private static final SerializedString KEY = new SerializedString("key");
    private static final SerializedString TIMESTAMP = new SerializedString("timestamp");
    private static final SerializedString STEP = new SerializedString("step");
    private static final SerializedString MODEL = new SerializedString("model");
    private static final SerializedString VERSION = new SerializedString("version");
    private static final SerializedString FINGERPRINT = new SerializedString("fingerprint");
    private static final SerializedString START = new SerializedString("start");
    private static final SerializedString COLD = new SerializedString("cold");
    private static final SerializedString WARM = new SerializedString("warm");
    private static final SerializedString VALUES = new SerializedString("values");
    private static final SerializedString LABEL = new SerializedString("label");
    private static final SerializedString PROBABILITIES = new SerializedString("probabilities");
    private static final SerializedString LOG_PROBABILITY = new SerializedString("logProbability");
    private static final SerializedString PERPLEXITY = new SerializedString("perplexity");
    private static final SerializedString SYMBOL = new SerializedString("symbol");
    private static final SerializedString RESIDUAL = new SerializedString("residual");
    private static final SerializedString DEVIATION = new SerializedString("deviation");
    private static final SerializedString END = new SerializedString("end");
    private static final SerializedString LOOK_AHEAD = new SerializedString("lookAhead");

    private static final SerializedString TOKENS = new SerializedString("tokens");
    private static final SerializedString LOG_PROBABILITIES = new SerializedString("logProbabilities");
    private static final SerializedString ENDED = new SerializedString("ended");
    private static final SerializedString OUTPUTS = new SerializedString("outputs");

    private final ByteArrayBuilder bytes = new ByteArrayBuilder(512);
    private final JsonGenerator json; // kept: a new one is up to a fifth of the cost of a prediction
    private final PerModel<ModelText> models = new PerModel<>(ModelText::new);

    public JsonPredictions() {
        try {
            json = JSON.createGenerator(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
    }

    @Override
    public byte[] encode(Prediction prediction) {
        bytes.reset();
        try {
            write(prediction);
            json.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    private void write(Prediction prediction) throws IOException {
        json.writeStartObject();
        json.writeFieldName(KEY);
        json.writeString(KeyText.of(prediction.key()));
        json.writeFieldName(TIMESTAMP);
        json.writeNumber(prediction.timestamp());
        json.writeFieldName(STEP);
        json.writeNumber(prediction.step());
        models.of(prediction.model()).write(json);
        json.writeFieldName(START);
        json.writeString(prediction.start() == Prediction.Start.COLD ? COLD : WARM);
        write(json, VALUES, prediction.values());
        if (prediction.label() != null) {
            json.writeFieldName(LABEL);
            json.writeString(prediction.label());
            json.writeFieldName(PROBABILITIES);
            json.writeStartArray();
            for (float probability : prediction.probabilities()) {
                json.writeNumber(probability);
            }
            json.writeEndArray();
        }
        if (prediction.symbol() != null) {
            json.writeFieldName(SYMBOL);
            json.writeString(prediction.symbol());
        }
        if (prediction.residual() != null) {
            write(json, RESIDUAL, prediction.residual());
        }
        if (prediction.deviation() != null) {
            write(json, DEVIATION, prediction.deviation());
        }
        if (prediction.language() != null) {
            write(json, prediction.language());
        }
        if (prediction.lookAhead() != null) {
            json.writeFieldName(LOOK_AHEAD);
            json.writeNumber(prediction.lookAhead());
        }
        if (prediction.decoded() != null) {
            write(json, prediction.decoded());
        }
        if (prediction.end() != null) {
            json.writeFieldName(END);
            json.writeString(prediction.end().lowerCase());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Decoded decoded) throws IOException {
        if (decoded instanceof Decoded.Tokens tokens) {
            json.writeFieldName(TOKENS);
            json.writeStartArray();
            for (String text : tokens.texts()) {
                json.writeString(text);
            }
            json.writeEndArray();
            write(json, LOG_PROBABILITIES, tokens.logProbabilities());
            json.writeFieldName(LOG_PROBABILITY);
            write(json, tokens.logProbability());
            json.writeFieldName(ENDED);
            json.writeBoolean(tokens.ended());
        } else if (decoded instanceof Decoded.Numbers numbers) {
            json.writeFieldName(OUTPUTS);
            json.writeStartArray();
            for (double[] vector : numbers.vectors()) {
                write(json, vector);
            }
            json.writeEndArray();
        }
    }

    /** A model's part of its predictions, encoded once. */
    private static final class ModelText {
        private final SerializedString name;
        private final SerializedString version;
        private final SerializedString fingerprint;

        ModelText(ModelId id) {
            this.name = new SerializedString(id.name());
            this.version = new SerializedString(id.version());
            this.fingerprint = new SerializedString(id.fingerprint().toString());
        }

        void write(JsonGenerator json) throws IOException {
            json.writeFieldName(MODEL);
            json.writeString(name);
            json.writeFieldName(VERSION);
            json.writeString(version);
            json.writeFieldName(FINGERPRINT);
            json.writeString(fingerprint);
        }
    }

    private static void write(JsonGenerator json, SerializedString name, double[] numbers) throws IOException {
        json.writeFieldName(name);
        write(json, numbers);
    }

    private static void write(JsonGenerator json, double[] numbers) throws IOException {
        json.writeStartArray();
        for (double number : numbers) {
            write(json, number);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Prediction.Language language) throws IOException {
        if (language.logProbability() != null) {
            json.writeFieldName(LOG_PROBABILITY);
            write(json, language.logProbability());
        }
        json.writeFieldName(PERPLEXITY);
        write(json, language.perplexity());
    }

    private static void write(JsonGenerator json, double number) throws IOException {
        if ((float) number == number) {
            json.writeNumber((float) number);
        } else if (Double.isNaN(number)) {
            json.writeNull();
        } else {
            json.writeNumber(number);
        }
    }
}
