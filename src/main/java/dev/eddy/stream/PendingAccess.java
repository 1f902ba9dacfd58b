package dev.eddy.stream;

import java.util.function.Predicate;

/** Where that is kept what is still to come: an ordered map, its keys compared as unsigned bytes. */
public interface PendingAccess {
    /** The bytes kept for a key, or null. */
    byte[] get(byte[] key);

    /** Keeps bytes for a key. */
    void put(byte[] key, byte[] value);

    /** Forgets a key. */
    void delete(byte[] key);

    /**
     * Shows keys in order.
     *
     * @param from the first key shown, or the one behind it
     * @param more is shown each key and says whether it wants another; must not change the map
     */
    void scan(byte[] from, Predicate<byte[]> more);
}
