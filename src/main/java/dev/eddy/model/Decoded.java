package dev.eddy.model;

import java.util.List;

/** What a decoder gave for a sequence. */
public sealed interface Decoded {
    /**
     * A list of tokens.
     *
     * @param ids              their ids; none where the list was read back from a record, which holds the texts
     * @param texts            their texts: the labels of the decoder's head, or the ids where it has none
     * @param logProbabilities natural logarithm of the probability of each, given the sequence and the tokens before it
     * @param logProbability   of the whole list: their sum, with that of the end token if it came
     * @param ended            whether the end token came; otherwise the list has as many tokens as the limit allows
     */
    record Tokens(int[] ids, List<String> texts, double[] logProbabilities, double logProbability, boolean ended)
            implements Decoded {}

    /**
     * A list of vectors.
     *
     * @param vectors in their order, de-normalised where the spec says so, (limit, outputs)
     */
    record Numbers(double[][] vectors) implements Decoded {}
}
