package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Formats;
import java.util.function.Supplier;

/**
 * Where labels come from.
 *
 * @param topic      their topic: key and timestamp of a record are those of the event it labels
 * @param decoder    makes what reads their values
 * @param field      the field of the value that is the label
 * @param waitMillis for how long, in event time, predictions and labels wait for one another
 */
record LabelSource(String topic, Supplier<EventDecoder> decoder, String field, long waitMillis) {
    /** As configured; null if labels are off. */
    static LabelSource of(EddyConfig config) {
        String topic = config.labelsTopic();
        return topic == null
                ? null
                : new LabelSource(
                        topic,
                        Formats.labels(config),
                        config.getString(EddyConfig.LABELS_FIELD),
                        config.getLong(EddyConfig.LABELS_WAIT));
    }
}
