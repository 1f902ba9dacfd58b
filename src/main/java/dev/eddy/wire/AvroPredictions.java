package dev.eddy.wire;

import dev.eddy.model.Decoded;
import dev.eddy.model.Ending;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.PredictionRecord;
import dev.eddy.schema.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** Predictions as plain Avro binary of {@code schemas/prediction.avsc}. */
public final class AvroPredictions implements PredictionEncoder {
    private final SpecificDatumWriter<PredictionRecord> writer =
            new SpecificDatumWriter<>(PredictionRecord.SCHEMA$, generatedCode());
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    private ModelId latest; // null: none was told of
    private Sha256 fingerprint; // of that model

    /** Records write themselves by their generated code, not by going through the schema. */
    private static SpecificData generatedCode() {
        SpecificData data = new SpecificData();
        data.setCustomCoders(true);
        return data;
    }

    @Override
    public byte[] encode(Prediction prediction) {
        try {
            bytes.reset();
            writer.write(toRecord(prediction), encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
    }

    /**
     * Reads a prediction back.
     *
     * @param key   key of the output record
     * @param value value of the output record
     * @throws IOException if the bytes are no prediction
     */
    public static Prediction decode(byte[] key, byte[] value) throws IOException {
        PredictionRecord record = new SpecificDatumReader<>(PredictionRecord.class)
                .read(null, DecoderFactory.get().binaryDecoder(value, null));
        Fingerprint fingerprint = Fingerprint.ofHash(record.getFingerprint().bytes());
        return new Prediction(
                key,
                record.getTimestamp(),
                record.getStep(),
                new ModelId(record.getModel(), record.getVersion(), fingerprint),
                Prediction.Start.valueOf(record.getStart().name()),
                doubles(record.getValues()),
                record.getLabel(),
                floats(record.getProbabilities()),
                record.getSymbol(),
                doubles(record.getResidual()),
                doubles(record.getDeviation()),
                record.getPerplexity() == null
                        ? null
                        : new Prediction.Language(record.getLogProbability(), record.getPerplexity()),
                record.getLookAhead(),
                decoded(record),
                record.getEnd() == null ? null : Ending.of(record.getEnd()));
    }

    /** A record holds the texts of tokens, not their ids. */
    private static Decoded decoded(PredictionRecord record) {
        if (record.getOutputs() != null) {
            return new Decoded.Numbers(
                    record.getOutputs().stream().map(AvroPredictions::doubles).toArray(double[][]::new));
        }
        return record.getTokens() == null
                ? null
                : new Decoded.Tokens(
                        new int[0],
                        record.getTokens(),
                        doubles(record.getLogProbabilities()),
                        record.getLogProbability(),
                        record.getEnded());
    }

    private PredictionRecord toRecord(Prediction prediction) {
        Prediction.Language language = prediction.language();
        Decoded.Tokens tokens = prediction.decoded() instanceof Decoded.Tokens given ? given : null;
        return new PredictionRecord(
                prediction.timestamp(),
                prediction.step(),
                prediction.model().name(),
                prediction.model().version(),
                fingerprint(prediction.model()),
                prediction.start() == Prediction.Start.WARM ? dev.eddy.schema.Start.WARM : dev.eddy.schema.Start.COLD,
                list(prediction.values()),
                prediction.label(),
                list(prediction.probabilities()),
                prediction.symbol(),
                list(prediction.residual()),
                list(prediction.deviation()),
                logProbability(prediction),
                language == null ? null : language.perplexity(),
                prediction.lookAhead(),
                tokens == null ? null : tokens.texts(),
                tokens == null ? null : list(tokens.logProbabilities()),
                tokens == null ? null : tokens.ended(),
                prediction.decoded() instanceof Decoded.Numbers numbers ? list(numbers.vectors()) : null,
                prediction.end() == null ? null : prediction.end().lowerCase());
    }

    private Sha256 fingerprint(ModelId model) {
        if (!model.equals(latest)) {
            latest = model;
            fingerprint = new Sha256(model.fingerprint().bytes());
        }
        return fingerprint;
    }

    private static Double logProbability(Prediction prediction) {
        if (prediction.decoded() instanceof Decoded.Tokens tokens) {
            return tokens.logProbability();
        }
        return prediction.language() == null ? null : prediction.language().logProbability();
    }

    private static List<List<Double>> list(double[][] vectors) {
        List<List<Double>> list = new ArrayList<>(vectors.length);
        for (double[] vector : vectors) {
            list.add(list(vector));
        }
        return list;
    }

    private static List<Double> list(double[] numbers) {
        List<Double> list = numbers == null ? null : new ArrayList<>(numbers.length);
        for (int i = 0; list != null && i < numbers.length; i++) {
            list.add(numbers[i]);
        }
        return list;
    }

    private static List<Float> list(float[] numbers) {
        List<Float> list = numbers == null ? null : new ArrayList<>(numbers.length);
        for (int i = 0; list != null && i < numbers.length; i++) {
            list.add(numbers[i]);
        }
        return list;
    }

    private static double[] doubles(List<Double> list) {
        return list == null
                ? null
                : list.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static float[] floats(List<Float> list) {
        float[] numbers = list == null ? null : new float[list.size()];
        for (int i = 0; numbers != null && i < numbers.length; i++) {
            numbers[i] = list.get(i);
        }
        return numbers;
    }
}
