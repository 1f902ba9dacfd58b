package dev.eddy.app.demo;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** How often each model version was right over its last predictions. Not thread-safe. */
public final class LiveAccuracy {
    private final int window;
    private final Map<String, Deque<Boolean>> recent = new TreeMap<>();

    /** @param window predictions that count; at least 1 */
    public LiveAccuracy(int window) {
        if (window < 1) {
            throw new IllegalArgumentException("a window of " + window + " predictions; use at least 1");
        }
        this.window = window;
    }

    /** Predictions that count. */
    public int window() {
        return window;
    }

    /** Counts one prediction for the model that made it. */
    public void add(TagLine line) {
        Deque<Boolean> outcomes = recent.computeIfAbsent(line.model(), model -> new ArrayDeque<>());
        outcomes.addLast(line.correct());
        if (outcomes.size() > window) {
            outcomes.removeFirst();
        }
    }

    /** Share of right predictions, 0 to 1; empty for a model that has made none. */
    public OptionalDouble of(String model) {
        return recent.getOrDefault(model, new ArrayDeque<>()).stream()
                .mapToInt(correct -> correct ? 1 : 0)
                .average();
    }

    /** The share of every model that has made a prediction, by {@code name@version}. */
    public Map<String, Double> all() {
        Map<String, Double> shares = new TreeMap<>();
        recent.keySet().forEach(model -> shares.put(model, of(model).orElseThrow()));
        return Collections.unmodifiableMap(shares);
    }
}
