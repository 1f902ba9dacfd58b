package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams' settings: what the file says, and for the rest defaults that suit one small step per event. */
public final class StreamsSettings {
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

    private StreamsSettings() {}

    /** The settings for {@code KafkaStreams}. */
    public static Properties of(EddyConfig config) {
        Properties settings = config.toProperties();
        settings.keySet().removeIf(key -> key.toString().startsWith("eddy."));
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        settings.putIfAbsent(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.putIfAbsent(StreamsConfig.STATE_DIR_CONFIG, "eddy-state");
        // Small records: larger batches, and a few milliseconds of patience to fill them.
        settings.putIfAbsent(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
        settings.putIfAbsent(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
        // Exactly-once reads committed records; the control topic has transactions whatever the guarantee.
        settings.put(StreamsConfig.globalConsumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
        // A dead instance is noticed after ten seconds instead of forty-five.
        settings.putIfAbsent(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
        settings.putIfAbsent(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 3_000);
        // Events that were there before the first start are events too.
        settings.putIfAbsent(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // The global processor catches what it can; for the rest this is what Kafka 5 will do anyway.
        settings.putIfAbsent(GLOBAL_HANDLER, true);
        // The assignor reads it among the consumer's settings, and warns once per thread where it is missing.
        settings.putIfAbsent(StreamsConfig.mainConsumerPrefix(GLOBAL_HANDLER), true);
        String instance = config.getString(EddyConfig.INSTANCE_ID);
        if (instance != null) {
            // An instance with a stable name takes its tasks back at once after a restart.
            settings.putIfAbsent(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
        }
        return settings;
    }
}
