package dev.eddy.stream;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** States in a Kafka Streams store. */
final class StoreAccess implements StateAccess {
    private final KeyValueStore<Bytes, byte[]> store;

    StoreAccess(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    @Override
    public byte[] get(byte[] key) {
        return store.get(Bytes.wrap(key));
    }

    @Override
    public void put(byte[] key, byte[] state) {
        store.put(Bytes.wrap(key), state);
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> states) {
        store.putAll(states); // RocksDB and the producer copy what they are given
    }

    @Override
    public void delete(byte[] key) {
        store.delete(Bytes.wrap(key));
    }

    @Override
    public void forEach(Consumer<byte[]> state) {
        try (KeyValueIterator<Bytes, byte[]> states = store.all()) {
            states.forEachRemaining(entry -> state.accept(entry.value));
        }
    }
}
