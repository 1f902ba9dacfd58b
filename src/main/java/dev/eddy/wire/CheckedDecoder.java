package dev.eddy.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Avro binary from an array, where no length is believed that exceeds the bytes at hand. Avro's own decoder takes the memory
 * first: thirteen bytes of garbage can ask it for two gigabytes.
 */
final class CheckedDecoder extends Decoder {
    private BinaryDecoder in;

    /** Begins to read an array. */
    void reset(byte[] bytes) {
        in = DecoderFactory.get().binaryDecoder(bytes, in);
    }

    boolean isEnd() throws IOException {
        return in.isEnd();
    }

    private int length(long claimed) throws IOException {
        if (claimed < 0 || claimed > in.inputStream().available()) {
            throw new EOFException("a length of " + claimed + " exceeds the value");
        }
        return (int) claimed;
    }

    /** Elements take at least a byte each, but for those that are always empty; such a list has no use in an event. */
    private long count(long claimed) throws IOException {
        return length(claimed);
    }

    @Override
    public Utf8 readString(Utf8 old) throws IOException {
        int length = length(in.readLong());
        Utf8 text = old == null ? new Utf8() : old;
        text.setByteLength(length);
        in.readFixed(text.getBytes(), 0, length);
        return text;
    }

    @Override
    public String readString() throws IOException {
        return readString(null).toString();
    }

    @Override
    public void skipString() throws IOException {
        in.skipFixed(length(in.readLong()));
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) throws IOException {
        byte[] bytes = new byte[length(in.readLong())];
        in.readFixed(bytes, 0, bytes.length);
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void skipBytes() throws IOException {
        skipString();
    }

    @Override
    public long readArrayStart() throws IOException {
        return count(in.readArrayStart());
    }

    @Override
    public long arrayNext() throws IOException {
        return count(in.arrayNext());
    }

    @Override
    public long skipArray() throws IOException {
        return in.skipArray();
    }

    @Override
    public long readMapStart() throws IOException {
        return count(in.readMapStart());
    }

    @Override
    public long mapNext() throws IOException {
        return count(in.mapNext());
    }

    @Override
    public long skipMap() throws IOException {
        return in.skipMap();
    }

    @Override
    public void readNull() throws IOException {
        in.readNull();
    }

    @Override
    public boolean readBoolean() throws IOException {
        return in.readBoolean();
    }

    @Override
    public int readInt() throws IOException {
        return in.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return in.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return in.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return in.readDouble();
    }

    @Override
    public void readFixed(byte[] bytes, int start, int length) throws IOException {
        in.readFixed(bytes, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        in.skipFixed(length);
    }

    @Override
    public int readEnum() throws IOException {
        return in.readEnum();
    }

    @Override
    public int readIndex() throws IOException {
        return in.readIndex();
    }
}
