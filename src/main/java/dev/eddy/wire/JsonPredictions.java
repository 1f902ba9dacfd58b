package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.io.SerializedString;
import dev.eddy.model.Decoded;
import dev.eddy.model.ModelId;
import java.util.List;

/**
 * Predictions as JSON objects in UTF-8: {@code key}, {@code timestamp}, {@code step}, {@code model}, {@code version},
 * {@code fingerprint}, {@code start}, {@code values} and, where they apply, {@code label}, {@code probabilities},
 * {@code symbol}, {@code residual}, {@code deviation}, {@code logProbability}, {@code perplexity}, {@code lookAhead},
 * {@code tokens}, {@code logProbabilities}, {@code ended}, {@code outputs}, {@code end}. A number that float32 holds exactly is
 * written with the fewest digits that read back to it.
 */
public final class JsonPredictions implements PredictionEncoder {
    private static final byte[] KEY = ascii("{\"key\":");
    private static final byte[] TIMESTAMP = ascii(",\"timestamp\":");
    private static final byte[] STEP = ascii(",\"step\":");
    private static final byte[] START_COLD = ascii(",\"start\":\"cold\",\"values\":");
    private static final byte[] START_WARM = ascii(",\"start\":\"warm\",\"values\":");
    private static final byte[] LABEL = ascii(",\"label\":");
    private static final byte[] PROBABILITIES = ascii(",\"probabilities\":");
    private static final byte[] SYMBOL = ascii(",\"symbol\":");
    private static final byte[] RESIDUAL = ascii(",\"residual\":");
    private static final byte[] DEVIATION = ascii(",\"deviation\":");
    private static final byte[] LOG_PROBABILITY = ascii(",\"logProbability\":");
    private static final byte[] PERPLEXITY = ascii(",\"perplexity\":");
    private static final byte[] LOOK_AHEAD = ascii(",\"lookAhead\":");
    private static final byte[] TOKENS = ascii(",\"tokens\":[");
    private static final byte[] LOG_PROBABILITIES = ascii(",\"logProbabilities\":");
    private static final byte[] ENDED_TRUE = ascii(",\"ended\":true");
    private static final byte[] ENDED_FALSE = ascii(",\"ended\":false");
    private static final byte[] OUTPUTS = ascii(",\"outputs\":[");
    private static final byte[] END = ascii(",\"end\":");
    private static final byte[] CLOSE = ascii("}");

    private final JsonBytes json = new JsonBytes();
    private final PerModel<byte[]> models = new PerModel<>(JsonPredictions::textOf);

    @Override
    public byte[] encode(Prediction prediction) {
        json.clear();
        json.put(KEY);
        json.key(prediction.key());
        json.put(TIMESTAMP);
        json.number(prediction.timestamp());
        json.put(STEP);
        json.number(prediction.step());
        json.put(models.of(prediction.model()));
        json.put(prediction.start() == Prediction.Start.COLD ? START_COLD : START_WARM);
        json.numbers(prediction.values());
        writeTask(prediction);
        if (prediction.lookAhead() != null) {
            json.put(LOOK_AHEAD);
            json.number((long) prediction.lookAhead());
        }
        if (prediction.decoded() != null) {
            write(prediction.decoded());
        }
        if (prediction.end() != null) {
            json.put(END);
            json.string(prediction.end().lowerCase());
        }
        json.put(CLOSE);
        return json.toArray();
    }

    /** What the model's task adds to the values. */
    private void writeTask(Prediction prediction) {
        if (prediction.label() != null) {
            json.put(LABEL);
            json.string(prediction.label());
            json.put(PROBABILITIES);
            json.numbers(prediction.probabilities());
        }
        if (prediction.symbol() != null) {
            json.put(SYMBOL);
            json.string(prediction.symbol());
        }
        if (prediction.residual() != null) {
            json.put(RESIDUAL);
            json.numbers(prediction.residual());
        }
        if (prediction.deviation() != null) {
            json.put(DEVIATION);
            json.numbers(prediction.deviation());
        }
        if (prediction.language() != null) {
            write(prediction.language());
        }
    }

    private void write(Prediction.Language language) {
        if (language.logProbability() != null) {
            json.put(LOG_PROBABILITY);
            json.number((double) language.logProbability());
        }
        json.put(PERPLEXITY);
        json.number(language.perplexity());
    }

    private void write(Decoded decoded) {
        if (decoded instanceof Decoded.Tokens tokens) {
            json.put(TOKENS);
            List<String> texts = tokens.texts();
            for (int i = 0; i < texts.size(); i++) {
                json.separate(i);
                json.string(texts.get(i));
            }
            json.end();
            json.put(LOG_PROBABILITIES);
            json.numbers(tokens.logProbabilities());
            json.put(LOG_PROBABILITY);
            json.number(tokens.logProbability());
            json.put(tokens.ended() ? ENDED_TRUE : ENDED_FALSE);
        } else if (decoded instanceof Decoded.Numbers numbers) {
            json.put(OUTPUTS);
            double[][] vectors = numbers.vectors();
            for (int i = 0; i < vectors.length; i++) {
                json.separate(i);
                json.numbers(vectors[i]);
            }
            json.end();
        }
    }

    /** A model's part of its predictions. */
    private static byte[] textOf(ModelId id) {
        JsonBytes text = new JsonBytes();
        text.put(ascii(",\"model\":\""));
        text.put(new SerializedString(id.name()).asQuotedUTF8());
        text.put(ascii("\",\"version\":\""));
        text.put(new SerializedString(id.version()).asQuotedUTF8());
        text.put(ascii("\",\"fingerprint\":\"" + id.fingerprint() + "\""));
        return text.toArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
