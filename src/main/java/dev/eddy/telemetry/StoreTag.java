package dev.eddy.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.List;

/**
 * Gives all stores' meters the same tag. Kafka Streams names it after the kind of store ({@code rocksdb-state-id},
 * {@code in-memory-state-id}), and Prometheus refuses meters of one name with different tags.
 */
final class StoreTag implements MeterFilter {
    private static final String SUFFIX = ".state.id";

    @Override
    public Meter.Id map(Meter.Id id) {
        if (id.getTags().stream().noneMatch(StoreTag::isStore)) {
            return id;
        }
        List<Tag> tags = id.getTags().stream()
                .map(tag -> isStore(tag) ? Tag.of("store", tag.getValue()) : tag)
                .toList();
        return id.replaceTags(tags);
    }

    private static boolean isStore(Tag tag) {
        return tag.getKey().endsWith(SUFFIX);
    }
}
