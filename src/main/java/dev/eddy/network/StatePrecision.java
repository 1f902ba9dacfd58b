package dev.eddy.network;

import java.util.Locale;

/** How exact the numbers are that a network carries from event to event. Rounding them is part of the step. */
public enum StatePrecision {
    /** As they are computed. */
    FLOAT32(Float.BYTES),

    /**
     * The upper half of a float32: 8 significant bits and the same range. Rounded to the nearest, halves to even; what is not
     * finite stays so.
     */
    BF16(Short.BYTES);

    private static final int EXPONENT = 0x7F80_0000;

    private final int bytes;

    StatePrecision(int bytes) {
        this.bytes = bytes;
    }

    /** The precision of this name, as settings and options have it. */
    public static StatePrecision of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Bytes of a number that is kept. */
    public int bytes() {
        return bytes;
    }

    /** Rounds each number to one of this precision. */
    void round(float[] numbers) {
        if (this == FLOAT32) {
            return;
        }
        for (int i = 0; i < numbers.length; i++) {
            int bits = Float.floatToRawIntBits(numbers[i]);
            if ((bits & EXPONENT) != EXPONENT) {
                numbers[i] = Float.intBitsToFloat((bits + 0x7FFF + ((bits >>> 16) & 1)) & 0xFFFF_0000);
            }
        }
    }
}
