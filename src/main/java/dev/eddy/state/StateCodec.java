package dev.eddy.state;

import dev.eddy.model.Fingerprint;
import dev.eddy.network.StatePrecision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Sequence states as bytes; the layout is in {@code schemas/state.md}. */
public final class StateCodec {
    private static final byte MAGIC = (byte) 0xED;
    private static final byte VERSION = 2;
    private static final int START_AT = 2;
    private static final int FLAGS_AT = 3;
    private static final int GENERATION_AT = 4;
    private static final int FINGERPRINT_AT = 8;
    private static final int FINGERPRINT_BYTES = 16;
    private static final int STEPS_AT = 24;
    private static final int TIME_AT = 32;
    private static final int TIMER_AT = 40;
    private static final int WAITING_AT = 48;
    private static final int HEADER_BYTES = 52;
    private static final int CHECKSUM_BYTES = 4;

    /** The flag that says that the number of the last event follows the header. */
    private static final int NUMBERED = 1;
    /** The flag that says that the network's part is in bf16. */
    private static final int BF16 = 2;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private StateCodec() {}

    /** Bytes of a state of this shape. */
    public static int size(SequenceState state) {
        return size(state, state.isNumbered(), state.model.statePrecision());
    }

    private static int size(SequenceState state, boolean numbered, StatePrecision precision) {
        return HEADER_BYTES
                + (numbered ? Long.BYTES : 0)
                + precision.bytes() * state.network.length
                + Float.BYTES * state.remembered.length
                + Double.BYTES * state.task.length
                + CHECKSUM_BYTES;
    }

    /** The bytes of a state. */
    public static byte[] write(SequenceState state) {
        byte[] bytes = writeUnsealed(state);
        seal(bytes);
        return bytes;
    }

    /** The bytes of a state, but for the checksum: {@link #seal} must set it before anybody else reads them. */
    public static byte[] writeUnsealed(SequenceState state) {
        byte[] bytes = new byte[size(state)];
        bytes[0] = MAGIC;
        bytes[1] = VERSION;
        bytes[FLAGS_AT] = flags(state);
        state.model.id().fingerprint().copyTo(bytes, FINGERPRINT_AT, FINGERPRINT_BYTES);
        fill(state, bytes);
        return bytes;
    }

    /**
     * Writes a state over the bytes of another one, if that is of the same model and as long. The checksum is then out of
     * date: {@link #seal} must set it before anybody else reads them.
     *
     * @return whether it was written
     */
    public static boolean overwrite(SequenceState state, byte[] bytes) {
        boolean fits = bytes.length == size(state)
                && bytes[0] == MAGIC
                && bytes[FLAGS_AT] == flags(state)
                && belongsTo(bytes, state.model.id().fingerprint());
        if (fits) {
            fill(state, bytes);
        }
        return fits;
    }

    /** Brings the checksum of a state's bytes up to date. */
    public static void seal(byte[] bytes) {
        INTS.set(bytes, bytes.length - CHECKSUM_BYTES, checksumOf(bytes));
    }

    private static byte flags(SequenceState state) {
        boolean half = state.model.statePrecision() == StatePrecision.BF16;
        return (byte) ((state.isNumbered() ? NUMBERED : 0) | (half ? BF16 : 0));
    }

    private static void fill(SequenceState state, byte[] bytes) {
        bytes[START_AT] = (byte) (state.isWarm() ? 1 : 0);
        INTS.set(bytes, GENERATION_AT, state.generation());
        LONGS.set(bytes, STEPS_AT, state.steps());
        LONGS.set(bytes, TIME_AT, state.lastEventTime());
        LONGS.set(bytes, TIMER_AT, state.timer());
        INTS.set(bytes, WAITING_AT, state.waiting());
        if (state.isNumbered()) {
            LONGS.set(bytes, HEADER_BYTES, state.number());
        }
        int at = payloadAt(bytes);
        at = precision(bytes) == StatePrecision.BF16
                ? putUpperHalves(state.network, bytes, at)
                : putFloats(state.network, bytes, at);
        at = putFloats(state.remembered, bytes, at);
        for (double number : state.task) {
            LONGS.set(bytes, at, Double.doubleToRawLongBits(number));
            at += Double.BYTES;
        }
    }

    private static int putFloats(float[] from, byte[] to, int at) {
        littleEndian(to).position(at).asFloatBuffer().put(from);
        return at + from.length * Float.BYTES;
    }

