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
        // Larger than Kafka's 16 MiB: a key that is written often is then written to disk less often.
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
