package dev.eddy.artifact.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Protobuf's wire format with the checks that make it safe to read from strangers: typed, and bounded in its number of parts. */
final class ProtoInput {
    /** An empty part takes two bytes in the file but an object in memory. */
    private static final int MAX_PARTS = 2_000_000;

    private final CodedInputStream in;
    private int parts;
    private int tag;

    ProtoInput(CodedInputStream in) {
        this.in = in;
        in.enableAliasing(true);
        in.setSizeLimit(Integer.MAX_VALUE);
    }

    /** Handles one field of a message; must consume it. */
    interface Field {
        void read(int number, int wireType) throws IOException;
    }

    /** Reads the fields of a message of known length. */
    void fields(int length, Field handler) throws IOException {
        int end = in.pushLimit(length);
        while (true) {
            tag = in.readTag();
            if (tag == 0) {
                break;
            }
            count();
            handler.read(WireFormat.getTagFieldNumber(tag), WireFormat.getTagWireType(tag));
        }
        in.checkLastTagWas(0);
        in.popLimit(end);
    }

    /** Reads an embedded message. */
    void message(Field handler) throws IOException {
        int length = in.readRawVarint32();
        if (length < 0) {
            throw new InvalidModelException("not a readable ONNX file: a part of it has a negative length");
        }
        fields(length, handler);
    }

    /** Reads an embedded message, having checked that it is one. */
    void message(int wireType, Field handler) throws IOException {
        require(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        message(handler);
    }

    /** Skips the field whose tag was read last. */
    void skip() throws IOException {
        if (!in.skipField(tag)) {
            throw new InvalidModelException("not a readable ONNX file: a group ends that never began");
        }
    }

    String text(int wireType) throws IOException {
        require(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        return in.readString();
    }

    ByteBuffer bytes(int wireType) throws IOException {
        require(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        return in.readByteBuffer();
    }

    long number(int wireType) throws IOException {
        require(wireType, WireFormat.WIRETYPE_VARINT);
        return in.readRawVarint64();
    }

    float real(int wireType) throws IOException {
        require(wireType, WireFormat.WIRETYPE_FIXED32);
        return in.readFloat();
    }

    /** One or, packed, several integers. */
    void numbers(int wireType, Longs target) throws IOException {
        if (wireType == WireFormat.WIRETYPE_VARINT) {
            target.add(in.readRawVarint64());
            return;
        }
        int end = packed(wireType);
        while (in.getBytesUntilLimit() > 0) {
            target.add(in.readRawVarint64());
        }
        in.popLimit(end);
    }

    /** One or, packed, several float32. */
    void reals(int wireType, Floats target) throws IOException {
        if (wireType == WireFormat.WIRETYPE_FIXED32) {
            target.add(in.readFloat());
            return;
        }
        int end = packed(wireType);
        while (in.getBytesUntilLimit() > 0) {
            target.add(in.readFloat());
        }
        in.popLimit(end);
    }

    /** One or, packed, several float64, as their bits. */
    void doubles(int wireType, Longs target) throws IOException {
        if (wireType == WireFormat.WIRETYPE_FIXED64) {
            target.add(in.readRawLittleEndian64());
            return;
        }
        int end = packed(wireType);
        while (in.getBytesUntilLimit() > 0) {
            target.add(in.readRawLittleEndian64());
        }
        in.popLimit(end);
    }

    private int packed(int wireType) throws IOException {
        require(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        return in.pushLimit(in.readRawVarint32());
    }

    private void count() {
        if (++parts > MAX_PARTS) {
            throw new InvalidModelException("the ONNX file has more than " + MAX_PARTS
                    + " parts; it is damaged or not an" + " export of a recurrent network");
        }
    }

    private static void require(int wireType, int wanted) throws InvalidProtocolBufferException {
        if (wireType != wanted) {
            throw new InvalidProtocolBufferException("a field has the wrong type");
        }
    }

    /** A growing list of integers. */
    static final class Longs {
        private long[] values = {};
        private int size;

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size + (size >> 1) + 4);
            }
            values[size++] = value;
        }

        long[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }

    /** A growing list of float32. */
    static final class Floats {
        private float[] values = {};
        private int size;

        void add(float value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size + (size >> 1) + 4);
            }
            values[size++] = value;
        }

        float[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }
}
