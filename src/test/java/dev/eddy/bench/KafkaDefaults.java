package dev.eddy.bench;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/** RocksDB as Kafka Streams sets it up. */
public final class KafkaDefaults implements RocksDBConfigSetter {
    /** Takes back what Eddy sets for producers, RocksDB and tasks of one partition. */
    static final Map<String, String> SETTINGS = Map.of(
            StreamsConfig.MAX_TASK_IDLE_MS_CONFIG,
            "0",
            StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG,
            KafkaDefaults.class.getName(),
            StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG),
            "16384",
            StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
            "100");

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        // Nothing: they are there already.
    }

    @Override
    public void close(String storeName, Options options) {
        // Nothing was made.
    }
}
