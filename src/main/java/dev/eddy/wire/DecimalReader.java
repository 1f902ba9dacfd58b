package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.core.io.NumberInput;

/** Decimals in ASCII as the doubles closest to them. */
final class DecimalReader {
    /** Whole numbers up to here are doubles, all of them. */
    private static final long MOST_EXACT = 1L << 53;

    /** So many digits fit into a long. */
    private static final int MOST_DIGITS = 18;

    /** The powers of ten that are doubles, all of them. */
    private static final double[] POWERS = new double[23];

    static {
        double power = 1;
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = power;
            power *= 10;
        }
    }

    private DecimalReader() {}

    /**
     * Reads a number as JSON has it. Where digits and power of ten are doubles, one multiplication or division rounds once
     * and so gives the closest double (W. D. Clinger, <i>How to Read Floating Point Numbers Accurately</i>, 1990).
     */
    static double read(byte[] text, int from, int to) {
        boolean negative = text[from] == '-';
        int at = negative ? from + 1 : from;
        long digits = 0;
        int count = 0;
        int power = 0;
        int fraction = 0; // 1 behind the point
        for (; at < to; at++) {
            int c = text[at];
            if (c == '.') {
                fraction = 1;
            } else if (c == 'e' || c == 'E') {
                power += exponent(text, at + 1, to);
                break;
            } else {
                digits = 10 * digits + c - '0';
                count += digits == 0 ? 0 : 1;
                power -= fraction;
                if (count > MOST_DIGITS) {
                    return slow(text, from, to);
                }
            }
        }
        if (digits > MOST_EXACT || Math.abs(power) >= POWERS.length) {
            return slow(text, from, to);
        }
        double number = power < 0 ? digits / POWERS[-power] : digits * POWERS[power];
        return negative ? -number : number;
    }

    /** An exponent; a large one if it has more than a few digits. */
    private static int exponent(byte[] text, int from, int to) {
        int at = text[from] == '-' || text[from] == '+' ? from + 1 : from;
        if (to - at > 4) {
            return POWERS.length + to;
        }
        int exponent = 0;
        for (; at < to; at++) {
            exponent = 10 * exponent + text[at] - '0';
        }
        return text[from] == '-' ? -exponent : exponent;
    }

    private static double slow(byte[] text, int from, int to) {
        return NumberInput.parseDouble(new String(text, from, to - from, ISO_8859_1), true);
    }
}
