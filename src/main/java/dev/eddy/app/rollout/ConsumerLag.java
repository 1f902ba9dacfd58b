package dev.eddy.app.rollout;

import dev.eddy.app.topics.BrokerFailures;
import dev.eddy.config.EddyConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a pipeline is behind its input topics.
 *
 * @param partitions of the input topics, in order
 */
public record ConsumerLag(List<Partition> partitions) {
    public ConsumerLag {
        partitions = List.copyOf(partitions);
    }

    /**
     * One partition.
     *
     * @param committed offset of the first event that is not committed
     * @param end       offset behind the last event
     */
    public record Partition(String topic, int number, long committed, long end) {
        /** Events that wait. */
        public long behind() {
            return Math.max(0, end - committed);
        }
    }

    /** Events that wait, in all partitions. */
    public long events() {
        return partitions.stream().mapToLong(Partition::behind).sum();
    }

    /**
     * Asks the broker.
     *
     * @throws dev.eddy.app.OperationFailedException if it does not tell
     */
    static ConsumerLag of(EddyConfig config, Admin admin) {
        try {
            List<TopicPartition> all =
                    admin.describeTopics(config.inputTopics()).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream()
                                    .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                            .sorted(Comparator.comparing(TopicPartition::topic)
                                    .thenComparingInt(TopicPartition::partition))
                            .toList();
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(config.applicationId())
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, ListOffsetsResultInfo> begins = offsets(admin, all, OffsetSpec.earliest());
            Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(admin, all, OffsetSpec.latest());
            List<Partition> partitions = new ArrayList<>();
            for (TopicPartition partition : all) {
                OffsetAndMetadata at = committed.get(partition);
                long begin = begins.get(partition).offset();
                long end = ends.get(partition).offset();
                partitions.add(new Partition(
                        partition.topic(),
                        partition.partition(),
                        at == null ? begin : Math.max(begin, at.offset()),
                        end));
            }
            return new ConsumerLag(partitions);
        } catch (ExecutionException e) {
            throw BrokerFailures.sentence(e.getCause(), config);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BrokerFailures.sentence(e, config);
        }
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, List<TopicPartition> partitions, OffsetSpec which)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, which));
        return admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get();
    }
}
