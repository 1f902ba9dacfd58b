package dev.eddy.wire;

import dev.eddy.model.Decoded;
import dev.eddy.model.Ending;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.PredictionRecord;
import java.io.IOException;
import java.util.List;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Predictions as plain Avro binary of {@code schemas/prediction.avsc}. They are written field by field, in the order of the
 * schema: a record of objects for each would cost more than the network's step.
 */
public final class AvroPredictions implements PredictionEncoder {
    private static final int NULL = 0;

    /** The second place of a union with null, as it is encoded. */
    private static final int PRESENT = 2;

    /** Places in the enum of starts, as they are encoded. */
    private static final int COLD = 0;

    private static final int WARM = 2;

    private final AvroBytes avro = new AvroBytes();
    private final PerModel<byte[]> models = new PerModel<>(AvroPredictions::bytesOf);

    @Override
    public byte[] encode(Prediction prediction) {
        avro.clear();
        avro.number(prediction.timestamp());
        avro.number(prediction.step());
        avro.put(models.of(prediction.model()));
        avro.octet(prediction.start() == Prediction.Start.COLD ? COLD : WARM);
        avro.reals(prediction.values());
        optional(prediction.label());
        optional(prediction.probabilities());
        optional(prediction.symbol());
        optional(prediction.residual());
        optional(prediction.deviation());
        Prediction.Language language = prediction.language();
        optional(logProbability(prediction));
        optional(language == null ? null : (Double) language.perplexity());
        if (isPresent(prediction.lookAhead())) {
            avro.number(prediction.lookAhead());
        }
        write(prediction.decoded());
        optional(prediction.end() == null ? null : prediction.end().lowerCase());
        return avro.toArray();
    }

    /** A model's part of its predictions. */
    private static byte[] bytesOf(ModelId id) {
        AvroBytes bytes = new AvroBytes();
        bytes.string(id.name());
        bytes.string(id.version());
        bytes.put(id.fingerprint().bytes());
        return bytes.toArray();
    }

    private boolean isPresent(Object value) {
        avro.octet(value == null ? NULL : PRESENT);
        return value != null;
    }

    private void optional(String text) {
        if (isPresent(text)) {
            avro.string(text);
        }
    }

    private void optional(Double number) {
        if (isPresent(number)) {
            avro.real(number);
        }
    }

    private void optional(double[] numbers) {
        if (isPresent(numbers)) {
            avro.reals(numbers);
        }
    }

    private void optional(float[] numbers) {
        if (isPresent(numbers)) {
            avro.reals(numbers);
        }
    }

    /** The fields {@code tokens}, {@code logProbabilities}, {@code ended}, {@code outputs}. */
    private void write(Decoded decoded) {
        if (decoded instanceof Decoded.Tokens tokens) {
            avro.octet(PRESENT);
            if (!tokens.texts().isEmpty()) {
                avro.number(tokens.texts().size());
                tokens.texts().forEach(avro::string);
            }
            avro.octet(0);
            optional(tokens.logProbabilities());
            avro.octet(PRESENT);
            avro.octet(tokens.ended() ? 1 : 0);
        } else {
            avro.octet(NULL);
            avro.octet(NULL);
            avro.octet(NULL);
        }
        if (decoded instanceof Decoded.Numbers numbers) {
            avro.octet(PRESENT);
            if (numbers.vectors().length > 0) {
                avro.number(numbers.vectors().length);
            }
            for (double[] vector : numbers.vectors()) {
                avro.reals(vector);
            }
            avro.octet(0);
        } else {
            avro.octet(NULL);
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

    private static Double logProbability(Prediction prediction) {
        if (prediction.decoded() instanceof Decoded.Tokens tokens) {
            return tokens.logProbability();
        }
        return prediction.language() == null ? null : prediction.language().logProbability();
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
