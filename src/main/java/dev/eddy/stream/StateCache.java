package dev.eddy.stream;

import dev.eddy.network.LiveModel;
import dev.eddy.state.HeldStates;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;

/**
 * The states of the sequences used lately, decoded, in front of the store. A state that is kept here is read from the store
 * once, and written once at the next {@link #flush}, however often it changed: whoever commits must flush before. When the
 * budget is spent, states go that were not used since they were looked at last. Where keys do not come back while they are
 * kept, nearly all states are written through at once; see {@link KeyReuse}. What is kept or written when changes no result.
 * Used by one thread.
 *
 * <p>A hit changes numbers only, no references: a collector of garbage that watches references between old objects would
 * otherwise have more work with a large cache than the cache saves.
 */
final class StateCache {
    /** What an entry takes beside its key and its state: objects, their headers, and the place in the map. */
    private static final int ENTRY_BYTES = 250;
    /** Entries that leave at a change, at most, so that no event waits for many. */
    private static final int EVICTED_AT_ONCE = 4;

    /** Entries looked at for that, at most. */
    private static final int LOOKED_AT_ONCE = 64;

    private static final int MOST_SPARES = 64;
    /** A store takes many in one go more cheaply; more of them gain nothing, and take memory. */
    private static final int WRITTEN_AT_ONCE = 256;

    private final StateAccess store;
    private final LongSupplier budget;
    private final KeyReuse reuse = new KeyReuse();
    private final Map<Bytes, Entry> entries = new HashMap<>(); // kept and pending ones
    private final List<Entry> kept = new ArrayList<>(); // in no order
    private int hand; // the kept entry that is looked at next when one has to go
    private final List<Entry> changed = new ArrayList<>();
    private final List<KeyValue<Bytes, byte[]>> written = new ArrayList<>();
    private final List<SequenceState> spares = new ArrayList<>(); // of one model
    private long bytes;

    /**
     * What is known of a key: that it has no sequence, or the state of it, decoded or as bytes. Valid until the next call that
     * changes the cache.
     */
    static final class Entry {
        private final Bytes key;
        private SequenceState state; // null: only as bytes, or none
        private byte[] encoded; // null: only decoded, or none
        private int weight;
        private int place = -1; // among the kept ones; -1: it is not kept
        private boolean used; // since the hand passed
        private boolean changed;
        private boolean pending;

        private Entry(Bytes key) {
            this.key = key;
        }

        byte[] key() {
            return key.get();
        }

        /** Whether the key has no sequence. */
        boolean isEmpty() {
            return state == null && encoded == null;
        }

        /** Whether an event of the key was gathered and its step is still to come: what is here is the state before it. */
        boolean isPending() {
            return pending;
        }

        /** The state of the one model of the sequence; null if it is not decoded, or there is none. */
        SequenceState state() {
            return state;
        }

        /** What is to be stored for the key; null for nothing. */
        byte[] bytes() {
            return state == null ? encoded : StateCodec.write(state);
        }

        private boolean isKept() {
            return place >= 0;
        }

        /** Generation of the deployment the sequence is on; 0 where there is none. */
        int generation() {
            if (isEmpty()) {
                return 0;
            }
            return state != null
                    ? state.generation()
                    : StateCodec.generation(HeldStates.read(encoded).answering());
        }

        /** The latest time of an event of the sequence. */
        long lastEventTime() {
            return state != null
                    ? state.lastEventTime()
                    : StateCodec.lastEventTime(HeldStates.read(encoded).answering());
        }

        /** Whether the sequence has seen an event's number. */
        boolean hasSeen(long number) {
            if (isEmpty()) {
                return false;
            }
            return state != null
                    ? state.hasSeen(number)
                    : StateCodec.hasSeen(HeldStates.read(encoded).answering(), number);
        }

        /** Whether the sequence is one of this model alone, on the deployment of this generation. */
        boolean isOnlyOf(LiveModel model, int generation) {
            if (state != null) {
                return state.model() == model && state.generation() == generation;
            }
            return encoded != null
                    && HeldStates.isSingle(encoded)
                    && StateCodec.generation(encoded) == generation
                    && StateCodec.belongsTo(encoded, model.id().fingerprint());
        }
    }

    /**
     * A cache.
     *
     * @param budget bytes of memory it may take, asked again and again; 0 writes everything through
     */
    StateCache(StateAccess store, LongSupplier budget) {
        this.store = store;
        this.budget = budget;
    }

    /** What is known of a key. */
    Entry find(byte[] key) {
        Bytes wrapped = Bytes.wrap(key);
        Entry entry = entries.get(wrapped);
        reuse.onLookup(wrapped, entry != null);
        if (entry == null) {
            entry = new Entry(wrapped);
            entry.encoded = store.get(key);
        }
        entry.used = true;
        return entry;
    }

    /** Takes bytes as what is to be stored for a key. */
    void put(byte[] key, byte[] held) {
        Bytes wrapped = Bytes.wrap(key);
        Entry known = entries.get(wrapped);
        Entry entry = known == null ? new Entry(wrapped) : known; // what is in the store does not matter
        recycle(entry);
        entry.encoded = held;
        onChange(entry);
    }

