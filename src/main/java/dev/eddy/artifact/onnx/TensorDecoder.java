package dev.eddy.artifact.onnx;

import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.Tensor.DType;
import dev.eddy.artifact.onnx.OnnxModel.TensorData;
import dev.eddy.model.InvalidModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Turns a tensor of the file into a constant, having checked that its data are all there. */
final class TensorDecoder {
    static final int FLOAT = 1;
    static final int INT32 = 6;
    static final int INT64 = 7;
    static final int BOOL = 9;
    static final int FLOAT16 = 10;
    static final int DOUBLE = 11;
    static final int BFLOAT16 = 16;

    private static final int MAX_RANK = 8;

    private final ExternalData external;

    TensorDecoder(ExternalData external) {
        this.external = external;
    }

    /** Whether a type code is one of the floating-point types. */
    static boolean isReal(long type) {
        return type == FLOAT || type == FLOAT16 || type == DOUBLE || type == BFLOAT16;
    }

    /**
     * Decodes a tensor.
     *
     * @throws InvalidModelException if its type is not supported or its data do not fit its shape
     */
    Constant decode(TensorData tensor) {
        int[] shape = shape(tensor);
        long elements = Tensor.elements(shape);
        return new Constant(Axis.plain(shape), numbers(tensor, shape, elements), !isReal(tensor.type()));
    }

    /** A tensor given from outside. */
    static Constant of(Tensor tensor) {
        Numbers numbers = tensor.dtype() == DType.F32 || tensor.dtype() == DType.F16 || tensor.dtype() == DType.BF16
                ? new Numbers.Singles(tensor.toFloats())
                : new Numbers.Doubles(doubles(tensor));
        boolean integral = tensor.dtype() == DType.I32 || tensor.dtype() == DType.I64;
        return new Constant(Axis.plain(tensor.shape()), numbers, integral);
    }

    /** A tensor as other parts of Eddy know it. */
    Tensor toTensor(TensorData data) {
        Constant constant = decode(data);
        return Tensor.of(constant.numbers().floats(), Axis.sizes(constant.axes()));
    }

    private Numbers numbers(TensorData tensor, int[] shape, long elements) {
        if (tensor.external() != null || tensor.raw() != null) {
            DType dtype = dtype(tensor);
            ByteBuffer data = tensor.external() == null
                    ? tensor.raw()
                    : external.read(tensor.name(), tensor.external(), elements * dtype.bytes());
            requireSize(tensor, elements * dtype.bytes(), data.remaining(), "bytes");
            return of(new Tensor(dtype, shape, data)).numbers();
        }
        return typed(tensor, elements);
    }

    private static Numbers typed(TensorData tensor, long elements) {
        switch (tensor.type()) {
            case FLOAT -> {
                requireSize(tensor, elements, tensor.floats().length, "values");
                return new Numbers.Singles(tensor.floats());
            }
            case DOUBLE -> {
                requireSize(tensor, elements, tensor.doubles().length, "values");
                return new Numbers.Doubles(tensor.doubles());
            }
            case FLOAT16, BFLOAT16 -> {
                requireSize(tensor, elements, tensor.ints().length, "values");
                return half(tensor);
            }
            case INT32, INT64, BOOL -> {
                requireSize(tensor, elements, tensor.ints().length, "values");
                return new Numbers.Doubles(
                        Arrays.stream(tensor.ints()).asDoubleStream().toArray());
            }
            default -> throw unsupported(tensor);
        }
    }

    /** Half-precision numbers come as the bits of integers. */
    private static Numbers half(TensorData tensor) {
        ByteBuffer bits = ByteBuffer.allocate(2 * tensor.ints().length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : tensor.ints()) {
            bits.putShort((short) value);
        }
        DType dtype = tensor.type() == FLOAT16 ? DType.F16 : DType.BF16;
        return new Numbers.Singles(new Tensor(dtype, new int[] {tensor.ints().length}, bits.flip()).toFloats());
    }

    private static double[] doubles(Tensor tensor) {
        ByteBuffer data = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[(int) Tensor.elements(tensor.shape())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.dtype()) {
                case F64 -> data.getDouble();
                case I64 -> data.getLong();
                default -> data.getInt();
            };
        }
        return values;
    }

    private static DType dtype(TensorData tensor) {
        return switch (tensor.type()) {
            case FLOAT -> DType.F32;
            case DOUBLE -> DType.F64;
            case FLOAT16 -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            default -> throw unsupported(tensor);
        };
    }

    private static InvalidModelException unsupported(TensorData tensor) {
        return new InvalidModelException("tensor '" + Refusals.brief(tensor.name()) + "' has the ONNX type "
                + tensor.type() + "; supported are float, float16, bfloat16, double, int32 and int64:"
                + " export the model unquantised");
    }

    private static int[] shape(TensorData tensor) {
        long[] dims = tensor.dims();
        if (dims.length > MAX_RANK || Arrays.stream(dims).anyMatch(d -> d < 0 || d > Integer.MAX_VALUE)) {
            throw new InvalidModelException("tensor '" + Refusals.brief(tensor.name()) + "' has an impossible shape");
        }
        int[] shape = Arrays.stream(dims).mapToInt(d -> (int) d).toArray();
        if (Tensor.elements(shape) > Integer.MAX_VALUE / 8) {
            throw new InvalidModelException("tensor '" + Refusals.brief(tensor.name()) + "' of shape "
                    + Arrays.toString(shape) + " is too large");
        }
        return shape;
    }

    private static void requireSize(TensorData tensor, long wanted, long got, String unit) {
        if (wanted != got) {
            throw new InvalidModelException("tensor '" + Refusals.brief(tensor.name()) + "' of shape "
                    + Arrays.toString(tensor.dims()) + " needs " + wanted + " " + unit + " but has " + got
                    + "; is the file damaged?");
        }
    }
}
