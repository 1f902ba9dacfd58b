package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;

/**
 * RocksDB for states: small values under random keys, read one by one and written in bursts, each key once a commit. Takes the
 * place of Kafka Streams' own settings unless the user names another class in {@code rocksdb.config.setter}.
 *
 * <p>What Kafka Streams sets and measurements did not better is left as it is: Bloom filters, blocks of 4 KiB, no compression
 * (states are floats, which hardly shrink), universal compaction.
 */
public final class RocksSettings implements RocksDBConfigSetter {
    private static final long MEMTABLE = 64L << 20;

    private String application;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        application = configs.get(StreamsConfig.APPLICATION_ID_CONFIG).toString();
        RocksMemory memory = RocksMemory.acquire(application, options, bytes(configs));
        // Kafka's 50 MiB of blocks and 48 MiB of memtables for each store and partition have no bound when partitions
        // move.
        BlockBasedTableConfig tables = (BlockBasedTableConfig) options.tableFormatConfig();
        tables.setBlockCache(memory.cache());
        options.setTableFormatConfig(tables);
        options.setWriteBufferManager(memory.memtables());
        // Files are read where the operating system keeps them. A block of its own cache would be a second copy, and
        // a system call for nearly every state once they do not all fit. Checksums are verified as before.
        options.setAllowMmapReads(true);
        if (storeName.equals(Eddy.STATE_STORE)) {
            updateInPlace(options);
        }
    }

    /**
     * A state replaces the one before it in the memtable, so that keys with many events are rarely written to disk: less than
     * half the processor time of a write where the memtable holds all keys that are in use.
     *
     * <p>The price is that an iterator sees changes made after it was created, and from another thread even half of one. So this
     * is not for stores that are scanned while they are written: states are read one by one, which RocksDB guards with a lock,
     * and scanned only before the first event of a task.
     */
    private static void updateInPlace(Options options) {
        options.setInplaceUpdateSupport(true);
        // RocksDB refuses the one with the other; a store has one writer anyway.
        options.setAllowConcurrentMemtableWrite(false);
        // Kafka's 16 MiB hold too few keys to find many of them again.
        options.setWriteBufferSize(MEMTABLE);
    }

    private static long bytes(Map<String, Object> configs) {
        Object set = configs.get(EddyConfig.ROCKSDB_MEMORY);
        return set == null
                ? (Long) EddyConfig.DEFINITIONS.defaultValues().get(EddyConfig.ROCKSDB_MEMORY)
                : Long.parseLong(set.toString());
    }

    @Override
    public void close(String storeName, Options options) {
        RocksMemory.release(application, options);
    }
}
