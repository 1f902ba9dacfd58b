package dev.eddy.wire;

import dev.eddy.model.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.util.Utf8;

/**
 * The fields of an Avro record, read from its bytes when they are asked for; they are what a generic record has. All bytes are
 * looked at first, and taken only where there is no doubt that they are such a record. Working memory of one thread; holds one
 * record at a time.
 */
final class AvroFields implements Fields {
    private static final int UNSURE = -1;
    private static final int INT_BITS = 32;

    /** Of a long; a tenth byte is rare, and may be too much. */
    private static final int LONG_BITS = 63;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final AvroShape shape;
    private final Function<byte[], Fields> reader;
    private final int[] from = new int[AvroShape.MOST_PLACES]; // by place; of a union: the branch taken
    private byte[] bytes;
    private Fields record; // null: not needed yet
    private long number; // read last

    /**
     * Fields of records of one schema.
     *
     * @param shape  the record's
     * @param reader reads a whole record, where that is better
     */
    AvroFields(AvroShape shape, Function<byte[], Fields> reader) {
        this.shape = shape;
        this.reader = reader;
    }

    /** Takes a record up; says whether it could. */
    boolean read(byte[] value) {
        bytes = value;
        record = null;
        return read(shape, 0) == value.length;
    }

    /** Looks at a part; says where it ends, or {@link #UNSURE}. */
    private int read(AvroShape part, int at) {
        if (part.place() >= 0) {
            from[part.place()] = at;
        }
        switch (part.type()) {
            case NULL -> {
                return at;
            }
            case BOOLEAN -> {
                return at < bytes.length && (bytes[at] & ~1) == 0 ? at + 1 : UNSURE;
            }
            case INT -> {
                return number(at, INT_BITS);
            }
            case LONG -> {
                return number(at, LONG_BITS);
            }
            case FLOAT -> {
                return skip(at, Float.BYTES);
            }
            case DOUBLE -> {
                return skip(at, Double.BYTES);
            }
            case FIXED -> {
                return skip(at, part.schema().getFixedSize());
            }
            case STRING, BYTES -> {
                int next = number(at, LONG_BITS);
                return next == UNSURE ? UNSURE : skip(next, number);
            }
            case ENUM -> {
                int next = number(at, INT_BITS);
                return isIn(part.schema().getEnumSymbols().size()) ? next : UNSURE;
            }
            case UNION -> {
                int next = number(at, INT_BITS);
                if (next == UNSURE || !isIn(part.parts().length)) {
                    return UNSURE;
                }
                if (part.place() >= 0) {
                    from[part.place()] = (int) number;
                }
                return read(part.parts()[(int) number], next);
            }
            case RECORD -> {
                int next = at;
                for (AvroShape field : part.parts()) {
                    next = read(field, next);
                    if (next == UNSURE) {
                        return UNSURE;
                    }
                }
                return next;
            }
            default -> {
                return blocks(part, at);
            }
        }
    }

    /** Looks at an array or a map. */
    private int blocks(AvroShape part, int at) {
        AvroShape element = part.parts()[0];
        boolean named = part.type() == Schema.Type.MAP;
        int size = named ? 0 : sizeOf(element.type());
        int next = at;
        while (true) {
            next = number(next, LONG_BITS);
            long count = number;
            if (next == UNSURE || count < 0 || count > bytes.length - next) {
                return UNSURE;
            } else if (count == 0) {
                return next;
            }
            if (size > 0) {
                next = skip(next, count * size);
            }
            for (long i = 0; size == 0 && i < count && next != UNSURE; i++) {
                if (named) {
                    next = number(next, LONG_BITS);
                    next = next == UNSURE ? UNSURE : skip(next, number);
                }
                next = next == UNSURE ? UNSURE : read(element, next);
            }
            if (next == UNSURE) {
                return UNSURE;
            }
        }
    }

    /** Bytes that every value of a type takes; zero if that is not fixed. */
    private static int sizeOf(Schema.Type type) {
        return type == Schema.Type.DOUBLE ? Double.BYTES : type == Schema.Type.FLOAT ? Float.BYTES : 0;
    }

    private int skip(int at, long length) {
        return 0 <= length && length <= bytes.length - at ? (int) (at + length) : UNSURE;
    }

    private boolean isIn(int count) {
        return 0 <= number && number < count;
    }

    /** Reads a number of so many bits; says where it ends, or {@link #UNSURE} if it may have more. */
    private int number(int at, int bits) {
        long raw = 0;
        int next = at;
        for (int shift = 0; shift < bits && next < bytes.length; shift += 7) {
            int b = bytes[next++];
            raw |= (b & 0x7FL) << shift;
            if (b >= 0) {
                number = (raw >>> 1) ^ -(raw & 1);
                return raw >>> bits == 0 ? next : UNSURE;
            }
        }
        number = UNSURE;
        return UNSURE;
    }

    @Override
    public Object get(String[] path) {
        AvroShape part = shape;
        for (String name : path) {
            if (part.type() == Schema.Type.MAP) {
                return whole(path);
            }
            Integer position = part.type() == Schema.Type.RECORD ? part.names().get(name) : null;
            if (position == null) {
                return null;
            }
            part = part.parts()[position];
            while (part.type() == Schema.Type.UNION) {
                part = part.parts()[from[part.place()]];
            }
        }
        int at = from[part.place()];
        return switch (part.type()) {
            case NULL -> null;
            case BOOLEAN -> bytes[at] == 1;
            case INT -> {
                number(at, INT_BITS);
                yield (int) number;
            }
            case LONG -> {
                number(at, LONG_BITS);
                yield number;
            }
            case FLOAT -> Float.intBitsToFloat((int) INT.get(bytes, at));
            case DOUBLE -> Double.longBitsToDouble((long) LONG.get(bytes, at));
            case STRING -> text(part, at);
            case ENUM -> {
                number(at, INT_BITS);
                yield part.schema().getEnumSymbols().get((int) number);
            }
            case ARRAY -> {
                AvroShape element = part.parts()[0];
                LogicalType logical = element.schema().getLogicalType();
                yield sizeOf(element.type()) > 0 && logical == null
                        ? reals(part.schema(), element.type(), at)
                        : whole(path);
            }
            default -> whole(path);
        };
    }

    private Object text(AvroShape part, int at) {
        int start = number(at, LONG_BITS);
        int end = (int) (start + number);
        return part.asString()
                ? new String(bytes, start, end - start, StandardCharsets.UTF_8)
                : new Utf8(Arrays.copyOfRange(bytes, start, end));
    }

    /** An array of floats or doubles. */
    private Object reals(Schema schema, Schema.Type type, int at) {
        int next = number(at, LONG_BITS);
        Collection<Object> array = new GenericData.Array<>((int) number, schema);
        while (number > 0) {
            int end = next + (int) number * sizeOf(type);
            for (; next < end; next += sizeOf(type)) {
                if (type == Schema.Type.DOUBLE) {
                    array.add(Double.longBitsToDouble((long) LONG.get(bytes, next)));
                } else {
                    array.add(Float.intBitsToFloat((int) INT.get(bytes, next)));
                }
            }
            next = number(next, LONG_BITS);
        }
        return array;
    }

    /** A field of the whole record. */
    private Object whole(String[] path) {
        if (record == null) {
            record = reader.apply(bytes);
        }
        return record.get(path);
    }
}
