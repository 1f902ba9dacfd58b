package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** The parser of decimals is chosen for its speed; here it is held against Java's own. */
class JsonEventsTest {
    private static final int NUMBERS = 100_000;
    private static final List<String> NUMBERS_OF_NOTE = List.of(
            "-0.0",
            "1E+5",
            "1e-5",
            "1e400",
            "1e-400",
            "1e99999999999",
            "0e99999999999",
            "0.30000000000000004",
            "9007199254740993.0",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "1e22",
            "1e23",
            "0." + "9".repeat(900),
            "9".repeat(400) + ".5");

    private final SplittableRandom random = new SplittableRandom(5);
    private final JsonEvents decoder = new JsonEvents();

    @Test
    void shouldReadEveryNumberAsTheClosestDouble() {
        NUMBERS_OF_NOTE.forEach(this::check);
        for (int i = 0; i < NUMBERS; i++) {
            check(number());
        }
    }

    private void check(String text) {
        byte[] json = ("{\"a\":" + text + "}").getBytes(StandardCharsets.UTF_8);
        assertThat(decoder.decode("t", new RecordHeaders(), json).get(new String[] {"a"}))
                .as(text)
                .isEqualTo(Double.parseDouble(text));
    }

    private String number() {
        String sign = random.nextBoolean() ? "-" : "";
        return switch (random.nextInt(5)) {
            case 0 -> sign + random.nextInt(100_000) + "." + random.nextInt(100_000);
            case 1 -> sign + random.nextDouble(1000);
            case 2 -> sign + random.nextInt(1000) + "." + random.nextLong(1L << 60) + "e" + random.nextInt(-330, 310);
            case 3 -> Double.toString(any());
            default -> sign + halfway() + random.nextInt(10);
        };
    }

    /** A number between two doubles, to which both are as close. */
    private String halfway() {
        double low = random.nextDouble(1e-3, 1e15);
        BigDecimal sum = new BigDecimal(low).add(new BigDecimal(Math.nextUp(low)));
        String half = sum.divide(BigDecimal.valueOf(2)).toPlainString();
        return half.contains(".") ? half : half + ".0";
    }

    private double any() {
        double any = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(any) ? any : 0;
    }
}
