package dev.eddy.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eddy.model.Fingerprint;
import dev.eddy.state.CorruptStateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What is known of an event that labels are expected for; the layout is in {@code schemas/state.md}.
 *
 * @param label   its label; null while none came
 * @param guesses what models said of it, at most one in each role
 */
record LabelledEvent(String label, List<Guess> guesses) {
    private static final byte MAGIC = (byte) 0xEA;
    private static final byte VERSION = 1;
    private static final int CHECKSUM_BYTES = 4;
    private static final int HEADER_BYTES = 2 + Integer.BYTES + 1;
    private static final int GUESS_BYTES = 2 + Integer.BYTES + Fingerprint.BYTES + Integer.BYTES;

    /** Nothing is known of it. */
    static final LabelledEvent UNKNOWN = new LabelledEvent(null, List.of());

    /**
     * What a model said.
     *
     * @param challenger    whether it was the challenger; else it was the model that answers
     * @param compared      whether it is a side of the comparison of champion and challenger
     * @param generation    the deployment
     * @param model         fingerprint of the model
     * @param probabilities of its labels
     */
    record Guess(boolean challenger, boolean compared, int generation, Fingerprint model, float[] probabilities) {}

    LabelledEvent labelled(String came) {
        return new LabelledEvent(came, guesses);
    }

    LabelledEvent with(Guess guess) {
        List<Guess> more = new ArrayList<>(guesses);
        more.add(guess);
        return new LabelledEvent(label, more);
    }

    /** The guess in a role; null if there is none. */
    Guess guess(boolean challenger) {
        for (Guess guess : guesses) {
            if (guess.challenger() == challenger) {
                return guess;
            }
        }
        return null;
    }

    byte[] bytes() {
        byte[] text = label == null ? new byte[0] : label.getBytes(UTF_8);
        int size = HEADER_BYTES + text.length + CHECKSUM_BYTES;
        for (Guess guess : guesses) {
            size += GUESS_BYTES + Float.BYTES * guess.probabilities().length;
        }
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC).put(VERSION).putInt(label == null ? -1 : text.length).put(text);
        buffer.put((byte) guesses.size());
        for (Guess guess : guesses) {
            buffer.put((byte) (guess.challenger() ? 1 : 0)).put((byte) (guess.compared() ? 1 : 0));
            buffer.putInt(guess.generation()).put(guess.model().bytes());
            buffer.putInt(guess.probabilities().length);
            for (float probability : guess.probabilities()) {
                buffer.putFloat(probability);
            }
        }
        return buffer.putInt(checksumOf(buffer.array())).array();
    }

    /**
     * Reads {@link #bytes}.
     *
     * @throws CorruptStateException if the bytes are damaged
     */
    static LabelledEvent read(byte[] bytes) {
        if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES || bytes[0] != MAGIC || bytes[1] != VERSION) {
            throw new CorruptStateException("these " + bytes.length + " bytes are not of an event that is labelled");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getInt(bytes.length - CHECKSUM_BYTES) != checksumOf(bytes)) {
            throw new CorruptStateException(
                    "the checksum of an event that is labelled does not match its " + bytes.length + " bytes");
        }
        int length = buffer.position(2).getInt();
        byte[] text = new byte[Math.max(length, 0)];
        buffer.get(text);
        List<Guess> guesses = new ArrayList<>();
        for (int left = buffer.get(); left > 0; left--) {
            boolean challenger = buffer.get() == 1;
            boolean compared = buffer.get() == 1;
            int generation = buffer.getInt();
            byte[] model = new byte[Fingerprint.BYTES];
            buffer.get(model);
            float[] probabilities = new float[buffer.getInt()];
            for (int i = 0; i < probabilities.length; i++) {
                probabilities[i] = buffer.getFloat();
            }
            guesses.add(new Guess(challenger, compared, generation, Fingerprint.ofHash(model), probabilities));
        }
        return new LabelledEvent(length < 0 ? null : new String(text, UTF_8), guesses);
    }

    private static int checksumOf(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length - CHECKSUM_BYTES);
        return (int) checksum.getValue();
    }
}
