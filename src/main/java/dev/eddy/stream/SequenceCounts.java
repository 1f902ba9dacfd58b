package dev.eddy.stream;

import dev.eddy.model.Fingerprint;
import dev.eddy.state.CorruptStateException;
import dev.eddy.state.HeldStates;
import dev.eddy.state.StateCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * How many sequences of a task each model answers. The numbers are kept beside what they count, so they are as exact as that,
 * whatever crashes; the layout is in {@code schemas/state.md}. A store from before there were any is counted once. Used by one
 * thread.
 */
final class SequenceCounts {
    private static final byte PREFIX = 'C';

    private final SequenceStores stores;
    private final InferenceMonitor monitor;
    private final Map<String, Long> counts =
            new HashMap<>(); // by the hexadecimal digits of what states have of a model
    private final Set<String> changed = new HashSet<>();
    private boolean stored; // whether the store holds what the map holds

    /** The counts of a task, which the monitor is told of. */
    SequenceCounts(SequenceStores stores, InferenceMonitor monitor) {
        this.stores = stores;
        this.monitor = monitor;
        stores.pending().scan(new byte[] {PREFIX}, entry -> {
            if (entry[0] != PREFIX) {
                return false;
            }
            counts.put(HexFormat.of().formatHex(entry, 1, entry.length), 0L);
            return true;
        });
        stored = !counts.isEmpty();
        counts.replaceAll((model, none) -> count(model, stores.pending().get(entry(model))));
        if (!stored) {
            stores.states()
                    .forEach(state -> counts.merge(model(HeldStates.read(state).answering()), 1L, Long::sum));
        }
        counts.forEach(monitor::onSequences);
    }

    /**
     * What answers a sequence changes.
     *
     * @param before state that answered so far; null for a sequence that begins
     * @param after  state that answers from now on; null for one that ends
     */
    void change(byte[] before, byte[] after) {
        if (before == null ? after == null : after != null && StateCodec.isSameModel(before, after)) {
            return;
        }
        if (before != null) {
            add(model(before), -1);
        }
        if (after != null) {
            add(model(after), 1);
        }
    }

    /** A sequence begins, on a model. */
    void begin(Fingerprint model) {
        add(HexFormat.of().formatHex(StateCodec.model(model)), 1);
    }

    private void add(String model, long change) {
        counts.merge(model, change, Long::sum);
        changed.add(model);
        monitor.onSequences(model, change);
    }

    /** Brings the store up to date. */
    void flush() {
        if (changed.isEmpty()) {
            return;
        }
        if (!stored) {
            changed.addAll(counts.keySet());
            stored = true;
        }
        changed.forEach(this::put);
        changed.clear();
    }

    private void put(String model) {
        long count = counts.get(model);
        if (count == 0) {
            counts.remove(model);
            stores.pending().delete(entry(model));
        } else {
            byte[] value = new byte[Long.BYTES];
            ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putLong(count);
            stores.pending().put(entry(model), value);
        }
    }

    /** The task goes elsewhere: its sequences are not counted here any more. */
    void close() {
        counts.forEach((model, count) -> monitor.onSequences(model, -count));
        counts.clear();
    }

    private static String model(byte[] state) {
        return HexFormat.of().formatHex(StateCodec.model(state));
    }

    private static byte[] entry(String model) {
        byte[] prefix = HexFormat.of().parseHex(model);
        return ByteBuffer.allocate(1 + prefix.length).put(PREFIX).put(prefix).array();
    }

    private static long count(String model, byte[] value) {
        if (value == null || value.length != Long.BYTES) {
            throw new CorruptStateException("the number of sequences on model " + model + " is garbage");
        }
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
