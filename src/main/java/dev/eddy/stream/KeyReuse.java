package dev.eddy.stream;

/**
 * Whether the keys of a stream come back soon enough to be worth keeping. As long as the memory lasts, all are kept. When
 * states have to go and fewer than half of the lookups find their key, keeping them costs more than it gains, and from then on
 * only one key in {@value #SAMPLE}, by its hash, is kept, in as small a part of the memory: what these find is what all would
 * find. When more than two thirds find their key, all are kept again. Used by one thread.
 */
final class KeyReuse {
    private static final double FEW = 1.0 / 2;
    private static final double MANY = 2.0 / 3;
    private static final int SAMPLE = 16;
    private static final int WINDOW = 1 << 14;

    private boolean all = true;
    private int lookups;
    private int hits;
    private int evictions;
    private long newHits;
    private long newMisses;

    /**
     * A key was looked for.
     *
     * @param key hash of the key
     */
    void onLookup(int key, boolean found) {
        newHits += found ? 1 : 0;
        newMisses += found ? 0 : 1;
        if (!isWorthKeeping(key)) {
            return;
        }
        hits += found ? 1 : 0;
        lookups++;
        if (lookups >= (all ? WINDOW : WINDOW / SAMPLE)) {
            judge();
        }
    }

    private void judge() {
        if (all && evictions > lookups / 2) {
            all = hits >= lookups * FEW;
        } else if (!all) {
            all = hits > lookups * MANY;
        }
        lookups = 0;
        hits = 0;
        evictions = 0;
    }

    /** A state had to go. */
    void onEviction() {
        evictions++;
    }

    /**
     * Whether the state of a key is to be kept.
     *
     * @param key hash of the key
     */
    boolean isWorthKeeping(int key) {
        return all || (key * 0x9E3779B9) >>> 16 < (1 << 16) / SAMPLE;
    }

    /** The part of the memory that is to be used. */
    long share(long bytes) {
        return all ? bytes : bytes / SAMPLE;
    }

    /** Lookups that found their key, since it was asked last. */
    long takeHits() {
        long taken = newHits;
        newHits = 0;
        return taken;
    }

    /** Lookups that did not, since it was asked last. */
    long takeMisses() {
        long taken = newMisses;
        newMisses = 0;
        return taken;
    }
}
