package dev.eddy.stream;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;

/** Where the states of sequences are kept. */
public interface StateAccess {
    /** The bytes kept for a key, or null; they must not be changed. */
    byte[] get(byte[] key);

    /** Keeps bytes for a key; they change no more. */
    void put(byte[] key, byte[] state);

    /**
     * Keeps copies of bytes for several keys.
     *
     * @param states by key, each key once; null to forget it. The arrays may change afterwards
     */
    default void putAll(List<KeyValue<Bytes, byte[]>> states) {
        for (KeyValue<Bytes, byte[]> state : states) {
            if (state.value == null) {
                delete(state.key.get());
            } else {
                put(state.key.get(), state.value.clone());
            }
        }
    }

    /** Forgets a key. */
    void delete(byte[] key);

    /** Shows what is kept, for every key; must not change it. Where nothing outlives the program it may show nothing. */
    default void forEach(Consumer<byte[]> state) {}
}
