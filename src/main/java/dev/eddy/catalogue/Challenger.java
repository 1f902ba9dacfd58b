package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import java.util.zip.CRC32C;

/**
 * A model that runs beside the champion for a share of the sequences.
 *
 * @param model   the model
 * @param share   which share of all sequences, above 0, up to 1; a sequence belongs to it by the hash of its key, so it
 *                belongs to every larger share too
 * @param answers whether it answers for them (canary) or is only measured (shadow)
 * @param warmUp  events of a sequence that it sees before it answers; at least 0
 * @param rule    when it takes over; null for never by itself
 */
public record Challenger(ModelId model, double share, boolean answers, int warmUp, PromotionRule rule) {
    public Challenger {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("a challenger's share is above 0 and up to 1, not " + share);
        }
        if (warmUp < 0 || warmUp > Transition.MAX_WARM_UP) {
            throw new IllegalArgumentException(
                    "a challenger's warm-up has 0 to " + Transition.MAX_WARM_UP + " events, not " + warmUp);
        }
    }

    /** Whether a sequence is in the challenger's share: a pure function of its key. */
    public boolean covers(byte[] key) {
        CRC32C checksum = new CRC32C();
        checksum.update(key, 0, key.length);
        // Mixed once more, so that keys that differ in their last digit only do not fall side by side.
        long mixed = checksum.getValue() * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return (mixed >>> 11) * 0x1p-53 < share;
    }
}
