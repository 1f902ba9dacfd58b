package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.Decoded;
import dev.eddy.model.Ending;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.PredictionRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;

/** Encoders that are kept write the same bytes as new ones and as Avro's plain writer, whatever is in a prediction. */
class RandomPredictionsTest {
    private static final int PREDICTIONS = 20_000;
    private static final double[] NUMBERS_OF_NOTE = {
        0,
        -0.0,
        1,
        -1,
        0.1,
        0.1f,
        1e-3,
        9.999e-4,
        1e7,
        9_999_999,
        9_999_999.5,
        1e30f,
        1e30,
        1e21,
        1e22,
        2e-323,
        4.9e-324,
        1.4e-45f,
        2.8e-45f,
        Double.MAX_VALUE,
        Double.MIN_NORMAL,
        Float.MAX_VALUE,
        Float.MIN_NORMAL,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        9007199254740992.0,
        123456789,
        2.225073858507201E-308
    };

    private static final List<Ending> ENDINGS = List.copyOf(EnumSet.allOf(Ending.class));

    private final SplittableRandom random = new SplittableRandom(42);

    @Test
    void shouldWriteRandomPredictionsAsANewEncoderDoes() {
        JsonPredictions json = new JsonPredictions();
        for (int i = 0; i < PREDICTIONS; i++) {
            Prediction prediction = prediction();
            assertThat(json.encode(prediction)).isEqualTo(new JsonPredictions().encode(prediction));
        }
    }

    @Test
    void shouldWriteRandomPredictionsBySchema() throws IOException {
        AvroPredictions avro = new AvroPredictions();
        SpecificDatumReader<PredictionRecord> reader = new SpecificDatumReader<>(PredictionRecord.class);
        SpecificDatumWriter<PredictionRecord> writer = new SpecificDatumWriter<>(PredictionRecord.class);
        for (int i = 0; i < PREDICTIONS; i++) {
            byte[] written = avro.encode(prediction());
            ByteArrayOutputStream again = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(again, null);
            writer.write(reader.read(null, DecoderFactory.get().binaryDecoder(written, null)), encoder);
            assertThat(written).isEqualTo(again.toByteArray());
        }
    }

    private Prediction prediction() {
        boolean tagged = random.nextBoolean();
        return new Prediction(
                key(),
                random.nextLong() >> random.nextInt(64),
                random.nextLong() >>> (1 + random.nextInt(63)),
                new ModelId(text(), text(), Fingerprint.of(new byte[] {(byte) random.nextInt(100)})),
                random.nextBoolean() ? Prediction.Start.COLD : Prediction.Start.WARM,
                numbers(),
                tagged ? anyText() : null,
                tagged ? probabilities() : null,
                random.nextInt(4) == 0 ? anyText() : null,
                random.nextInt(4) == 0 ? numbers() : null,
                random.nextInt(4) == 0 ? numbers() : null,
                random.nextInt(4) == 0 ? language() : null,
                random.nextInt(4) == 0 ? random.nextInt(100) : null,
                decoded(),
                random.nextInt(10) == 0 ? ENDINGS.get(random.nextInt(ENDINGS.size())) : null);
    }

    private Prediction.Language language() {
        return new Prediction.Language(random.nextBoolean() ? number() : null, number());
    }

    private Decoded decoded() {
        return switch (random.nextInt(6)) {
            case 0 -> {
                List<String> texts = IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> anyText())
                        .toList();
                yield new Decoded.Tokens(new int[0], texts, numbers(), number(), random.nextBoolean());
            }
            case 1 ->
                new Decoded.Numbers(IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> numbers())
                        .toArray(double[][]::new));
            default -> null;
        };
    }

    private float[] probabilities() {
        float[] numbers = new float[random.nextInt(6)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) number();
        }
        return numbers;
    }

    private double[] numbers() {
        double[] numbers = new double[random.nextInt(20) == 0 ? 1000 : random.nextInt(6)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number();
        }
        return numbers;
    }

    private double number() {
        return switch (random.nextInt(6)) {
            case 0 -> NUMBERS_OF_NOTE[random.nextInt(NUMBERS_OF_NOTE.length)];
            case 1 -> Float.intBitsToFloat(random.nextInt());
            case 2 -> Double.longBitsToDouble(random.nextLong());
            case 3 -> random.nextDouble(-100, 100);
            default -> (float) random.nextDouble(-100, 100);
        };
    }

    private byte[] key() {
        if (random.nextInt(4) == 0) {
            byte[] key = new byte[random.nextInt(9)];
            random.nextBytes(key);
            return key;
        }
        return (random.nextBoolean() ? text() : anyText()).getBytes(StandardCharsets.UTF_8);
    }

    /** A text of whole characters of any kind. */
    private String text() {
        int[] points = random.ints(random.nextInt(12), 0, 5)
                .map(kind -> switch (kind) {
                    case 0 -> random.nextInt(0x80);
                    case 1 -> random.nextInt(0x80, 0x800);
                    case 2 -> random.nextInt(0x800, 0xD800);
                    case 3 -> random.nextInt(0x10000, 0x110000);
                    default -> random.nextInt(' ', 0x7F);
                })
                .toArray();
        return new String(points, 0, points.length);
    }

    /** A text that may have halves of characters. */
    private String anyText() {
        String text = text();
        return random.nextInt(4) > 0 ? text : text + (char) random.nextInt(0xD800, 0xE000) + text();
    }
}