    private static int getFloats(byte[] from, int at, float[] to) {
        littleEndian(from).position(at).asFloatBuffer().get(to);
        return at + to.length * Float.BYTES;
    }

    private static int putUpperHalves(float[] from, byte[] to, int at) {
        for (int i = 0; i < from.length; i++) {
            SHORTS.set(to, at + i * Short.BYTES, (short) (Float.floatToRawIntBits(from[i]) >>> 16));
        }
        return at + from.length * Short.BYTES;
    }

    private static int getUpperHalves(byte[] from, int at, float[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = Float.intBitsToFloat((short) SHORTS.get(from, at + i * Short.BYTES) << 16);
        }
        return at + to.length * Short.BYTES;
    }

    /**
     * Reads a state, of whichever precision it is.
     *
     * @param bytes what {@link #write} gave
     * @param state receives it; of the model the bytes name
     * @throws CorruptStateException if the bytes are damaged or of another model
     */
    public static void read(byte[] bytes, SequenceState state) {
        check(bytes);
        readUnsealed(bytes, state);
    }

    /**
     * Reads a state that this program wrote, without looking at its checksum.
     *
     * @param bytes what {@link #writeUnsealed} gave
     * @param state receives it; of the model the bytes name
     * @throws CorruptStateException if the bytes are of another model
     */
    public static void readUnsealed(byte[] bytes, SequenceState state) {
        StatePrecision precision = precision(bytes);
        int size = size(state, isNumbered(bytes), precision);
        if (!belongsTo(bytes, state.model.id().fingerprint()) || bytes.length != size) {
            throw new CorruptStateException("a state of " + bytes.length + " bytes does not belong to model "
                    + state.model.id() + ", whose states have " + size);
        }
        if (isNumbered(bytes)) {
            state.setNumber((long) LONGS.get(bytes, HEADER_BYTES));
        } else {
            state.forgetNumber();
        }
        state.set(
                (int) INTS.get(bytes, GENERATION_AT),
                (long) LONGS.get(bytes, STEPS_AT),
                (long) LONGS.get(bytes, TIME_AT),
                (long) LONGS.get(bytes, TIMER_AT),
                (int) INTS.get(bytes, WAITING_AT));
        state.setWarm(bytes[START_AT] == 1);
        int at = payloadAt(bytes);
        at = precision == StatePrecision.BF16
                ? getUpperHalves(bytes, at, state.network)
                : getFloats(bytes, at, state.network);
        at = getFloats(bytes, at, state.remembered);
        for (int i = 0; i < state.task.length; i++) {
            state.task[i] = Double.longBitsToDouble((long) LONGS.get(bytes, at + i * Double.BYTES));
        }
    }

    /** How exact the network's part is. */
    public static StatePrecision precision(byte[] bytes) {
        return (bytes[FLAGS_AT] & BF16) == 0 ? StatePrecision.FLOAT32 : StatePrecision.BF16;
    }

    /** Whether a state's bytes name a model. */
    public static boolean belongsTo(byte[] bytes, Fingerprint fingerprint) {
        return bytes.length >= HEADER_BYTES && fingerprint.startsWith(bytes, FINGERPRINT_AT, FINGERPRINT_BYTES);
    }

    /** What a state's bytes have of the fingerprint of their model: its first {@value #FINGERPRINT_BYTES} bytes. */
    public static byte[] model(byte[] bytes) {
        header(bytes);
        return Arrays.copyOfRange(bytes, FINGERPRINT_AT, FINGERPRINT_AT + FINGERPRINT_BYTES);
    }

    /** What states have of the fingerprint of a model. */
    public static byte[] model(Fingerprint fingerprint) {
        byte[] prefix = new byte[FINGERPRINT_BYTES];
        fingerprint.copyTo(prefix, 0, FINGERPRINT_BYTES);
        return prefix;
    }

    /** Whether two states are of the same model. */
    public static boolean isSameModel(byte[] one, byte[] other) {
        return one.length >= HEADER_BYTES
                && other.length >= HEADER_BYTES
                && Arrays.equals(
                        one,
                        FINGERPRINT_AT,
                        FINGERPRINT_AT + FINGERPRINT_BYTES,
                        other,
                        FINGERPRINT_AT,
                        FINGERPRINT_AT + FINGERPRINT_BYTES);
    }

    /** The deployment generation a state's bytes name. */
    public static int generation(byte[] bytes) {
        return (int) INTS.get(header(bytes), GENERATION_AT);
    }

