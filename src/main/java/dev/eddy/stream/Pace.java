package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import dev.eddy.network.LiveModel;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What an inference may put off until it is flushed. Changes the time at which things are done, and no result.
 *
 * @param mostEvents events stepped together, at most; 0 leaves it to the model
 * @param linger     for so long events wait for others
 * @param cacheBytes memory for states that are written later, asked again and again; 0 writes them at once
 */
record Pace(int mostEvents, Duration linger, LongSupplier cacheBytes) {
    /** Everything is done at once. */
    static final Pace AT_ONCE = new Pace(1, Duration.ZERO, () -> 0);

    /** As settings say. */
    static Pace of(EddyConfig config, LongSupplier cacheBytes) {
        return new Pace(
                config.getInt(EddyConfig.BATCH_SIZE),
                Duration.ofMillis(config.getLong(EddyConfig.BATCH_LINGER)),
                cacheBytes);
    }

    /** How many events of a model are stepped together, at most. */
    int batchSize(LiveModel model) {
        int best = model.network().batchSize();
        return mostEvents == 0 ? best : mostEvents;
    }
}
