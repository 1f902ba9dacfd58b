package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Events are taken or refused, and have the fields, that Jackson's tree of them has. */
class RandomJsonEventsTest {
    private static final int EVENTS = 10_000;

    /** The second and third have the same hash. */
    private static final List<String> NAMES =
            List.of("a", "Aa", "BB", "größe", "温度", "value", "", "x.y", "😀", "e\\u0041", "a\\\"b");

    private static final List<String[]> PATHS = List.of(
            Fields.path("a"),
            Fields.path("Aa"),
            Fields.path("BB"),
            Fields.path("größe"),
            Fields.path("温度"),
            Fields.path("value"),
            new String[] {""},
            new String[] {"x.y"},
            Fields.path("😀"),
            Fields.path("eA"),
            new String[] {"a\"b"},
            Fields.path("a.a"),
            Fields.path("a.Aa"),
            Fields.path("Aa.BB"),
            Fields.path("a.a.a"),
            Fields.path("missing"),
            Fields.path("a.missing.a"),
            new String[0]);

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-0.0",
            "1",
            "-1",
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            "1e5",
            "1E+5",
            "1e-5",
            "1e",
            "1e400",
            "1e-400",
            "1e99999999999",
            "0e99999999999",
            "2147483647",
            "2147483648",
            "-2147483648",
            "-2147483649",
            "999999999999999999",
            "1000000000000000000",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "123456789012345678901234567890",
            "0.1",
            "0.30000000000000004",
            "9007199254740993.0",
            "9007199254740992.0",
            "123456789.123456789",
            "1.7976931348623157e308",
            "4.9e-324",
            "2.2250738585072011e-308",
            "1e22",
            "1e23",
            "1e-22",
            "1e-23",
            "0.000000000000000000000000000000000001",
            "100000000000000000000000000000000000000.5",
            "NaN",
            "Infinity",
            "-Infinity",
            "INF",
            "1_0",
            "0x10",
            "1f");

    private static final List<String> WORDS = List.of(
            "true", "false", "null", "tru", "nul", "True", "falsehood", "nullnull", "undefined", "'a'", "/*c*/1", "");

    private final SplittableRandom random = new SplittableRandom(5);
    private final JsonEvents decoder = new JsonEvents();

    @Test
    void shouldReadRandomEventsAsATree() {
        int plain = 0;
        for (int i = 0; i < EVENTS; i++) {
            byte[] event = event();
            compare(event);
            plain += new JsonFields().read(event) ? 1 : 0;
            for (int k = 0; k < 3; k++) {
                compare(mutated(event));
            }
        }
        assertThat(plain).as("events that Jackson is not needed for").isBetween(EVENTS / 4, EVENTS * 9 / 10);
    }

    @Test
    void shouldReadEventsOfNoteAsATree() {
        String deep = "{\"a\":".repeat(100) + "1" + "}".repeat(100);
        String tooDeep = "{\"a\":".repeat(1200) + "1" + "}".repeat(1200);
        StringBuilder wide = new StringBuilder("{");
        for (int i = 0; i < 3000; i++) {
            wide.append('"').append(i).append("\":").append(i).append(',');
        }
        List.of(
                        "",
                        " ",
                        "{}",
                        " {} ",
                        "{}{}",
                        "{} x",
                        "[]",
                        "1",
                        "null",
                        "\"a\"",
                        "\uFEFF{\"a\":1}",
                        deep,
                        tooDeep,
                        wide + "\"a\":1}",
                        "{\"a\":" + "9".repeat(900) + "}",
                        "{\"a\":" + "9".repeat(1100) + "}",
                        "{\"a\":0." + "9".repeat(1100) + "}",
                        "{\"" + "n".repeat(60_000) + "\":1,\"a\":2}",
                        "{\"a\":\"" + "x".repeat(100_000) + "\"}",
                        "{\"a\":" + "[".repeat(70) + "]".repeat(70) + "}",
                        "{\"a\":1,\"a\":2}",
                        "{\"a\":{\"a\":1},\"a\":{\"Aa\":2}}",
                        "{\"Aa\":1,\"BB\":2,\"Aa\":3}",
                        "{\"a\":1,}",
                        "{,}",
                        "{\"a\" 1}",
                        "{\"a\":1 \"b\":2}",
                        "{a:1}",
                        "{\"a\":[1,]}",
                        "{\"a\":[,1]}",
                        "{\"a\":[1 2]}")
                .forEach(text -> {
                    compare(text.getBytes(StandardCharsets.UTF_8));
                    compare(text.getBytes(StandardCharsets.UTF_16BE));
                    compare(text.getBytes(StandardCharsets.UTF_16LE));
                });
        for (int b = 0; b < 256; b++) {
            compare(new byte[] {'{', '"', 'a', '"', ':', '"', (byte) b, '"', '}'});
            compare(new byte[] {'{', '"', (byte) b, '"', ':', '1', '}'});
            compare(new byte[] {'{', '"', 'a', '"', ':', '"', '\\', (byte) b, '"', '}'});
            compare(new byte[] {'{', '"', 'a', '"', ':', (byte) b, '}'});
            compare(new byte[] {'{', '"', 'a', '"', ':', '1', (byte) b, '}'});
            compare(new byte[] {'{', '"', 'a', '"', ':', '1', '}', (byte) b});
        }
    }

    @Test
    void shouldReadEveryNumberAsTheClosestDouble() {
        for (int i = 0; i < 100_000; i++) {
            String text = number();
            byte[] json = ("{\"a\":" + text + "}").getBytes(StandardCharsets.UTF_8);
            Object read = decoder.decode("t", new RecordHeaders(), json).get(PATHS.get(0));
            if (((Number) read).doubleValue() != Double.parseDouble(text)) {
                assertThat(((Number) read).doubleValue()).as(text).isEqualTo(Double.parseDouble(text));
            }
        }
    }

    private String number() {
        String sign = random.nextBoolean() ? "-" : "";
        return switch (random.nextInt(4)) {
            case 0 -> sign + random.nextInt(100_000) + "." + random.nextInt(100_000);
            case 1 -> sign + random.nextDouble(1000);
            case 2 -> sign + random.nextInt(1000) + "." + random.nextLong(1L << 60) + "e" + random.nextInt(-30, 30);
            default -> {
                double any = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(any) ? Double.toString(any) : "0";
            }
        };
    }

    /** Both give the same, or the same exception. */
    private void compare(byte[] json) {
        Object expected = outcome(() -> JsonTree.read(json));
        Object read = outcome(() -> decoder.decode("t", new RecordHeaders(), json));
        if (!read.equals(expected)) {
            assertThat(read).as(new String(json, StandardCharsets.UTF_8)).isEqualTo(expected);
        }
    }

    private static Object outcome(Supplier<Fields> decode) {
        StringBuilder all = new StringBuilder();
        try {
            Fields fields = decode.get();
            for (String[] path : PATHS) {
                Object value = fields.get(path);
                all.append(value == null ? null : value.getClass().getName())
                        .append(value)
                        .append('\n');
                if (value instanceof List<?> list) {
                    list.forEach(element -> all.append(element == null ? null : element.getClass()));
                }
            }
        } catch (BadEventException e) {
            all.append(e.reason()).append(e.getMessage());
        }
        return all.toString();
    }

    private byte[] event() {
        return object(0).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] mutated(byte[] event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = random.nextInt(event.length + 1);
        bytes.write(event, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> bytes.write(random.nextInt(256));
            case 1 -> bytes.write("{}[]\",:\\ue-.019 ".charAt(random.nextInt(16)));
            case 2 -> at = Math.min(event.length, at + 1 + random.nextInt(3));
            default -> at = event.length;
        }
        bytes.write(event, at, event.length - at);
        byte[] mutated = bytes.toByteArray();
        if (mutated.length > 0 && random.nextBoolean()) {
            mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return mutated;
    }

    private String object(int depth) {
        StringBuilder object = new StringBuilder(space() + "{" + space());
        int fields = random.nextInt(5);
        for (int i = 0; i < fields; i++) {
            String name = NAMES.get(random.nextInt(random.nextInt(8) == 0 ? NAMES.size() : NAMES.size() - 2));
            object.append(i > 0 ? "," : "").append(space());
            object.append('"').append(name).append('"').append(space()).append(':');
            object.append(space()).append(value(depth)).append(space());
        }
        return object + "}" + space();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth < 3 ? 9 : 6)) {
            case 0 ->
                random.nextInt(8) == 0
                        ? NUMBERS.get(random.nextInt(NUMBERS.size()))
                        : Integer.toString(random.nextInt(-1000, 1000));
            case 1 -> random.nextInt(20) == 0 ? WORDS.get(random.nextInt(WORDS.size())) : WORDS.get(random.nextInt(3));
            case 2 -> number();
            case 3, 4 -> string();
            case 5 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 6 -> array(depth);
            default -> object(depth + 1);
        };
    }

    private String array(int depth) {
        String[] elements = new String[random.nextInt(5)];
        Arrays.setAll(elements, i -> space() + value(depth + 1) + space());
        return "[" + String.join(",", elements) + space() + "]";
    }

    private String string() {
        StringBuilder string = new StringBuilder("\"");
        int length = random.nextInt(20);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(30)) {
                case 0 -> string.append("\\u").append(String.format("%04x", random.nextInt(0x10000)));
                case 1 -> string.append('\\').append("\"\\/bfnrt".charAt(random.nextInt(8)));
                case 2 -> string.appendCodePoint(random.nextInt(0x80, 0x800));
                case 3 -> string.appendCodePoint(random.nextInt(0x800, 0xD800));
                case 4 -> string.appendCodePoint(random.nextInt(0x10000, 0x110000));
                default -> string.append((char) ('a' + random.nextInt(26)));
            }
        }
        return string + "\"";
    }

    private String space() {
        return random.nextInt(4) > 0 ? "" : " \n\r\t".substring(random.nextInt(4));
    }
}
