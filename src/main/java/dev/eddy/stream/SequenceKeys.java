package dev.eddy.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys of sequences where events name their models: the name and the record key, laid out as in {@code schemas/state.md}.
 */
final class SequenceKeys {
    private SequenceKeys() {}

    /**
     * The key of a sequence.
     *
     * @param model name of a model, which has 1 to 128 ASCII characters; any other text is nobody's key
     * @param key   key of its records
     */
    static byte[] of(String model, byte[] key) {
        byte[] name = model.getBytes(StandardCharsets.US_ASCII);
        byte[] sequence = new byte[1 + name.length + key.length];
        sequence[0] = (byte) name.length;
        System.arraycopy(name, 0, sequence, 1, name.length);
        System.arraycopy(key, 0, sequence, 1 + name.length, key.length);
        return sequence;
    }

    /** Name of the model of a sequence. */
    static String model(byte[] sequence) {
        return new String(sequence, 1, sequence[0] & 0xFF, StandardCharsets.US_ASCII);
    }

    /** Key of the records of a sequence. */
    static byte[] recordKey(byte[] sequence) {
        return Arrays.copyOfRange(sequence, 1 + (sequence[0] & 0xFF), sequence.length);
    }
}
