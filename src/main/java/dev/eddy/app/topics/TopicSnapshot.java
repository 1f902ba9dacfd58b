package dev.eddy.app.topics;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A compacted topic read as a table: the newest value of every key. Can be brought up to date again and again. */
public final class TopicSnapshot implements AutoCloseable {
    private final String topic;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Duration timeout;
    private final Map<String, byte[]> table = new LinkedHashMap<>();
    private List<TopicPartition> partitions;

    /** A table that has read nothing yet. */
    public TopicSnapshot(EddyConfig config, String topic) {
        this.topic = topic;
        this.timeout = Duration.ofMillis(config.getInt(EddyConfig.BROKER_TIMEOUT));
        this.consumer = new KafkaConsumer<>(
                ClientSettings.consumer(config), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * The table as of now.
     *
     * @throws OperationFailedException if the topic or the broker is not there
     */
    public Map<String, byte[]> refresh() {
        return refresh(() -> consumer.endOffsets(assigned()));
    }

    /**
     * The table as of now, and nothing less: where a transaction is open, behind which committed records may stand, this waits
     * until it ends. {@link #refresh} takes what can be read.
     *
     * @throws OperationFailedException if the topic or the broker is not there, or the transaction does not end in time
     */
    public Map<String, byte[]> refreshWhole(Admin admin) {
        return refresh(() -> {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            assigned().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
            Map<TopicPartition, Long> ends = new HashMap<>();
            try {
                admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                        .all()
                        .get()
                        .forEach((partition, end) -> ends.put(partition, end.offset()));
                return ends;
            } catch (ExecutionException e) {
                throw new OperationFailedException(
                        "the end of topic " + topic + " cannot be found: "
                                + e.getCause().getMessage(),
                        e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new OperationFailedException("interrupted while reading topic " + topic, e);
            }
        });
    }

    private List<TopicPartition> assigned() {
        if (partitions == null) {
            partitions = assign();
        }
        return partitions;
    }

    private Map<String, byte[]> refresh(Supplier<Map<TopicPartition, Long>> end) {
        try {
            Map<TopicPartition, Long> ends = end.get();
            long deadline = System.nanoTime() + timeout.toNanos();
            while (behind(ends)) {
                int before = table.size();
                consumer.poll(Duration.ofMillis(200)).forEach(this::apply);
                if (System.nanoTime() > deadline && table.size() == before) {
                    throw new OperationFailedException("topic " + topic + " cannot be read to its end within "
                            + timeout.toSeconds() + " s; an unfinished transaction may hold it back, try again");
                }
            }
            return table;
        } catch (TimeoutException e) {
            throw new OperationFailedException(
                    "topic " + topic + " gives no answer within " + timeout.toSeconds()
                            + " s; check that the broker runs and that bootstrap.servers is right",
                    e);
        }
    }

    private List<TopicPartition> assign() {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new OperationFailedException(
                    "there is no topic " + topic + "; create it, or start 'eddy run' with eddy.topics.create=true");
        }
        List<TopicPartition> found = infos.stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(found);
        consumer.seekToBeginning(found);
        return found;
    }

    private boolean behind(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        partitions.forEach(partition -> positions.put(partition, consumer.position(partition, timeout)));
        return ends.entrySet().stream().anyMatch(end -> positions.get(end.getKey()) < end.getValue());
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            return;
        }
        if (record.value() == null) {
            table.remove(record.key());
        } else {
            table.put(record.key(), record.value());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
