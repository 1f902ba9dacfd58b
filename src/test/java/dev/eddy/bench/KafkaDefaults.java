package dev.eddy.bench;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/** RocksDB as Kafka Streams sets it up: {@code rocksdb.config.setter=dev.eddy.bench.KafkaDefaults} in a variant. */
public final class KafkaDefaults implements RocksDBConfigSetter {
    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        // Nothing: they are there already.
    }

    @Override
    public void close(String storeName, Options options) {
        // Nothing was made.
    }
}
