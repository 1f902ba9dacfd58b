package dev.eddy.app;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ModelVersion;
import dev.eddy.model.ModelId;
import dev.eddy.schema.SequenceCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many sequences of this instance each model answers: the sum over its tasks. Any thread may use it. */
final class SequenceTotals {
    private final Map<String, LongAdder> totals = new ConcurrentHashMap<>();

    /**
     * There are more or fewer.
     *
     * @param model first digits of a fingerprint
     */
    void add(String model, long change) {
        totals.computeIfAbsent(model, key -> new LongAdder()).add(change);
    }

    /** The numbers, of models that have any. */
    List<SequenceCount> counts(Catalogue catalogue) {
        List<SequenceCount> counts = new ArrayList<>();
        List<ModelVersion> versions = catalogue.versions();
        totals.forEach((model, total) -> {
            long count = total.sum();
            if (count != 0) {
                ModelId id = owner(model, versions);
                counts.add(
                        id == null
                                ? new SequenceCount("", "", model, count)
                                : new SequenceCount(
                                        id.name(),
                                        id.version(),
                                        id.fingerprint().toString(),
                                        count));
            }
        });
        return counts;
    }

    /** The numbers of models that are on the control topic. */
    Map<ModelId, Long> byModel(Catalogue catalogue) {
        Map<ModelId, Long> counts = new LinkedHashMap<>();
        List<ModelVersion> versions = catalogue.versions();
        totals.forEach((model, total) -> {
            ModelId id = owner(model, versions);
            if (id != null) {
                counts.put(id, total.sum());
            }
        });
        return counts;
    }

    private static ModelId owner(String model, List<ModelVersion> versions) {
        return versions.stream()
                .map(ModelVersion::id)
                .filter(id -> id.fingerprint().toString().startsWith(model))
                .findFirst()
                .orElse(null);
    }
}
