package dev.eddy.app.topics;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.EddyConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/** What Eddy needs a topic for, and how it creates it. */
public enum TopicRole {
    INPUT(EddyConfig.INPUT_TOPIC, 0),
    OUTPUT(EddyConfig.OUTPUT_TOPIC, 0),
    DEAD_LETTER(EddyConfig.DEAD_LETTER_TOPIC, 0),
    CONTROL(EddyConfig.CONTROL_TOPIC, 16 << 20),
    STATUS(EddyConfig.STATUS_TOPIC, 1 << 20);

    private final String setting;
    private final int compactedSegment;

    TopicRole(String setting, int compactedSegment) {
        this.setting = setting;
        this.compactedSegment = compactedSegment;
    }

    /** The names of its topics: of all but the input there is one. */
    public List<String> topics(EddyConfig config) {
        return this == INPUT ? config.inputTopics() : List.of(config.getString(setting));
    }

    /**
     * The topic's name.
     *
     * @throws OperationFailedException if there are several
     */
    public String topic(EddyConfig config) {
        List<String> topics = topics(config);
        if (topics.size() > 1) {
            throw new OperationFailedException(
                    setting + " names several topics, " + String.join(", ", topics) + "; name one of them");
        }
        return topics.get(0);
    }

    /** Whether the last record of each key has to stay for ever. */
    boolean isCompacted() {
        return compactedSegment > 0;
    }

    NewTopic create(String topic, EddyConfig config) {
        int partitions = isCompacted() ? 1 : config.getInt(EddyConfig.TOPICS_PARTITIONS);
        short replicas = config.getShort(EddyConfig.TOPICS_REPLICATION);
        return new NewTopic(topic, Optional.of(partitions), replicas < 0 ? Optional.empty() : Optional.of(replicas))
                .configs(settings());
    }

    /** Only closed segments are compacted, so small ones keep the topic small. */
    private Map<String, String> settings() {
        return isCompacted()
                ? Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.1",
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(compactedSegment))
                : Map.of();
    }

    /** The command line with which a person creates the topic. */
    String createLine(String topic, EddyConfig config) {
        String line = "kafka-topics.sh --bootstrap-server " + config.bootstrapServers() + " --create --topic " + topic
                + " --partitions " + (isCompacted() ? 1 : config.getInt(EddyConfig.TOPICS_PARTITIONS));
        return isCompacted() ? line + " --config cleanup.policy=compact" : line;
    }
}
