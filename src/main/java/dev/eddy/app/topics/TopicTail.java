package dev.eddy.app.topics;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Follows the committed records of a topic, outside any consumer group. */
public final class TopicTail implements AutoCloseable {
    private final EddyConfig config;
    private final KafkaConsumer<byte[], byte[]> consumer;

    private TopicTail(EddyConfig config, KafkaConsumer<byte[], byte[]> consumer) {
        this.config = config;
        this.consumer = consumer;
    }

    /**
     * Opens the topic; when this returns, every record committed from now on will be seen.
     *
     * @throws OperationFailedException if no broker answers or the topic is missing
     */
    public static TopicTail open(EddyConfig config, TopicRole role, boolean fromBeginning) {
        Topics.ensure(config, role);
        TopicTail tail = new TopicTail(
                config,
                new KafkaConsumer<>(
                        ClientSettings.consumer(config), new ByteArrayDeserializer(), new ByteArrayDeserializer()));
        try {
            tail.seek(role.topic(config), fromBeginning);
            return tail;
        } catch (KafkaException e) {
            tail.close();
            throw BrokerFailures.sentence(e, config);
        }
    }

    private void seek(String topic, boolean fromBeginning) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
        }
        // Seeking is lazy; asking for the position fixes it now.
        partitions.forEach(consumer::position);
    }

    /** Hands over record after record until the receiver has enough. */
    public void forEach(Predicate<ConsumerRecord<byte[], byte[]>> wantsMore) {
        try {
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    if (!wantsMore.test(record)) {
                        return;
                    }
                }
            }
        } catch (KafkaException e) {
            throw BrokerFailures.sentence(e, config);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
