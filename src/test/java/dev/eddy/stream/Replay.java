package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.Ending;
import dev.eddy.network.LiveModel;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Events through an {@link Inference} whose stores are in memory and outlive it. */
final class Replay {
    /** What became of an event. */
    record Result(Event event, Outcome outcome) {
        String key() {
            return new String(event.key(), StandardCharsets.UTF_8);
        }

        Outcome.Predicted predicted() {
            return (Outcome.Predicted) outcome;
        }

        long step() {
            return predicted().prediction().step();
        }

        boolean isPredicted() {
            return outcome instanceof Outcome.Predicted;
        }

        String reason() {
            return ((Outcome.Rejected) outcome).reason().name();
        }

        /** Event time, step, events seen later, first value; or the reason and the original. */
        String text() {
            if (outcome instanceof Outcome.Rejected rejected) {
                String original = new String(rejected.original(), StandardCharsets.UTF_8);
                return event.time() + " " + rejected.reason() + " " + original;
            }
            var prediction = predicted().prediction();
            return event.time() + " step " + prediction.step() + " seen " + prediction.lookAhead() + " "
                    + java.util.Arrays.toString(prediction.values());
        }
    }

    final InMemoryStates states = new InMemoryStates();
    final CountingPending pending = new CountingPending();
    final List<Result> results = new ArrayList<>();
    final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
    private final Pace pace;
    private LiveDeployments deployments;
    private Inference inference;
    int reordered;
    int late;
    int duplicates;
    long streamTime;
    private long offset;

    Replay(LiveModel model, long idle) {
        this(model, SequenceRules.NONE.withIdle(idle));
    }

    Replay(LiveModel model, SequenceRules rules) {
        this(model, rules, Pace.AT_ONCE);
    }

    Replay(LiveModel model, SequenceRules rules, Pace pace) {
        deployments = LiveDeployments.always(model);
        this.pace = pace;
        restart(rules);
    }

    /** Goes on with other working memory, as after a restart. */
    void restart(long idle) {
        restart(SequenceRules.NONE.withIdle(idle));
    }

    /** Goes on with other working memory, and other rules. */
    void restart(SequenceRules rules) {
        if (inference != null) {
            inference.flush();
        }
        InferenceMonitor monitor = new InferenceMonitor() {
            @Override
            public void onEnd(Ending cause) {
                endings.merge(cause, 1, Integer::sum);
            }

            @Override
            public void onReordered() {
                reordered++;
            }

            @Override
            public void onLate() {
                late++;
            }

            @Override
            public void onDuplicate() {
                duplicates++;
            }
        };
        inference = new Inference(
                new JsonEvents(),
                new JsonPredictions(),
                Selection.none(() -> deployments),
                new SequenceStores(states, pending),
                rules,
                pace,
                monitor,
                (event, outcome) -> results.add(new Result(event, outcome)));
    }

    /** From now on only this model is known. */
    void replaceModel(LiveModel model) {
        deployments = LiveDeployments.always(model);
    }

    void event(String key, long time, String json) {
        streamTime = Math.max(streamTime, time);
        byte[] value = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        headers.add("n", Long.toString(offset).getBytes(StandardCharsets.UTF_8));
        Event.Origin origin = new Event.Origin("events", 3, offset++);
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        inference.infer(new Event(keyBytes, time, headers, value, origin), streamTime);
    }

    void value(String key, long time, double value) {
        event(key, time, "{\"value\":" + value + "}");
    }

    int expire(long now, int limit) {
        return inference.expire(now, limit);
    }

    int release(long now, int limit) {
        return inference.release(now, limit);
    }

    /** Lets everything go that is held. */
    void releaseAll() {
        inference.releaseAll();
    }

    /** All that came out, byte for byte, in its order. */
    List<String> outputs() {
        return results.stream()
                .map(result -> result.key() + " " + result.event().time() + " "
                        + (result.outcome() instanceof Outcome.Predicted predicted
                                ? new String(predicted.bytes(), StandardCharsets.UTF_8)
                                : result.text()))
                .toList();
    }

    /** Ends every sequence that is left. */
    void end() {
        inference.flush();
        states.keys().forEach(inference::end);
    }

    byte[] state(String key) {
        return states.get(key.getBytes(StandardCharsets.UTF_8));
    }

    /** What came out since the last call, as texts. */
    List<String> texts() {
        List<String> texts = results.stream().map(Result::text).toList();
        results.clear();
        return texts;
    }

    /** How many entries the store of what is pending has at a commit. */
    int pendingSize() {
        inference.flush();
        return pending.size();
    }

    /** Counts what is asked of it. */
    static final class CountingPending implements PendingAccess {
        private final InMemoryPending inner = new InMemoryPending();
        int calls;
        int shown;
        int scans;

        @Override
        public byte[] get(byte[] key) {
            calls++;
            return inner.get(key);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            calls++;
            inner.put(key, value);
        }

        @Override
        public void delete(byte[] key) {
            calls++;
            inner.delete(key);
        }

        @Override
        public void scan(byte[] from, java.util.function.Predicate<byte[]> more) {
            calls++;
            scans++;
            inner.scan(from, key -> {
                shown++;
                return more.test(key);
            });
        }

        int size() {
            int[] size = {0};
            inner.scan(new byte[0], key -> {
                size[0]++;
                return true;
            });
            return size[0];
        }
    }
}
