package dev.eddy.network;

import dev.eddy.model.Decoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Gives tokens, the most probable one each time, the first of equals:
 *
 * <pre>
 *   y_0 = E[start]
 *   token_t = argmax z_t                        over the tokens that may be given
 *   log p(token_t) = log softmax(z_t)[token_t]  over all
 *   y_t = E[token_t]
 * </pre>
 *
 * until the end token or the limit comes.
 */
final class TokenLoop implements Decoder.OutputLoop {
    /** Quotes and comma of a text, and a number of twenty characters. */
    private static final int BYTES_BESIDE_TEXT = 24;
    /** A character as an escape, {@code \\u0001}. */
    private static final int BYTES_OF_CHARACTER = 6;

    private final float[] embedding; // E, (ids, width)
    private final int width;
    private final List<String> texts; // of each output
    private final int start;
    private final int end; // -1: none
    private final BitSet banned;
    private final int limit;

    /**
     * Which tokens are what.
     *
     * @param texts  the text of each output
     * @param start  the token read first
     * @param end    the token that ends the list; -1 for none
     * @param banned tokens that are never given
     */
    record Vocabulary(List<String> texts, int start, int end, BitSet banned) {}

    TokenLoop(float[] embedding, int width, Vocabulary vocabulary, int limit) {
        this.embedding = embedding;
        this.width = width;
        this.texts = vocabulary.texts();
        this.start = vocabulary.start();
        this.end = vocabulary.end();
        this.banned = vocabulary.banned();
        this.limit = limit;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public long recordBytes() {
        int longest = texts.stream().mapToInt(String::length).max().orElse(0);
        return (long) limit * (BYTES_BESIDE_TEXT + (long) BYTES_OF_CHARACTER * longest);
    }

    @Override
    public Decoded run(Decoder decoder, float[] remembered, Decoder.Scratch scratch) {
        int[] ids = new int[limit];
        double[] logProbabilities = new double[limit];
        double sum = 0;
        int count = 0;
        boolean ended = false;
        int token = start;
        while (count < limit && !ended) {
            System.arraycopy(embedding, token * width, scratch.x, 0, width);
            decoder.step(scratch);
            token = best(scratch.z);
            double logProbability = decoder.logProbability(token, scratch);
            sum += logProbability;
            ended = token == end;
            if (!ended) {
                ids[count] = token;
                logProbabilities[count++] = logProbability;
            }
        }
        return tokens(Arrays.copyOf(ids, count), Arrays.copyOf(logProbabilities, count), sum, ended);
    }

    private Decoded tokens(int[] ids, double[] logProbabilities, double sum, boolean ended) {
        List<String> given = new ArrayList<>(ids.length);
        for (int id : ids) {
            given.add(texts.get(id));
        }
        return new Decoded.Tokens(ids, given, logProbabilities, sum, ended);
    }

    private int best(float[] z) {
        int best = banned.nextClearBit(0);
        for (int id = banned.nextClearBit(best + 1); id < z.length; id = banned.nextClearBit(id + 1)) {
            if (z[id] > z[best]) {
                best = id;
            }
        }
        return best;
    }
}
