package dev.eddy.network;

import dev.eddy.model.Decoded;
import java.util.Arrays;

/**
 * Gives vectors, as many as the limit says. What is read is in the units of the network, what is given in those of the fields:
 *
 * <pre>
 *   y_0 = 0, or the fields of the last event, as they were encoded
 *   y_t = z_t
 *   given: y_t * std + mean
 * </pre>
 */
final class NumberLoop implements Decoder.OutputLoop {
    /** Of a number and a comma. */
    private static final int BYTES_OF_NUMBER = 26;

    private final DecoderFields fields;
    private final int[] startAt; // (outputs), places in what is remembered; null: starts from zeros
    private final int limit;

    /**
     * A loop over numbers.
     *
     * @param fields  what the outputs are
     * @param startAt where each number of the first step is in what is remembered of the last event; {@code null} for zeros
     * @param limit   number of vectors
     */
    NumberLoop(DecoderFields fields, int[] startAt, int limit) {
        this.fields = fields;
        this.startAt = startAt;
        this.limit = limit;
    }

    @Override
    public int width() {
        return fields.width();
    }

    @Override
    public long recordBytes() {
        return (long) limit * fields.width() * BYTES_OF_NUMBER;
    }

    @Override
    public Decoded run(Decoder decoder, float[] remembered, Decoder.Scratch scratch) {
        Arrays.fill(scratch.x, 0, fields.width(), 0f);
        for (int i = 0; startAt != null && i < startAt.length; i++) {
            scratch.x[i] = remembered[startAt[i]];
        }
        double[][] vectors = new double[limit][];
        for (int t = 0; t < limit; t++) {
            decoder.step(scratch);
            vectors[t] = fields.values(scratch.z);
            System.arraycopy(scratch.z, 0, scratch.x, 0, fields.width());
        }
        return new Decoded.Numbers(vectors);
    }
}
