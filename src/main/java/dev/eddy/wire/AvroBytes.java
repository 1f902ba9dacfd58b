package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Parts of a record in Avro's binary encoding. */
final class AvroBytes extends GrowingBytes {
    private static final int LONGEST_NUMBER = 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** An {@code int}, {@code long}, count, or place in an enum or union. */
    void number(long number) {
        reserve(LONGEST_NUMBER);
        long left = (number << 1) ^ (number >> 63);
        int at = size;
        while ((left & ~0x7FL) != 0) {
            bytes[at++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[at++] = (byte) left;
        size = at;
    }

    /** A byte that is written as it is. */
    void octet(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    void real(double number) {
        reserve(Double.BYTES);
        LONG.set(bytes, size, Double.doubleToRawLongBits(number));
        size += Double.BYTES;
    }

    void string(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        number(utf8.length);
        put(utf8);
    }

    /** An array in one block. */
    void reals(double[] numbers) {
        reserve(2 * LONGEST_NUMBER + Double.BYTES * numbers.length);
        if (numbers.length > 0) {
            number(numbers.length);
        }
        for (double number : numbers) {
            LONG.set(bytes, size, Double.doubleToRawLongBits(number));
            size += Double.BYTES;
        }
        octet(0);
    }

    /** An array in one block. */
    void reals(float[] numbers) {
        reserve(2 * LONGEST_NUMBER + Float.BYTES * numbers.length);
        if (numbers.length > 0) {
            number(numbers.length);
        }
        for (float number : numbers) {
            INT.set(bytes, size, Float.floatToRawIntBits(number));
            size += Float.BYTES;
        }
        octet(0);
    }
}
