package dev.eddy.artifact;

import dev.eddy.model.InvalidModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A named array of a model file.
 *
 * @param dtype type of the elements
 * @param shape extents, outermost first; empty for a scalar
 * @param data  the elements, row-major, little-endian; exactly as many bytes as the shape asks for
 */
public record Tensor(DType dtype, int[] shape, ByteBuffer data) {
    /** Types of elements, spelled as in safetensors. */
    public enum DType {
        F32(4),
        F64(8),
        F16(2),
        BF16(2),
        I64(8),
        I32(4),
        /** Bytes that are no numbers: a graph of another engine. */
        U8(1);

        private final int bytes;

        DType(int bytes) {
            this.bytes = bytes;
        }

        /** Size of one element. */
        public int bytes() {
            return bytes;
        }
    }

    public Tensor {
        data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (elements(shape) * dtype.bytes() != data.remaining()) {
            throw new InvalidModelException("a tensor of shape " + Arrays.toString(shape) + " and type " + dtype
                    + " does not fit " + data.remaining() + " bytes");
        }
    }

    /** A float32 tensor. */
    public static Tensor of(float[] values, int... shape) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new Tensor(DType.F32, shape.clone(), data);
    }

    /** A tensor of bytes. */
    public static Tensor ofBytes(byte[] bytes) {
        return new Tensor(DType.U8, new int[] {bytes.length}, ByteBuffer.wrap(bytes));
    }

    /** Number of elements of a shape; saturates instead of overflowing. */
    public static long elements(int... shape) {
        long count = 1;
        for (int extent : shape) {
            if (extent < 0) {
                throw new InvalidModelException("a tensor has the shape " + Arrays.toString(shape));
            }
            count = Math.min(count * extent, Integer.MAX_VALUE * 64L);
        }
        return count;
    }

    /** The extents as a text, {@code [4, 8]}. */
    public String shapeText() {
        return Arrays.toString(shape);
    }

    /** The elements as float32; wider ones are rounded to nearest. */
    public float[] toFloats() {
        float[] values = new float[(int) elements(shape)];
        switch (dtype) {
            case F32 ->
                data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            case F64 -> fill(values, i -> (float) data.getDouble(i * 8));
            case F16 -> fill(values, i -> HalfFloat.toFloat(data.getShort(i * 2)));
            case BF16 -> fill(values, i -> Bfloat16.toFloat(data.getShort(i * 2)));
            case I64 -> fill(values, i -> (float) data.getLong(i * 8));
            case I32 -> fill(values, i -> (float) data.getInt(i * 4));
            case U8 -> throw new InvalidModelException("a tensor of type U8 holds bytes, not weights");
        }
        return values;
    }

    /**
     * The elements of a tensor of integers.
     *
     * @throws InvalidModelException if one has more than 32 bits
     */
    public int[] toInts() {
        int[] values = new int[(int) elements(shape)];
        for (int i = 0; i < values.length; i++) {
            long value = dtype == DType.I64 ? data.getLong(i * 8) : data.getInt(i * 4);
            values[i] = (int) value;
            if (values[i] != value) {
                throw new InvalidModelException(
                        "a tensor of integers holds " + value + ", which has more than 32 bits");
            }
        }
        return values;
    }

    private interface Element {
        float at(int index);
    }

    private static void fill(float[] values, Element element) {
        for (int i = 0; i < values.length; i++) {
            values[i] = element.at(i);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape)
                && data.equals(that.data);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + data.hashCode();
    }

    @Override
    public String toString() {
        return dtype + " " + shapeText();
    }
}
