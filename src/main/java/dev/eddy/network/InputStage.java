package dev.eddy.network;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import java.util.List;

/** Turns the raw input into the first layer's: copies numbers, replaces the id of a token by its row of the embedding. */
final class InputStage {
    private final List<Embedding> embeddings;
    private final int rawSize;
    private final int size;

    /** An embedding of the token at raw position {@code at}. */
    record Embedding(int at, String field, int ids, int width, float[] table) {} // table (ids, width)

    /** @param embeddings in ascending order of position */
    InputStage(int rawSize, List<Embedding> embeddings) {
        this.embeddings = List.copyOf(embeddings);
        this.rawSize = rawSize;
        this.size = rawSize + embeddings.stream().mapToInt(e -> e.width() - 1).sum();
    }

    int rawSize() {
        return rawSize;
    }

    int size() {
        return size;
    }

    /** @throws BadEventException if a token is not in its embedding */
    void require(float[] raw) {
        for (int i = 0; i < embeddings.size(); i++) {
            row(embeddings.get(i), raw);
        }
    }

    /** @throws BadEventException if a token is not in its embedding */
    void apply(float[] raw, float[] x) {
        int from = 0;
        int to = 0;
        for (int i = 0; i < embeddings.size(); i++) {
            Embedding embedding = embeddings.get(i);
            int numbers = embedding.at() - from;
            System.arraycopy(raw, from, x, to, numbers);
            to += numbers;
            System.arraycopy(embedding.table(), row(embedding, raw) * embedding.width(), x, to, embedding.width());
            to += embedding.width();
            from = embedding.at() + 1;
        }
        System.arraycopy(raw, from, x, to, rawSize - from);
    }

    private static int row(Embedding embedding, float[] raw) {
        int id = (int) raw[embedding.at()];
        if (id >= embedding.ids()) {
            throw new BadEventException(
                    Reason.UNKNOWN_TOKEN,
                    "field '" + embedding.field() + "' has the id " + id + "; the embedding has " + embedding.ids()
                            + " ids, from 0");
        }
        return id;
    }
}
