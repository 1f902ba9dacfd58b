package dev.eddy.bench;

import dev.eddy.stream.PendingAccess;
import dev.eddy.stream.SequenceStores;
import dev.eddy.stream.StateAccess;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/** The stores of an inference in RocksDB itself, set up as Kafka Streams does: no cache, no changelog, no commits. */
final class RocksStores implements AutoCloseable {
    private static final long WRITE_BUFFER = 16 << 20;
    private static final long BLOCK_CACHE = 50 << 20;

    private final Options options;
    private final WriteOptions writes;
    private final RocksDB states;
    private final RocksDB pending;

    RocksStores(Path directory) throws RocksDBException {
        RocksDB.loadLibrary();
        writes = new WriteOptions().setDisableWAL(true);
        options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(WRITE_BUFFER)
                .setMaxWriteBufferNumber(3)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(new LRUCache(BLOCK_CACHE))
                        .setFilterPolicy(new BloomFilter()));
        states = RocksDB.open(options, directory.resolve("states").toString());
        pending = RocksDB.open(options, directory.resolve("pending").toString());
    }

    SequenceStores stores() {
        return new SequenceStores(new Table(states), new Table(pending));
    }

    private final class Table implements StateAccess, PendingAccess {
        private final RocksDB table;

        Table(RocksDB table) {
            this.table = table;
        }

        @Override
        public byte[] get(byte[] key) {
            try {
                return table.get(key);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void put(byte[] key, byte[] value) {
            try {
                table.put(writes, key, value);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void delete(byte[] key) {
            try {
                table.delete(writes, key);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void scan(byte[] from, Predicate<byte[]> more) {
            try (RocksIterator entries = table.newIterator()) {
                boolean wanted = true;
                for (entries.seek(from); wanted && entries.isValid(); entries.next()) {
                    wanted = more.test(entries.key());
                }
            }
        }
    }

    @Override
    public void close() {
        states.close();
        pending.close();
        writes.close();
        options.close();
    }
}
