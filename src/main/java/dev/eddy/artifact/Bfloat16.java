package dev.eddy.artifact;

import dev.eddy.model.InvalidModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The upper half of a float32: its sign, its exponent and 7 bits of its fraction. */
final class Bfloat16 {
    private static final int LOST_BITS = 16;

    private Bfloat16() {}

    static float toFloat(short half) {
        return Float.intBitsToFloat(half << LOST_BITS);
    }

    /** The nearest; of two equally near ones that whose last bit is 0. Beyond the largest it is infinity; never of a NaN. */
    static short round(float value) {
        int bits = Float.floatToRawIntBits(value);
        int lastKept = (bits >>> LOST_BITS) & 1;
        return (short) ((bits + 0x7fff + lastKept) >>> LOST_BITS);
    }

    /**
     * A tensor rounded to this type.
     *
     * @throws InvalidModelException if an element is not finite, or not any more
     */
    static Tensor round(String name, Tensor tensor) {
        float[] values = tensor.toFloats();
        ByteBuffer data = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            short half = Float.isNaN(value) ? (short) 0x7fc0 : round(value);
            if (!Float.isFinite(toFloat(half))) {
                throw new InvalidModelException(
                        "tensor '" + name + "' holds " + value + ", which is no finite number in bf16");
            }
            data.putShort(half);
        }
        return new Tensor(Tensor.DType.BF16, tensor.shape().clone(), data.flip());
    }
}
