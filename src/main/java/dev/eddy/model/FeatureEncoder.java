package dev.eddy.model;

import dev.eddy.model.BadEventException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Turns the fields of an event into the network's raw input, one {@link FeatureReader} for each feature. Immutable;
 * allocates nothing in proportion to the model.
 */
public final class FeatureEncoder {
    private final FeatureReader[] readers;
    private final int[] at;
    private final int width;
    private final int[] remembered;

    public FeatureEncoder(List<Feature> features) {
        this(features, Set.of());
    }

    /** @param kept positions of the raw input that are remembered whatever their features say */
    public FeatureEncoder(List<Feature> features, Set<Integer> kept) {
        readers = features.stream().map(FeatureReader::of).toArray(FeatureReader[]::new);
        at = new int[readers.length];
        int next = 0;
        java.util.stream.IntStream.Builder memory = java.util.stream.IntStream.builder();
        for (int i = 0; i < readers.length; i++) {
            Feature feature = features.get(i);
            at[i] = next;
            for (int k = 0; k < feature.width(); k++, next++) {
                if (feature.missing() == Feature.Missing.PREVIOUS || kept.contains(next)) {
                    memory.add(next);
                }
            }
        }
        width = next;
        remembered = memory.build().toArray();
    }

    /** Numbers in the raw input: a token counts one (its id). */
    public int width() {
        return width;
    }

    /** Numbers a sequence must remember of its last event, for features whose missing value is the previous one. */
    public int rememberedWidth() {
        return remembered.length;
    }

    /** Where among what is remembered a position of the raw input is; negative if it is not. */
    public int rememberedAt(int position) {
        return Arrays.binarySearch(remembered, position);
    }

    /**
     * Encodes an event.
     *
     * @param fields    the event
     * @param eventTime its time, epoch milliseconds
     * @param previous  what {@link #remember} kept of the last event, (rememberedWidth)
     * @param input     receives the raw input, (width)
     * @throws BadEventException if the event cannot be encoded
     */
    public void encode(Fields fields, long eventTime, float[] previous, float[] input) {
        for (int k = 0; k < remembered.length; k++) {
            input[remembered[k]] = previous[k];
        }
        for (int i = 0; i < readers.length; i++) {
            readers[i].read(fields, eventTime, input, at[i]);
        }
    }

    /** Keeps what the next event may need of this one. */
    public void remember(float[] input, float[] previous) {
        for (int k = 0; k < remembered.length; k++) {
            previous[k] = input[remembered[k]];
        }
    }

    /** Narrows to float32, refusing what does not fit. */
    static float toFloat(double value, String field) {
        float narrow = (float) value;
        if (!Float.isFinite(narrow)) {
            throw new BadEventException(
                    Reason.NOT_FINITE, "field '" + field + "' is " + value + ", which is not a finite float32");
        }
        return narrow;
    }
}
