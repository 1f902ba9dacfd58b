package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.eddy.model.Decoded;
import dev.eddy.schema.PredictionRecord;
import dev.eddy.schema.Sha256;
import dev.eddy.schema.Start;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/** Predictions as Jackson's generator and Avro's generated classes write them: what the encoders are held against. */
public final class LibraryPredictions {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    private static final SpecificDatumWriter<PredictionRecord> WRITER =
            new SpecificDatumWriter<>(PredictionRecord.SCHEMA$);

    private LibraryPredictions() {}

    /** A prediction as JSON. */
    public static byte[] json(Prediction prediction) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("key", KeyText.of(prediction.key()));
            json.writeNumberField("timestamp", prediction.timestamp());
            json.writeNumberField("step", prediction.step());
            json.writeFieldName("model");
            json.writeString(new SerializedString(prediction.model().name()));
            json.writeFieldName("version");
            json.writeString(new SerializedString(prediction.model().version()));
            json.writeStringField(
                    "fingerprint", prediction.model().fingerprint().toString());
            json.writeStringField("start", prediction.start().name().toLowerCase(Locale.ROOT));
            write(json, "values", prediction.values());
            writeTask(json, prediction);
            if (prediction.lookAhead() != null) {
                json.writeNumberField("lookAhead", prediction.lookAhead());
            }
            write(json, prediction.decoded());
            if (prediction.end() != null) {
                json.writeStringField("end", prediction.end().name().toLowerCase(Locale.ROOT));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeTask(JsonGenerator json, Prediction prediction) throws IOException {
        if (prediction.label() != null) {
            json.writeStringField("label", prediction.label());
            json.writeArrayFieldStart("probabilities");
            for (float probability : prediction.probabilities()) {
                json.writeNumber(probability);
            }
            json.writeEndArray();
        }
        if (prediction.symbol() != null) {
            json.writeStringField("symbol", prediction.symbol());
        }
        if (prediction.residual() != null) {
            write(json, "residual", prediction.residual());
        }
        if (prediction.deviation() != null) {
            write(json, "deviation", prediction.deviation());
        }
        if (prediction.language() != null && prediction.language().logProbability() != null) {
            json.writeFieldName("logProbability");
            write(json, prediction.language().logProbability());
        }
        if (prediction.language() != null) {
            json.writeFieldName("perplexity");
            write(json, prediction.language().perplexity());
        }
    }

    private static void write(JsonGenerator json, Decoded decoded) throws IOException {
        if (decoded instanceof Decoded.Tokens tokens) {
            json.writeArrayFieldStart("tokens");
            for (String text : tokens.texts()) {
                json.writeString(text);
            }
            json.writeEndArray();
            write(json, "logProbabilities", tokens.logProbabilities());
            json.writeFieldName("logProbability");
            write(json, tokens.logProbability());
            json.writeBooleanField("ended", tokens.ended());
        } else if (decoded instanceof Decoded.Numbers numbers) {
            json.writeArrayFieldStart("outputs");
            for (double[] vector : numbers.vectors()) {
                write(json, vector);
            }
            json.writeEndArray();
        }
    }

    private static void write(JsonGenerator json, String name, double[] numbers) throws IOException {
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

    private static void write(JsonGenerator json, double number) throws IOException {
        if ((float) number == number) {
            json.writeNumber((float) number);
        } else if (Double.isNaN(number)) {
            json.writeNull();
        } else {
            json.writeNumber(number);
        }
    }

    /** A prediction in Avro's binary encoding. */
    public static byte[] avro(Prediction prediction) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        try {
            WRITER.write(toRecord(prediction), encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static PredictionRecord toRecord(Prediction prediction) {
        Prediction.Language language = prediction.language();
        Decoded.Tokens tokens = prediction.decoded() instanceof Decoded.Tokens given ? given : null;
        Double logProbability = language == null ? null : language.logProbability();
        return new PredictionRecord(
                prediction.timestamp(),
                prediction.step(),
                prediction.model().name(),
                prediction.model().version(),
                new Sha256(prediction.model().fingerprint().bytes()),
                Start.valueOf(prediction.start().name()),
                list(prediction.values()),
                prediction.label(),
                list(prediction.probabilities()),
                prediction.symbol(),
                list(prediction.residual()),
                list(prediction.deviation()),
                tokens == null ? logProbability : (Double) tokens.logProbability(),
                language == null ? null : (Double) language.perplexity(),
                prediction.lookAhead(),
                tokens == null ? null : tokens.texts(),
                tokens == null ? null : list(tokens.logProbabilities()),
                tokens == null ? null : (Boolean) tokens.ended(),
                prediction.decoded() instanceof Decoded.Numbers numbers
                        ? Arrays.stream(numbers.vectors())
                                .map(LibraryPredictions::list)
                                .toList()
                        : null,
                prediction.end() == null ? null : prediction.end().name().toLowerCase(Locale.ROOT));
    }

    private static List<Double> list(double[] numbers) {
        return numbers == null ? null : Arrays.stream(numbers).boxed().toList();
    }

    private static List<Float> list(float[] numbers) {
        List<Float> list = numbers == null ? null : new ArrayList<>();
        for (int i = 0; list != null && i < numbers.length; i++) {
            list.add(numbers[i]);
        }
        return list;
    }
}
