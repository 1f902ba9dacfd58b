package dev.eddy.wire;

/** Whole numbers as decimals in ASCII. */
final class Decimals {
    /** Longest text of a number. */
    static final int MOST_CHARS = 20;

    private static final byte[] PAIRS = new byte[200];
    private static final long[] POWERS = new long[19];

    static {
        for (int i = 0; i < 100; i++) {
            PAIRS[2 * i] = (byte) ('0' + i / 10);
            PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
        }
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }

    private Decimals() {}

    /** Digits of a number that is not negative. */
    static int count(long number) {
        // 1233 / 4096 is a little over log10(2): the estimate is right or one too large.
        int most = ((Long.SIZE - Long.numberOfLeadingZeros(number | 1)) * 1233) >>> 12;
        return number < POWERS[most] ? Math.max(most, 1) : most + 1;
    }

    /** Writes the digits of a number that is not negative, {@link #count} of them. */
    static void write(long number, int count, byte[] target, int at) {
        int end = at + count;
        long left = number;
        while (left > Integer.MAX_VALUE) {
            long rest = left / 100;
            end = pair((int) (left - 100 * rest), target, end);
            left = rest;
        }
        int small = (int) left;
        while (end - at >= 2) {
            int rest = small / 100;
            end = pair(small - 100 * rest, target, end);
            small = rest;
        }
        if (end > at) {
            target[at] = (byte) ('0' + small);
        }
    }

    private static int pair(int number, byte[] target, int end) {
        target[end - 1] = PAIRS[2 * number + 1];
        target[end - 2] = PAIRS[2 * number];
        return end - 2;
    }

    /** Writes a number and says where it ends; takes up to {@link #MOST_CHARS} bytes. */
    static int write(long number, byte[] target, int at) {
        if (number >= 0) {
            int count = count(number);
            write(number, count, target, at);
            return at + count;
        }
        target[at] = '-';
        if (number == Long.MIN_VALUE) {
            // Has no positive counterpart: its last digit is split off.
            int next = write(-(number / 10), target, at + 1);
            target[next] = (byte) ('0' - number % 10);
            return next + 1;
        }
        return write(-number, target, at + 1);
    }
}
