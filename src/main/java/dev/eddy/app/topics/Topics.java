package dev.eddy.app.topics;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that the topics are there, and that those that must be compacted are. */
public final class Topics {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    private final EddyConfig config;
    private final Admin admin;

    private Topics(EddyConfig config, Admin admin) {
        this.config = config;
        this.admin = admin;
    }

    /**
     * Checks that the topics exist; creates missing ones where {@code eddy.topics.create} is on.
     *
     * @throws OperationFailedException if no broker answers, a topic is missing, or one that must keep its records for ever
     *     does not; the message says what to do
     */
    public static void ensure(EddyConfig config, TopicRole... roles) {
        with(config, topics -> {
            topics.ensure(List.of(roles));
            return null;
        });
    }

    /**
     * Checks that the topic of labels, if there is to be one, exists and has the partitions of the input topic, so that each
     * label comes to the instance that has its event; creates it where {@code eddy.topics.create} is on.
     *
     * @throws OperationFailedException if no broker answers, or the topic is missing or has other partitions
     */
    public static void ensureLabels(EddyConfig config) {
        String labels = config.labelsTopic();
        if (labels != null) {
            int expected = inputPartitions(config).size();
            with(config, topics -> {
                topics.ensureLabels(labels, expected);
                return null;
            });
        }
    }

    private void ensureLabels(String labels, int expected) throws ExecutionException, InterruptedException {
        KafkaFuture<TopicDescription> found =
                admin.describeTopics(List.of(labels)).topicNameValues().get(labels);
        if (failure(found) instanceof UnknownTopicOrPartitionException) {
            if (!config.getBoolean(EddyConfig.TOPICS_CREATE)) {
                throw new OperationFailedException("the topic " + labels + " of " + EddyConfig.LABELS_TOPIC
                        + " does not exist at " + config.bootstrapServers() + "; set " + EddyConfig.TOPICS_CREATE
                        + "=true, or create it with " + expected + " partitions");
            }
            createLabels(labels, expected);
            return;
        }
        int partitions = found.get().partitions().size();
        if (partitions != expected) {
            throw new OperationFailedException("the topic " + labels + " of " + EddyConfig.LABELS_TOPIC + " has "
                    + partitions + " partitions, but the input topic " + config.getString(EddyConfig.INPUT_TOPIC)
                    + " has " + expected + "; labels find their events only if both have the same number");
        }
    }

    private void createLabels(String labels, int partitions) throws ExecutionException, InterruptedException {
        short replicas = config.getShort(EddyConfig.TOPICS_REPLICATION);
        NewTopic topic =
                new NewTopic(labels, Optional.of(partitions), replicas < 0 ? Optional.empty() : Optional.of(replicas));
        if (failure(admin.createTopics(List.of(topic)).values().get(labels)) == null) {
            LOG.info("created the topic {}", labels);
        }
        awaitReady(List.of(labels));
    }

    /**
     * The partitions of the input topics.
     *
     * @throws OperationFailedException if no broker answers, or there is no such topic
     */
    public static List<Integer> inputPartitions(EddyConfig config) {
        return with(
                config,
                topics -> topics.admin.describeTopics(config.inputTopics()).allTopicNames().get().values().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .map(TopicPartitionInfo::partition)
                        .distinct()
                        .toList());
    }

    /**
     * Whether the pipeline has read events already, as its committed offsets say.
     *
     * @throws OperationFailedException if no broker answers, or the offsets may not be seen
     */
    public static boolean isRead(EddyConfig config) {
        return with(
                config,
                topics -> topics
                        .admin
                        .listConsumerGroupOffsets(config.applicationId())
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .entrySet()
                        .stream()
                        .anyMatch(committed ->
                                config.inputTopics().contains(committed.getKey().topic())
                                        && committed.getValue() != null
                                        && committed.getValue().offset() > 0));
    }

    /** What is asked of the broker. */
    @FunctionalInterface
    private interface Request<T> {
        T of(Topics topics) throws ExecutionException, InterruptedException;
    }

    private static <T> T with(EddyConfig config, Request<T> request) {
        try (Admin admin = Admin.create(ClientSettings.admin(config))) {
            return request.of(new Topics(config, admin));
        } catch (ExecutionException e) {
            throw BrokerFailures.sentence(e.getCause(), config);
        } catch (KafkaException e) {
            throw BrokerFailures.sentence(e, config);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationFailedException("interrupted while looking at the topics", e);
        }
    }

    private void ensure(List<TopicRole> roles) throws ExecutionException, InterruptedException {
        List<Needed> missing = missing(roles.stream()
                .flatMap(role -> role.topics(config).stream().map(topic -> new Needed(role, topic)))
                .toList());
        if (!missing.isEmpty()) {
            if (!config.getBoolean(EddyConfig.TOPICS_CREATE)) {
                throw new OperationFailedException(missingSentence(missing));
            }
            create(missing);
        }
        requireCompaction(roles.stream().filter(TopicRole::isCompacted).toList());
        if (roles.contains(TopicRole.INPUT) && config.inputTopics().size() > 1) {
            requireEqualPartitions();
        }
    }

