package dev.eddy.stream;

import java.util.function.Consumer;

/** Where the states of sequences are kept. */
public interface StateAccess {
    /** The bytes kept for a key, or null. */
    byte[] get(byte[] key);

    /** Keeps bytes for a key. */
    void put(byte[] key, byte[] state);

    /** Forgets a key. */
    void delete(byte[] key);

    /** Shows what is kept, for every key; must not change it. Where nothing outlives the program it may show nothing. */
    default void forEach(Consumer<byte[]> state) {}
}
