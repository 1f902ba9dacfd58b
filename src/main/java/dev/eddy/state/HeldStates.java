package dev.eddy.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/**
 * What is kept for one sequence: the state of the model that answers, and beside it, while models change or compete, those of
 * others. Alone, the answering state is stored as {@link StateCodec} wrote it; with others, in an envelope whose layout is in
 * {@code schemas/state.md}. Immutable; the arrays are not copied.
 *
 * @param answering  state of the model that answers
 * @param warming    state of a new model that does not answer yet; null for none
 * @param warmUp     events the warming model sees before it answers; 0 without one
 * @param challenger state of the challenger; null for none
 * @param kept       state of the model that was replaced last, for a rollback; null for none
 * @param keptUntil  event time until which it is good for one, epoch milliseconds; 0 without one
 */
public record HeldStates(byte[] answering, byte[] warming, int warmUp, byte[] challenger, byte[] kept, long keptUntil) {
    /** Of a record of the changelog, which brokers take up to a million bytes; the rest is for the key and what Kafka adds. */
    public static final int MAX_BYTES = 950_000;

    private static final byte MAGIC = (byte) 0xEB;
    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 4 + Integer.BYTES + Long.BYTES;
    private static final int LENGTHS_BYTES = 4 * Integer.BYTES;
    private static final int CHECKSUM_BYTES = Integer.BYTES;

    /** The state of one model alone. */
    public static HeldStates of(byte[] answering) {
        return new HeldStates(answering, null, 0, null, null, 0);
    }

    /**
     * Reads what {@link #bytes} gave.
     *
     * @throws CorruptStateException if the bytes are damaged
     */
    public static HeldStates read(byte[] bytes) {
        if (isSingle(bytes)) {
            return of(bytes);
        }
        check(bytes);
        ByteBuffer buffer = littleEndian(bytes).position(4);
        int warmUp = buffer.getInt();
        long keptUntil = buffer.getLong();
        byte[][] states = new byte[4][];
        int[] lengths = new int[states.length];
        for (int i = 0; i < states.length; i++) {
            lengths[i] = buffer.getInt();
        }
        for (int i = 0; i < states.length; i++) {
            if (lengths[i] > 0) {
                states[i] = new byte[lengths[i]];
                buffer.get(states[i]);
            }
        }
        return new HeldStates(states[0], states[1], warmUp, states[2], states[3], keptUntil);
    }

    private static void check(byte[] bytes) {
        boolean whole = bytes.length >= HEADER_BYTES + LENGTHS_BYTES + CHECKSUM_BYTES
                && littleEndian(bytes).getInt(bytes.length - CHECKSUM_BYTES) == checksumOf(bytes);
        if (!whole) {
            throw new CorruptStateException(
                    "the checksum of a record of states does not match its " + bytes.length + " bytes");
        }
        if (bytes[1] != VERSION) {
            throw new CorruptStateException("a record of states has layout version " + bytes[1]
                    + ", this program reads " + VERSION + "; it was written by another release");
        }
    }

    /** Whether bytes that {@link #bytes} gave are the state of one model alone. */
    public static boolean isSingle(byte[] bytes) {
        return bytes.length == 0 || bytes[0] != MAGIC;
    }

    /** Whether one model has the sequence to itself. */
    public boolean isSingle() {
        return warming == null && challenger == null && kept == null;
    }

    /** The same with another answering state. */
    public HeldStates withAnswering(byte[] state) {
        return new HeldStates(state, warming, warmUp, challenger, kept, keptUntil);
    }

    /** As they are stored. */
    public byte[] bytes() {
        if (isSingle()) {
            return answering;
        }
        byte[][] states = {answering, warming, challenger, kept};
        byte[] bytes = new byte[size()];
        ByteBuffer buffer = littleEndian(bytes);
        buffer.put(MAGIC).put(VERSION).putShort((short) 0).putInt(warmUp).putLong(keptUntil);
        for (byte[] state : states) {
            buffer.putInt(length(state));
        }
        for (byte[] state : states) {
            if (state != null) {
                buffer.put(state);
            }
        }
        buffer.putInt(checksumOf(bytes));
        return bytes;
    }

    /** How many bytes are stored. */
    public int size() {
        int states = length(answering) + length(warming) + length(challenger) + length(kept);
        return isSingle() ? states : HEADER_BYTES + LENGTHS_BYTES + states + CHECKSUM_BYTES;
    }

    /** How many bytes are stored of several states together. */
    public static long sizeOf(long... states) {
        return HEADER_BYTES + LENGTHS_BYTES + LongStream.of(states).sum() + CHECKSUM_BYTES;
    }

    private static int length(byte[] state) {
        return state == null ? 0 : state.length;
    }

    private static int checksumOf(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length - CHECKSUM_BYTES);
        return (int) checksum.getValue();
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
