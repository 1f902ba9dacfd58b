package dev.eddy.stream;

import dev.eddy.network.LiveModel;
import dev.eddy.state.HeldStates;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;

/**
 * The states of the sequences used lately, in front of the store. A state that is kept here is read from the store once, and
 * written once at the next {@link #flush}, however often it changed: whoever commits must flush before. When the budget is
 * spent, states go that were not used since they were looked at last. Where keys do not come back while they are kept, nearly
 * all states are written through at once; see {@link KeyReuse}. What is kept or written when changes no result. Used by one
 * thread.
 *
 * <p>A state is kept as the bytes that will be stored, and a new one is written over them: finding it takes few steps from
 * object to object, storing it no copy, and a hit changes no references, of which a collector of garbage would have to keep
 * track.
 */
final class StateCache {
    /** Entries that leave at a change, at most, so that no event waits for many. */
    private static final int EVICTED_AT_ONCE = 4;

    /** Entries looked at for that, at most. */
    private static final int LOOKED_AT_ONCE = 64;

    /** So many entries in the list of changed ones may have left the cache before they are dropped from it. */
    private static final int MOST_STALE = 64;

    /** A store takes many in one go more cheaply; more of them gain nothing, and take memory. */
    private static final int WRITTEN_AT_ONCE = 256;

    private final StateAccess store;
    private final LongSupplier budget;
    private final KeyReuse reuse = new KeyReuse();
    private final Map<Entry, Entry> entries = new HashMap<>(); // kept and pending ones, each under itself
    private final List<Entry> kept = new ArrayList<>(); // in no order
    private int hand; // the kept entry that is looked at next when one has to go
    private final List<Entry> changed = new ArrayList<>();
    private final List<KeyValue<Bytes, byte[]>> written = new ArrayList<>();
    private long bytes;

    /**
     * What is known of a key: that it has no sequence, or what is stored of it. Valid until the next call that changes the
     * cache. Two entries are equal if their keys are.
     */
    static final class Entry {
        private final byte[] key;
        private final int hash;
        private byte[] held; // null: nothing
        private boolean ours; // held is one state, written here, in an array that nobody else has
        private boolean sealed = true; // held is as it is stored
        private int weight;
        private int place = -1; // among the kept ones; -1: it is not kept
        private boolean used; // since the hand passed
        private boolean changed;
        private boolean pending;

        private Entry(byte[] key) {
            this.key = key;
            this.hash = Arrays.hashCode(key);
        }

        byte[] key() {
            return key;
        }

        /** Whether the key has no sequence. */
        boolean isEmpty() {
            return held == null;
        }

        /** Whether an event of the key was gathered and its step is still to come: what is here is the state before it. */
        boolean isPending() {
            return pending;
        }

        private boolean isKept() {
            return place >= 0;
        }

        /** What is to be stored for the key; null for nothing. Must not be changed, and changes with the next event. */
        byte[] bytes() {
            if (!sealed) {
                StateCodec.seal(held);
                sealed = true;
            }
            return held;
        }

        /**
         * Reads the state of the sequence.
         *
         * @param state receives it; of the one model that the sequence has
         */
        void read(SequenceState state) {
            if (ours) {
                StateCodec.readUnsealed(held, state);
            } else {
                StateCodec.read(held, state);
            }
        }

        /** The state of the model that answers. */
        private byte[] answering() {
            return HeldStates.isSingle(held) ? held : HeldStates.read(held).answering();
        }

        /** Generation of the deployment the sequence is on; 0 where there is none. */
        int generation() {
            return isEmpty() ? 0 : StateCodec.generation(answering());
        }

        /** The latest time of an event of the sequence. */
        long lastEventTime() {
            return StateCodec.lastEventTime(answering());
        }

        /** Whether the sequence has seen an event's number. */
        boolean hasSeen(long number) {
            if (isEmpty()) {
                return false;
            }
            byte[] state = answering();
            if (!ours) {
                StateCodec.check(state);
            }
            return StateCodec.hasSeen(state, number);
        }