    /** How many events the sequence has seen. */
    public static long steps(byte[] bytes) {
        return (long) LONGS.get(header(bytes), STEPS_AT);
    }

    /** The latest time of an event of the sequence, epoch milliseconds. */
    public static long lastEventTime(byte[] bytes) {
        return (long) LONGS.get(header(bytes), TIME_AT);
    }

    /** When the sequence is looked at again, in event time; 0 for never. */
    public static long timer(byte[] bytes) {
        return (long) LONGS.get(header(bytes), TIMER_AT);
    }

    /** How many of the events seen, the last ones, wait for their answers. */
    public static int waiting(byte[] bytes) {
        return (int) INTS.get(header(bytes), WAITING_AT);
    }

    /** Whether the sequence has seen an event's number: its last event had that one or a later one. */
    public static boolean hasSeen(byte[] bytes, long number) {
        header(bytes);
        return isNumbered(bytes) && number <= (long) LONGS.get(bytes, HEADER_BYTES);
    }

    /** The same state with another timer. */
    public static byte[] withTimer(byte[] bytes, long timer) {
        check(bytes);
        byte[] changed = bytes.clone();
        ByteBuffer buffer = littleEndian(changed).putLong(TIMER_AT, timer);
        buffer.putInt(changed.length - CHECKSUM_BYTES, checksumOf(changed));
        return changed;
    }

    /** Whether the state's bytes say that a transition handed it over. */
    public static boolean isWarm(byte[] bytes) {
        return header(bytes)[START_AT] == 1;
    }

    /**
     * A state that warmed up and now answers.
     *
     * @param before the state that answered so far: its timer and the time and number of the last event are taken over
     */
    public static byte[] takenOver(byte[] bytes, byte[] before) {
        check(bytes);
        int length = bytes.length - payloadAt(bytes);
        byte[] changed = Arrays.copyOf(bytes, payloadAt(before) + length);
        ByteBuffer buffer = littleEndian(changed).put(START_AT, (byte) 1);
        changed[FLAGS_AT] = (byte) ((bytes[FLAGS_AT] & ~NUMBERED) | (before[FLAGS_AT] & NUMBERED));
        buffer.putLong(TIMER_AT, timer(before)).putLong(TIME_AT, lastEventTime(before));
        if (isNumbered(before)) {
            buffer.putLong(HEADER_BYTES, littleEndian(before).getLong(HEADER_BYTES));
        }
        System.arraycopy(bytes, payloadAt(bytes), changed, payloadAt(before), length);
        buffer.putInt(changed.length - CHECKSUM_BYTES, checksumOf(changed));
        return changed;
    }

    /**
     * The same state as one of another model, which must be able to carry it on.
     *
     * @param fingerprint of the other model
     */
    public static byte[] carriedTo(byte[] bytes, Fingerprint fingerprint) {
        check(bytes);
        byte[] changed = bytes.clone();
        fingerprint.copyTo(changed, FINGERPRINT_AT, FINGERPRINT_BYTES);
        littleEndian(changed).putInt(changed.length - CHECKSUM_BYTES, checksumOf(changed));
        return changed;
    }

    private static boolean isNumbered(byte[] bytes) {
        return (bytes[FLAGS_AT] & NUMBERED) != 0;
    }

    private static int payloadAt(byte[] bytes) {
        return HEADER_BYTES + (isNumbered(bytes) ? Long.BYTES : 0);
    }

    /** The bytes, if there are as many as each state has. */
    private static byte[] header(byte[] bytes) {
        if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) {
            throw new CorruptStateException("a state has only " + bytes.length + " bytes");
        }
        return bytes;
    }

    /**
     * Looks at the checksum of a state.
     *
     * @throws CorruptStateException if the bytes are damaged
     */
    public static void check(byte[] bytes) {
        if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES || bytes[0] != MAGIC) {
            throw new CorruptStateException("these " + bytes.length + " bytes are not a sequence state");
        }
        if (bytes[1] != VERSION || (bytes[FLAGS_AT] & ~(NUMBERED | BF16)) != 0) {
            throw new CorruptStateException("a state has layout version " + bytes[1] + ", this program reads " + VERSION
                    + "; it was written by another release");
        }
        if (littleEndian(bytes).getInt(bytes.length - CHECKSUM_BYTES) != checksumOf(bytes)) {
            throw new CorruptStateException("the checksum of a state does not match its " + bytes.length + " bytes");
        }
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
