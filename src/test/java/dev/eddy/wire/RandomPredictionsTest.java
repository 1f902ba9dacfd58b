package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.io.schubfach.DoubleToDecimal;
import com.fasterxml.jackson.core.io.schubfach.FloatToDecimal;
import dev.eddy.model.Decoded;
import dev.eddy.model.Ending;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Predictions are the bytes that Jackson and Avro would write, whatever is in them. */
class RandomPredictionsTest {
    private static final int PREDICTIONS = 20_000;
    private static final int NUMBERS = 2_000_000;
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
    private final byte[] target = new byte[ShortestDecimal.MOST_CHARS];

    @Test
    void shouldWriteRandomPredictionsAsTheLibrariesDo() {
        JsonPredictions json = new JsonPredictions();
        AvroPredictions avro = new AvroPredictions();
        for (int i = 0; i < PREDICTIONS; i++) {
            Prediction prediction = prediction();
            assertThat(json.encode(prediction)).isEqualTo(LibraryPredictions.json(prediction));
            assertThat(avro.encode(prediction)).isEqualTo(LibraryPredictions.avro(prediction));
        }
    }

    @Test
    void shouldWriteTheShortestDigitsOfEveryKindOfNumber() {
        for (double number : NUMBERS_OF_NOTE) {
            if (Double.isFinite(number)) {
                check(number);
                check(Math.nextUp(number));
                check(Math.nextDown(number));
                check((float) number);
                check(Math.nextUp((float) number));
                check(Math.nextDown((float) number));
            }
        }
        for (int i = 0; i < 2000; i++) {
            check(Double.longBitsToDouble(i));
            check(Float.intBitsToFloat(i));
            check(i / 100.0);
            check(i / 100f);
        }
        for (int exponent = Double.MIN_EXPONENT; exponent <= Double.MAX_EXPONENT; exponent++) {
            double power = Math.scalb(1.0, exponent);
            check(power);
            check(Math.nextDown(power));
            check((float) power);
        }
        for (int exponent = -323; exponent <= 308; exponent++) {
            check(Double.parseDouble("1e" + exponent));
        }
        for (int i = 0; i < NUMBERS; i++) {
            check(Double.longBitsToDouble(random.nextLong()));
            check(Float.intBitsToFloat(random.nextInt()));
            check((float) random.nextDouble(-10, 10));
        }
    }

    @Test
    void shouldWriteWholeNumbers() {
        for (long number = 1, i = 0; i < 64; i++, number *= 2) {
            checkWhole(number);
            checkWhole(number - 1);
            checkWhole(-number);
        }
        for (long number = 1, i = 0; i < 19; i++, number *= 10) {
            checkWhole(number);
            checkWhole(number - 1);
            checkWhole(1 - number);
        }
        for (int i = 0; i < NUMBERS; i++) {
            checkWhole(random.nextLong() >> random.nextInt(64));
        }
    }

    private void check(double number) {
        if (Double.isFinite(number)) {
            check(DoubleToDecimal.toString(number), ShortestDecimal.write(number, target, 0));
        }
    }

    private void check(float number) {
        if (Float.isFinite(number)) {
            check(FloatToDecimal.toString(number), ShortestDecimal.write(number, target, 0));
        }
    }

    private void checkWhole(long number) {
        check(Long.toString(number), Decimals.write(number, target, 0));
    }

    private void check(String expected, int length) {
        String text = new String(target, 0, length, StandardCharsets.US_ASCII);
        if (!text.equals(expected)) {
            assertThat(text).isEqualTo(expected);
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
