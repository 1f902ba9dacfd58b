package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Kafka Streams' settings: what the file says, and for the rest defaults that suit one small step per event and many small
 * states. A setting of the file wins whether it is written with the client's prefix or without. RocksDB's are in
 * {@link RocksSettings}.
 */
public final class StreamsSettings {
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";
    private static final String CONSUMERS = StreamsConfig.CONSUMER_PREFIX;
    private static final String EVENTS = StreamsConfig.MAIN_CONSUMER_PREFIX;
    private static final String RESTORE = StreamsConfig.RESTORE_CONSUMER_PREFIX;
    private static final String PRODUCER = StreamsConfig.PRODUCER_PREFIX;

    /**
     * A default of ours.
     *
     * @param prefix of the client, as Kafka Streams names it; empty for a setting of Kafka Streams itself
     */
    private record Default(String prefix, String name, Object value) {
        void applyTo(Properties settings) {
            if (!isSet(settings)) {
                settings.put(prefix + name, value);
            }
        }

        private boolean isSet(Properties settings) {
            boolean consumer = prefix.equals(EVENTS) || prefix.equals(RESTORE);
            return settings.containsKey(prefix + name)
                    || settings.containsKey(name)
                    || (consumer && settings.containsKey(CONSUMERS + name));
        }
    }

    private static final List<Default> DEFAULTS = List.of(
            new Default("", StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2),
            new Default("", StreamsConfig.STATE_DIR_CONFIG, "eddy-state"),
            new Default("", StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksSettings.class),
            // Small records: larger batches, and a few milliseconds of patience to fill them.
            new Default(PRODUCER, ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10),
            new Default(PRODUCER, ProducerConfig.LINGER_MS_CONFIG, 5),
            // A restore is one long read: few large fetches, and many records for one write to RocksDB.
            new Default(RESTORE, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4_000),
            new Default(RESTORE, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20),
            new Default(RESTORE, ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20),
            // A dead instance is noticed after ten seconds instead of forty-five.
            new Default(CONSUMERS, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000),
            // The others learn with their next heartbeat that one has left, or has come; until then its events wait.
            new Default(CONSUMERS, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 500),
            // Events that were there before the first start are events too.
            new Default(CONSUMERS, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
            // The global processor catches what it can; for the rest this is what Kafka 5 will do anyway.
            new Default("", GLOBAL_HANDLER, true));

    private StreamsSettings() {}

    /** The settings for {@code KafkaStreams}. */
    public static Properties of(EddyConfig config) {
        Properties settings = config.toProperties();
        settings.keySet().removeIf(key -> key.toString().startsWith("eddy."));
        DEFAULTS.forEach(one -> one.applyTo(settings));
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        // RocksSettings is made by Kafka Streams and finds it here.
        settings.put(EddyConfig.ROCKSDB_MEMORY, config.getLong(EddyConfig.ROCKSDB_MEMORY));
        // Exactly-once reads committed records; the control topic has transactions whatever the guarantee.
        settings.put(StreamsConfig.globalConsumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
        // The assignor reads it among the consumer's settings, and warns once per thread where it is missing.
        settings.putIfAbsent(StreamsConfig.mainConsumerPrefix(GLOBAL_HANDLER), settings.get(GLOBAL_HANDLER));
        if (config.inputTopics().size() == 1 && config.labelsTopic() == null) {
            // A task has one partition: there is no other whose events might come before those at hand.
            settings.putIfAbsent(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        }
        String instance = config.getString(EddyConfig.INSTANCE_ID);
        if (instance != null) {
            // The broker knows an instance with a stable name again, also after it was killed.
            settings.putIfAbsent(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
        }
        return settings;
    }
}
