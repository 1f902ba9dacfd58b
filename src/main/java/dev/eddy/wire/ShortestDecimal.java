package dev.eddy.wire;

import java.math.BigInteger;

/**
 * Floating-point numbers as decimals, in the form of {@link Double#toString}: the fewest digits, but two at least, that read
 * back to the number, and of these the closest to it. The same text on every Java release, which {@code Double.toString} is not.
 *
 * <p>The digits are found as in R. Giulietti, <i>The Schubfach way to render doubles</i> (2020): a number {@code c·2^q} and the
 * ends of the interval that rounds to it are multiplied by a power of ten, rounded up to 126 bits, such that the unit of the
 * last place is between 1 and 10; then the interval has a whole number in it, and one or none that ends in zero. The products
 * are rounded to odd, so that comparing them compares what they stand for.
 */
final class ShortestDecimal {
    /** Longest text of a number. */
    static final int MOST_CHARS = 24;

    private static final int DOUBLE_BITS = 53;
    private static final long DOUBLE_FRACTION = (1L << (DOUBLE_BITS - 1)) - 1;
    private static final int DOUBLE_MIN_EXPONENT = -1074;
    private static final int FLOAT_BITS = 24;
    private static final int FLOAT_FRACTION = (1 << (FLOAT_BITS - 1)) - 1;
    private static final int FLOAT_MIN_EXPONENT = -149;

    /** Below so many units numbers have a single digit: they are given a second one. */
    private static final int DOUBLE_TINY = 3;

    private static final int FLOAT_TINY = 8;

    private static final int MIN_POWER = -292;
    private static final int MAX_POWER = 324;
    private static final int POWER_BITS = 126;
    private static final long LOW_63 = Long.MAX_VALUE;
    private static final long LOW_31 = (1L << 31) - 1;

    /** {@code 10^p · 2^-r}, rounded up, between 2^125 and 2^126: the upper and the lower 63 bits of each p. */
    private static final long[] POWERS = powers();

    private ShortestDecimal() {}

    private static long[] powers() {
        long[] powers = new long[2 * (MAX_POWER - MIN_POWER + 1)];
        for (int p = MIN_POWER; p <= MAX_POWER; p++) {
            int shift = log2OfPower10(p) + 1 - POWER_BITS;
            BigInteger power = BigInteger.TEN.pow(Math.abs(p));
            BigInteger scaled = p >= 0
                    ? power.shiftRight(shift)
                    : BigInteger.ONE.shiftLeft(-shift).divide(power);
            scaled = scaled.add(BigInteger.ONE);
            powers[2 * (p - MIN_POWER)] = scaled.shiftRight(Long.SIZE - 1).longValueExact();
            powers[2 * (p - MIN_POWER) + 1] = scaled.longValue() & LOW_63;
        }
        return powers;
    }

    /** Writes a finite number and says where it ends; takes up to {@link #MOST_CHARS} bytes. */
    static int write(double number, byte[] target, int at) {
        long bits = Double.doubleToRawLongBits(number);
        int next = at;
        if (bits < 0) {
            target[next++] = '-';
        }
        long fraction = bits & DOUBLE_FRACTION;
        int biased = (int) (bits >>> (DOUBLE_BITS - 1)) & 0x7FF;
        if (biased != 0) {
            long c = fraction | (DOUBLE_FRACTION + 1);
            int q = DOUBLE_MIN_EXPONENT - 1 + biased;
            if (-DOUBLE_BITS < q && q <= 0 && Long.numberOfTrailingZeros(c) >= -q) {
                return layOut(c >> -q, 0, target, next);
            }
            return shortest(c, q, fraction == 0 && biased > 1, 0, target, next);
        } else if (fraction == 0) {
            return layOut(0, 0, target, next);
        }
        return fraction < DOUBLE_TINY
                ? shortest(10 * fraction, DOUBLE_MIN_EXPONENT, false, -1, target, next)
                : shortest(fraction, DOUBLE_MIN_EXPONENT, false, 0, target, next);
    }

    /**
     * Writes a positive number.
     *
     * @param c       the number in units of its last place
     * @param q       exponent of two of these units
     * @param uneven  whether the number below is only half a unit away
     * @param decimal exponent of ten
     */
    private static int shortest(long c, int q, boolean uneven, int decimal, byte[] target, int at) {
        int odd = (int) c & 1;
        int k = uneven ? log10OfThreeQuarters(q) : log10OfPower2(q);
        int shift = q + log2OfPower10(-k) + 2;
        int power = 2 * (-k - MIN_POWER);
        long high = POWERS[power];
        long low = POWERS[power + 1];
        // In quarters of a unit, so that both ends of the interval are whole.
        long middle = scaled(high, low, (4 * c) << shift);
        long below = scaled(high, low, (4 * c - (uneven ? 1 : 2)) << shift) + odd;
        long above = scaled(high, low, (4 * c + 2) << shift) - odd;
        long digits = choose(middle, below, above);
        return layOut(digits, k + decimal, target, at);
    }

    /** The product, without its lower 127 bits, and odd where these are not zero. */
    private static long scaled(long high, long low, long factor) {
        long carry = ((high * factor) >>> 1) + Math.multiplyHigh(low, factor);
        long product = Math.multiplyHigh(high, factor) + (carry >>> (Long.SIZE - 1));
        return product | (((carry & LOW_63) + LOW_63) >>> (Long.SIZE - 1));
    }

