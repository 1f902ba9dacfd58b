package dev.eddy.wire;

import java.util.Arrays;

/** Bytes that are written one after the other, again and again into the same memory. */
abstract class GrowingBytes {
    private static final int FIRST = 512;

    /** So much is kept for the next record; a larger one is rare. */
    private static final int KEPT = 1 << 16;

    byte[] bytes = new byte[FIRST];
    int size;

    final void clear() {
        size = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[FIRST];
        }
    }

    /** Makes room for some more bytes. */
    final void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
        }
    }

    final void put(byte[] constant) {
        reserve(constant.length);
        System.arraycopy(constant, 0, bytes, size, constant.length);
        size += constant.length;
    }

    /** A copy of what was written. */
    final byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }
}