    /** Forgets a key. */
    void delete(byte[] key) {
        put(key, null);
    }

    /**
     * Takes a copy of a state as the new one of a key.
     *
     * @param state the only state of the sequence
     */
    void put(Entry entry, SequenceState state) {
        if (!entry.isKept() && !isWorthKeeping(entry)) {
            store.put(entry.key.get(), StateCodec.write(state));
            return;
        }
        if (entry.state == null || entry.state.model() != state.model()) {
            entry.state = spare(state.model());
        }
        entry.state.copyFrom(state);
        entry.encoded = null;
        onChange(entry);
    }

    /** Keeps what is known of a key while an event of it waits for its step. */
    void hold(Entry entry) {
        entry.pending = true;
        if (!entry.isKept()) {
            entries.put(entry.key, entry);
        }
    }

    /** The step of the event is about to be taken in, or will not come. */
    void release(Entry entry) {
        if (entry.pending && !entry.isKept()) {
            entries.remove(entry.key);
        }
        entry.pending = false;
    }

    private boolean isWorthKeeping(Entry entry) {
        return budget.getAsLong() > 0 && reuse.isWorthKeeping(entry.key);
    }

    private void onChange(Entry entry) {
        if (!entry.isKept() && !isWorthKeeping(entry)) {
            write(entry);
            return;
        }
        if (!entry.isKept()) {
            entry.place = kept.size();
            kept.add(entry);
            entries.put(entry.key, entry);
        }
        if (!entry.changed) {
            entry.changed = true;
            changed.add(entry);
        }
        int weight = weigh(entry);
        bytes += weight - entry.weight;
        entry.weight = weight;
        evict(entry);
    }

    private static int weigh(Entry entry) {
        int state = 0;
        if (entry.state != null) {
            state = StateCodec.size(entry.state);
        } else if (entry.encoded != null) {
            state = entry.encoded.length;
        }
        return ENTRY_BYTES + entry.key.get().length + state;
    }

    private void evict(Entry latest) {
        long allowed = reuse.share(budget.getAsLong());
        int evicted = 0;
        for (int i = 0; bytes > allowed && evicted < EVICTED_AT_ONCE && i < LOOKED_AT_ONCE; i++) {
            hand = hand < kept.size() ? hand : 0;
            Entry entry = kept.get(hand);
            if (entry.used || entry.pending || entry == latest) {
                entry.used = false;
                hand++;
            } else {
                remove(entry);
                evicted++;
            }
        }
        if (changed.size() > 2 * kept.size() + MOST_SPARES) {
            changed.removeIf(entry -> !entry.changed);
        }
    }

    private void remove(Entry entry) {
        if (entry.changed) {
            entry.changed = false;
            write(entry);
        }
        entries.remove(entry.key);
        drop(entry);
        recycle(entry);
        entry.encoded = null;
        reuse.onEviction();
    }

    /** Keeps an entry no more; the last one takes its place. */
    private void drop(Entry entry) {
        Entry last = kept.remove(kept.size() - 1);
        if (last != entry) {
            kept.set(entry.place, last);
            last.place = entry.place;
        }
        entry.place = -1;
        bytes -= entry.weight;
        entry.weight = 0;
    }

    private void write(Entry entry) {
        byte[] stored = entry.bytes();
        if (stored == null) {
            store.delete(entry.key.get());
        } else {
            store.put(entry.key.get(), stored);
        }
    }

    private void recycle(Entry entry) {
        if (entry.state != null) {
            if (!spares.isEmpty() && spares.get(0).model() != entry.state.model()) {
                spares.clear();
            }
            if (spares.size() < MOST_SPARES) {
                spares.add(entry.state);
            }
            entry.state = null;
        }
    }

    private SequenceState spare(LiveModel model) {
        boolean fits = !spares.isEmpty() && spares.get(0).model() == model;
        return fits ? spares.remove(spares.size() - 1) : new SequenceState(model);
    }

    /** Writes all that changed since it was written last. */
    void flush() {
        for (Entry entry : changed) {
            if (entry.changed) {
                entry.changed = false;
                written.add(KeyValue.pair(entry.key, entry.bytes()));
                if (entry.isEmpty() && !entry.pending) {
                    entries.remove(entry.key);
                    drop(entry);
                }
                if (written.size() == WRITTEN_AT_ONCE) {
                    writeAll();
                }
            }
        }
        changed.clear();
        writeAll();
    }

    private void writeAll() {
        store.putAll(written);
        written.clear();
    }

    /** Lets go of models, which may leave memory: their states are kept as bytes. */
    void letGo(Predicate<LiveModel> models) {
        spares.removeIf(state -> models.test(state.model()));
        for (Entry entry : entries.values()) {
            if (entry.state != null && !entry.pending && models.test(entry.state.model())) {
                entry.encoded = entry.bytes();
                entry.state = null;
            }
        }
    }

    /** Bytes of memory taken, about. */
    long size() {
        return bytes;
    }

    /** Which keys come back. */
    KeyReuse reuse() {
        return reuse;
    }
}
