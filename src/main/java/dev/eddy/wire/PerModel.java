package dev.eddy.wire;

import dev.eddy.model.ModelId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** What is made once for each model, of those used of late. Used by one thread. */
final class PerModel<T> {
    private static final int MOST = 64;

    private final Function<ModelId, T> make;
    private final Map<ModelId, T> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ModelId, T> eldest) {
            return size() > MOST;
        }
    };

    private ModelId lastId;
    private T last;

    PerModel(Function<ModelId, T> make) {
        this.make = make;
    }

    T of(ModelId id) {
        if (!id.equals(lastId)) {
            last = known.computeIfAbsent(id, make);
            lastId = id;
        }
        return last;
    }
}