    /** The shortest whole number within an interval, and of two the closest to a number; all three in quarters. */
    private static long choose(long middle, long below, long above) {
        long floor = middle >> 2;
        if (floor >= 100) {
            long tens = floor / 10 * 10;
            boolean down = below <= 4 * tens;
            boolean up = 4 * (tens + 10) <= above;
            if (down != up) {
                return down ? tens : tens + 10;
            }
        }
        boolean down = below <= 4 * floor;
        boolean up = 4 * (floor + 1) <= above;
        if (down != up) {
            return down ? floor : floor + 1;
        }
        long past = middle - 4 * floor - 2;
        return past < 0 || (past == 0 && (floor & 1) == 0) ? floor : floor + 1;
    }

    /** Writes a finite number and says where it ends; takes up to {@link #MOST_CHARS} bytes. */
    static int write(float number, byte[] target, int at) {
        int bits = Float.floatToRawIntBits(number);
        int next = at;
        if (bits < 0) {
            target[next++] = '-';
        }
        int fraction = bits & FLOAT_FRACTION;
        int biased = (bits >>> (FLOAT_BITS - 1)) & 0xFF;
        if (biased != 0) {
            int c = fraction | (FLOAT_FRACTION + 1);
            int q = FLOAT_MIN_EXPONENT - 1 + biased;
            if (-FLOAT_BITS < q && q <= 0 && Integer.numberOfTrailingZeros(c) >= -q) {
                return layOut(c >> -q, 0, target, next);
            }
            return shortestFloat(c, q, fraction == 0 && biased > 1, 0, target, next);
        } else if (fraction == 0) {
            return layOut(0, 0, target, next);
        }
        return fraction < FLOAT_TINY
                ? shortestFloat(10 * fraction, FLOAT_MIN_EXPONENT, false, -1, target, next)
                : shortestFloat(fraction, FLOAT_MIN_EXPONENT, false, 0, target, next);
    }

    /** As {@link #shortest}: for the few bits of a float the upper half of the power is enough, rounded up. */
    private static int shortestFloat(int c, int q, boolean uneven, int decimal, byte[] target, int at) {
        int odd = c & 1;
        int k = uneven ? log10OfThreeQuarters(q) : log10OfPower2(q);
        int shift = q + log2OfPower10(-k) + 33;
        long power = POWERS[2 * (-k - MIN_POWER)] + 1;
        long middle = scaled(power, (4L * c) << shift);
        long below = scaled(power, (4L * c - (uneven ? 1 : 2)) << shift) + odd;
        long above = scaled(power, (4L * c + 2) << shift) - odd;
        return layOut(choose(middle, below, above), k + decimal, target, at);
    }

    /** The product, without its lower 95 bits, and odd where the upper 31 of these are not zero. */
    private static long scaled(long power, long factor) {
        long product = Math.multiplyHigh(power, factor);
        return (product >>> 31) | (((product & LOW_31) + LOW_31) >>> 31);
    }

    /** Writes {@code digits · 10^exponent}. */
    private static int layOut(long digits, int exponent, byte[] target, int at) {
        if (digits == 0) {
            target[at] = '0';
            target[at + 1] = '.';
            target[at + 2] = '0';
            return at + 3;
        }
        long significant = digits;
        int power = exponent;
        if (significant % 100_000_000 == 0) {
            significant /= 100_000_000;
            power += 8;
        }
        while (significant % 10 == 0) {
            significant /= 10;
            power++;
        }
        int count = Decimals.count(significant);
        int point = count + power; // digits before it
        if (0 < point && point <= 7) {
            return plain(significant, count, point, target, at);
        } else if (-3 < point && point <= 0) {
            return fraction(significant, count, -point, target, at);
        }
        Decimals.write(significant, count, target, at + 1);
        int next = at + 1 + count;
        target[at] = target[at + 1];
        target[at + 1] = '.';
        if (count == 1) {
            target[next++] = '0';
        }
        target[next++] = 'E';
        return Decimals.write(point - 1, target, next);
    }

    private static int plain(long digits, int count, int point, byte[] target, int at) {
        if (count <= point) {
            Decimals.write(digits, count, target, at);
            int next = at + count;
            while (next < at + point) {
                target[next++] = '0';
            }
            target[next] = '.';
            target[next + 1] = '0';
            return next + 2;
        }
        Decimals.write(digits, count, target, at + 1);
        for (int i = at; i < at + point; i++) {
            target[i] = target[i + 1];
        }
        target[at + point] = '.';
        return at + count + 1;
    }

    private static int fraction(long digits, int count, int zeros, byte[] target, int at) {
        int next = at;
        target[next++] = '0';
        target[next++] = '.';
        for (int i = 0; i < zeros; i++) {
            target[next++] = '0';
        }
        Decimals.write(digits, count, target, next);
        return next + count;
    }

    /** {@code ⌊log10(2^e)⌋}, for exponents of a double. */
    private static int log10OfPower2(int e) {
        return (int) ((e * 661_971_961_083L) >> 41);
    }

    /** {@code ⌊log10(3/4 · 2^e)⌋}. */
    private static int log10OfThreeQuarters(int e) {
        return (int) ((e * 661_971_961_083L - 274_743_187_321L) >> 41);
    }

    /** {@code ⌊log2(10^e)⌋}. */
    private static int log2OfPower10(int e) {
        return (int) ((e * 913_124_641_741L) >> 38);
    }
}
