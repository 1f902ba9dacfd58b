package dev.eddy.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The settings of a plain Kafka client: those of the file that it knows, then those with its prefix. */
public final class ClientSettings {
    private static final int TRANSACTION_TIMEOUT_MS = 15_000;

    private ClientSettings() {}

    /** For an admin client; prefix {@code admin.}. */
    public static Map<String, Object> admin(EddyConfig config) {
        Map<String, Object> settings = select(config, AdminClientConfig.configNames(), "admin.");
        settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, config.getInt(EddyConfig.BROKER_TIMEOUT));
        settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, config.getInt(EddyConfig.BROKER_TIMEOUT));
        return settings;
    }

    /** For a consumer outside any group that reads committed records only; prefix {@code consumer.}. */
    public static Map<String, Object> consumer(EddyConfig config) {
        Map<String, Object> settings = select(config, ConsumerConfig.configNames(), "consumer.");
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, config.getInt(EddyConfig.BROKER_TIMEOUT));
        return settings;
    }

    /** For an idempotent producer without transactions; prefix {@code producer.}. */
    public static Map<String, Object> producer(EddyConfig config) {
        Map<String, Object> settings = select(config, ProducerConfig.configNames(), "producer.");
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.getInt(EddyConfig.BROKER_TIMEOUT));
        return settings;
    }

    /** For a producer of transactions; a second one with the same id ends those of the first. Prefix {@code producer.}. */
    public static Map<String, Object> transactions(EddyConfig config, String transactionalId) {
        Map<String, Object> settings = producer(config);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // One that dies half-way holds readers back no longer than this.
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        return settings;
    }

    private static Map<String, Object> select(EddyConfig config, Set<String> known, String prefix) {
        Map<String, Object> settings = new HashMap<>();
        config.originals().forEach((name, value) -> {
            if (known.contains(name) && value != null) {
                settings.put(name, value);
            }
        });
        config.originalsWithPrefix(prefix).forEach(settings::put);
        return settings;
    }
}