    /** One task takes the partitions of one number, of all input topics. */
    private void requireEqualPartitions() throws ExecutionException, InterruptedException {
        Map<String, Integer> partitions = new TreeMap<>();
        admin.describeTopics(config.inputTopics())
                .allTopicNames()
                .get()
                .forEach((topic, description) ->
                        partitions.put(topic, description.partitions().size()));
        if (partitions.values().stream().distinct().count() > 1) {
            throw new OperationFailedException("the input topics have different numbers of partitions, "
                    + partitions.entrySet().stream()
                            .map(topic -> topic.getKey() + " " + topic.getValue())
                            .collect(Collectors.joining(", "))
                    + "; give all of them the same");
        }
    }

    /** A topic and what it is for. */
    private record Needed(TopicRole role, String topic) {}

    private List<Needed> missing(Collection<Needed> needed) throws ExecutionException, InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> found = admin.describeTopics(
                        needed.stream().map(Needed::topic).toList())
                .topicNameValues();
        List<Needed> missing = new ArrayList<>();
        for (Needed one : needed) {
            if (failure(found.get(one.topic())) instanceof UnknownTopicOrPartitionException) {
                missing.add(one);
            }
        }
        return missing;
    }

    /** The failure if it is one that says something about the topic; others are thrown. */
    private static Throwable failure(KafkaFuture<?> future) throws ExecutionException, InterruptedException {
        try {
            future.get();
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof TopicExistsException) {
                return e.getCause();
            }
            throw e;
        }
    }

    private String missingSentence(List<Needed> missing) {
        String names = missing.stream().map(Needed::topic).collect(Collectors.joining(", "));
        return (missing.size() == 1 ? "the topic " + names + " does" : "the topics " + names + " do")
                + " not exist at " + config.bootstrapServers() + "; set " + EddyConfig.TOPICS_CREATE
                + "=true, or create " + (missing.size() == 1 ? "it" : "them") + ": "
                + missing.stream()
                        .map(one -> one.role().createLine(one.topic(), config))
                        .collect(Collectors.joining("; "));
    }

    private void create(List<Needed> missing) throws ExecutionException, InterruptedException {
        Map<String, KafkaFuture<Void>> created = admin.createTopics(missing.stream()
                        .map(one -> one.role().create(one.topic(), config))
                        .toList())
                .values();
        for (Needed one : missing) {
            // Another instance that starts at the same time may have been faster.
            if (failure(created.get(one.topic())) == null) {
                LOG.info("created the topic {}", one.topic());
            }
        }
        awaitReady(missing.stream().map(Needed::topic).toList());
    }

    /**
     * A created topic is known to all brokers, and each partition led by one, only a moment later. Kafka Streams would take it
     * for missing; and from a producer that sends too soon the leader may take the second batch before the first, which it then
     * refuses until the producer gives up.
     */
    private void awaitReady(List<String> created) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + config.getInt(EddyConfig.BROKER_TIMEOUT) * 1_000_000L;
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String topic : created) {
            describe(topic, deadline)
                    .partitions()
                    .forEach(partition ->
                            ends.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
        }
        // Only leaders know the ends; the client asks again until all of them say.
        admin.listOffsets(ends).all().get();
    }

    private TopicDescription describe(String created, long deadline) throws ExecutionException, InterruptedException {
        while (true) {
            KafkaFuture<TopicDescription> found =
                    admin.describeTopics(List.of(created)).topicNameValues().get(created);
            if (failure(found) == null) {
                return found.get();
            }
            if (System.nanoTime() > deadline) {
                throw new OperationFailedException("the topic " + created + " was created but does not appear at "
                        + config.bootstrapServers() + "; look at the broker's log");
            }
            Thread.sleep(20);
        }
    }

    private void requireCompaction(List<TopicRole> roles) throws ExecutionException, InterruptedException {
        Map<ConfigResource, KafkaFuture<Config>> found = admin.describeConfigs(
                        roles.stream().map(this::resource).toList())
                .values();
        for (TopicRole role : roles) {
            try {
                requireCompaction(role, found.get(resource(role)).get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)) {
                    throw e;
                }
                LOG.warn("not allowed to see whether the topic {} is compacted; it must be", role.topic(config));
            }
        }
    }

    private ConfigResource resource(TopicRole role) {
        return new ConfigResource(ConfigResource.Type.TOPIC, role.topic(config));
    }

    private void requireCompaction(TopicRole role, Config settings) {
        String policy = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new OperationFailedException("the topic " + role.topic(config) + " has cleanup.policy=" + policy
                    + ", so it would forget what Eddy must keep; run kafka-configs.sh --bootstrap-server "
                    + config.bootstrapServers() + " --alter --entity-type topics --entity-name " + role.topic(config)
                    + " --add-config cleanup.policy=compact");
        }
    }
}
