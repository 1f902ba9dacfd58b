package dev.eddy.stream;

import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** What is still to come, in a Kafka Streams store, which orders its keys as unsigned bytes. */
final class StorePending implements PendingAccess {
    private final KeyValueStore<Bytes, byte[]> store;

    StorePending(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    @Override
    public byte[] get(byte[] key) {
        return store.get(Bytes.wrap(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        store.put(Bytes.wrap(key), value);
    }

    @Override
    public void delete(byte[] key) {
        store.delete(Bytes.wrap(key));
    }

    @Override
    public void scan(byte[] from, Predicate<byte[]> more) {
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(Bytes.wrap(from), null)) {
            boolean wanted = true;
            while (wanted && entries.hasNext()) {
                wanted = more.test(entries.next().key.get());
            }
        }
    }
}
