package dev.eddy.stream;

/** Where the states of sequences are kept. */
public interface StateAccess {
    /** The bytes kept for a key, or null. */
    byte[] get(byte[] key);

    /** Keeps bytes for a key. */
    void put(byte[] key, byte[] state);

    /** Forgets a key. */
    void delete(byte[] key);
}