        /** Whether the sequence is one of this model alone, on the deployment of this generation. */
        boolean isOnlyOf(LiveModel model, int generation) {
            return held != null
                    && HeldStates.isSingle(held)
                    && StateCodec.generation(held) == generation
                    && StateCodec.belongsTo(held, model.id().fingerprint());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry that && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return hash;
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
        Entry sought = new Entry(key);
        Entry entry = entries.get(sought);
        reuse.onLookup(sought.hash, entry != null);
        if (entry == null) {
            entry = sought;
            entry.held = store.get(key);
        }
        entry.used = true;
        return entry;
    }

    /** Takes bytes as what is to be stored for a key. */
    void put(byte[] key, byte[] held) {
        Entry fresh = new Entry(key);
        Entry entry = entries.getOrDefault(fresh, fresh); // what is in the store does not matter
        entry.held = held;
        entry.ours = false;
        entry.sealed = true;
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
        if (!entry.ours || !StateCodec.overwrite(state, entry.held)) {
            entry.held = StateCodec.writeUnsealed(state);
            entry.ours = true;
        }
        entry.sealed = false;
        onChange(entry);
    }

    /** Keeps what is known of a key while an event of it waits for its step. */
    void hold(Entry entry) {
        entry.pending = true;
        if (!entry.isKept()) {
            entries.put(entry, entry);
        }
    }

    /** The step of the event is about to be taken in, or will not come. */
    void release(Entry entry) {
        if (entry.pending && !entry.isKept()) {
            entries.remove(entry);
        }
        entry.pending = false;
    }

    private boolean isWorthKeeping(Entry entry) {
        return budget.getAsLong() > 0 && reuse.isWorthKeeping(entry.hash);
    }

    private void onChange(Entry entry) {
        if (!entry.isKept() && !isWorthKeeping(entry)) {
            write(entry);
            return;
        }
        if (!entry.isKept()) {
            entry.place = kept.size();
            kept.add(entry);
            entries.put(entry, entry);
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
        return Eddy.STATE_CACHE_ENTRY_BYTES + entry.key.length + (entry.held == null ? 0 : entry.held.length);
    }

    private void evict(Entry latest) {
        long allowed = reuse.share(budget.getAsLong());
        int evicted = 0;
        for (int i = 0; bytes > allowed && evicted < EVICTED_AT_ONCE && i < LOOKED_AT_ONCE; i++) {
            hand = hand < kept.size() ? hand : 0;
            Entry entry = kept.get(hand);
            if (entry.used || entry.pending || entry.place == latest.place) {
                entry.used = false;
                hand++;
            } else {
                remove(entry);
                evicted++;
            }
        }
        if (changed.size() > 2 * kept.size() + MOST_STALE) {
            changed.removeIf(entry -> !entry.changed);
        }
    }

    private void remove(Entry entry) {
        if (entry.changed) {
            entry.changed = false;
            write(entry);
        }
        entries.remove(entry);
        drop(entry);
        reuse.onEviction();
    }

    /** Keeps an entry no more; the last one takes its place. */
    private void drop(Entry entry) {
        Entry last = kept.remove(kept.size() - 1);
        if (last.place != entry.place) {
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
            store.delete(entry.key);
        } else {
            store.put(entry.key, stored);
        }
    }

    /** Writes all that changed since it was written last. */
    void flush() {
        for (Entry entry : changed) {
            if (entry.changed) {
                entry.changed = false;
                written.add(KeyValue.pair(Bytes.wrap(entry.key), entry.bytes()));
                if (entry.isEmpty() && !entry.pending) {
                    entries.remove(entry);
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

    /** Bytes of memory taken, about. */
    long size() {
        return bytes;
    }

    /** Which keys come back. */
    KeyReuse reuse() {
        return reuse;
    }
}
