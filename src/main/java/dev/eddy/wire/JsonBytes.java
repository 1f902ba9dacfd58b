package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Parts of a JSON text in UTF-8; a string is escaped as Jackson does. */
final class JsonBytes extends GrowingBytes {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(US_ASCII);
    private static final byte[] NULL = "null".getBytes(US_ASCII);
    private static final int LONGEST_CHAR = 6;

    /** Behind the backslash, for characters that have a short escape. */
    private static final byte[] SHORT = new byte[128];

    static {
        SHORT['"'] = '"';
        SHORT['\\'] = '\\';
        SHORT['\b'] = 'b';
        SHORT['\f'] = 'f';
        SHORT['\n'] = 'n';
        SHORT['\r'] = 'r';
        SHORT['\t'] = 't';
    }

    void number(long number) {
        reserve(Decimals.MOST_CHARS);
        size = Decimals.write(number, bytes, size);
    }

    /** A number that is not finite becomes a string. */
    void number(float number) {
        if (!Float.isFinite(number)) {
            string(Float.toString(number));
            return;
        }
        reserve(ShortestDecimal.MOST_CHARS);
        size = ShortestDecimal.write(number, bytes, size);
    }

    /** As a float where that is the same number, null where it is none. */
    void number(double number) {
        if ((float) number == number) {
            number((float) number);
        } else if (Double.isNaN(number)) {
            put(NULL);
        } else {
            reserve(ShortestDecimal.MOST_CHARS);
            size = ShortestDecimal.write(number, bytes, size);
        }
    }

    void numbers(double[] numbers) {
        reserve(1);
        bytes[size++] = '[';
        for (int i = 0; i < numbers.length; i++) {
            separate(i);
            number(numbers[i]);
        }
        end();
    }

    void numbers(float[] numbers) {
        reserve(1);
        bytes[size++] = '[';
        for (int i = 0; i < numbers.length; i++) {
            separate(i);
            number(numbers[i]);
        }
        end();
    }

    /** The comma before an element of an array. */
    void separate(int element) {
        if (element > 0) {
            reserve(1);
            bytes[size++] = ',';
        }
    }

    /** The end of an array. */
    void end() {
        reserve(1);
        bytes[size++] = ']';
    }

    /** A record key as {@link KeyText} shows it. */
    void key(byte[] key) {
        for (byte b : key) {
            if (b < ' ' || b == '"' || b == '\\') {
                string(KeyText.of(key));
                return;
            }
        }
        reserve(key.length + 2);
        bytes[size++] = '"';
        System.arraycopy(key, 0, bytes, size, key.length);
        size += key.length;
        bytes[size++] = '"';
    }

    void string(String text) {
        reserve(Math.addExact(Math.multiplyExact(LONGEST_CHAR, text.length()), 2));
        byte[] target = bytes;
        int at = size;
        target[at++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 128 && c >= ' ' && SHORT[c] == 0) {
                target[at++] = (byte) c;
            } else {
                at = special(c, target, at);
            }
        }
        target[at++] = '"';
        size = at;
    }

    private static int special(char c, byte[] target, int at) {
        int next = at;
        if (c < 128 && SHORT[c] != 0) {
            target[next++] = '\\';
            target[next++] = SHORT[c];
        } else if (c < ' ' || Character.isSurrogate(c)) {
            target[next++] = '\\';
            target[next++] = 'u';
            for (int shift = 12; shift >= 0; shift -= 4) {
                target[next++] = HEX[(c >> shift) & 0xF];
            }
        } else if (c < 0x800) {
            target[next++] = (byte) (0xC0 | (c >> 6));
            target[next++] = (byte) (0x80 | (c & 0x3F));
        } else {
            target[next++] = (byte) (0xE0 | (c >> 12));
            target[next++] = (byte) (0x80 | ((c >> 6) & 0x3F));
            target[next++] = (byte) (0x80 | (c & 0x3F));
        }
        return next;
    }
}
