package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.files.Progress;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.stream.DeadLetterHeaders;
import dev.eddy.stream.Eddy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics and the pipeline of a benchmark, on a broker of its own. */
final class BenchStage implements AutoCloseable {
    static final String PIPELINE = "bench";
    static final String INPUT = "bench-events";
    static final String OUTPUT = "bench-predictions";
    static final String STATES = PIPELINE + "-" + Eddy.STATE_STORE + "-changelog";
    static final String PENDING = PIPELINE + "-" + Eddy.PENDING_STORE + "-changelog";
    private static final String DEAD_LETTERS = "bench-deadletters";
    private static final Duration DEAD_LETTER_WAIT = Duration.ofSeconds(5);

    private final Path states;
    private final BrokerProcess broker;
    private final EddyConfig config;
    private final Admin admin;

    /**
     * Makes the topics.
     *
     * @param broker that runs; belongs to the caller
     */
    BenchStage(BenchOptions options, Path directory, RandomEvents events, BrokerProcess broker) throws IOException {
        this.broker = broker;
        this.states = directory.resolve("states");
        this.config = config(options, directory, events, broker.bootstrapServers());
        this.admin = Admin.create(ClientSettings.admin(config));
        Topics.ensure(config, TopicRole.values());
    }

    /**
     * The settings of the pipeline.
     *
     * @throws org.apache.kafka.common.config.ConfigException if a setting of the user's is wrong
     */
    static EddyConfig config(BenchOptions options, Path directory, RandomEvents events, String bootstrapServers)
            throws IOException {
        Map<String, Object> settings = new HashMap<>();
        settings.put("num.stream.threads", options.threads());
        settings.putAll(options.settings());
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("state.dir", directory.resolve("states").toString());
        settings.put(EddyConfig.PIPELINE, PIPELINE);
        settings.put(EddyConfig.TOPICS_CREATE, true);
        settings.put(EddyConfig.TOPICS_PARTITIONS, options.partitions());
        settings.put(EddyConfig.INPUT_TOPIC, INPUT);
        settings.put(EddyConfig.OUTPUT_TOPIC, OUTPUT);
        settings.put(EddyConfig.DEAD_LETTER_TOPIC, DEAD_LETTERS);
        settings.put(EddyConfig.CONTROL_TOPIC, "bench-control");
        settings.put(EddyConfig.STATUS_TOPIC, "bench-status");
        settings.put(EddyConfig.INPUT_FORMAT, options.format());
        settings.put(EddyConfig.OUTPUT_FORMAT, options.format());
        settings.put(EddyConfig.HTTP_PORT, -1);
        if (events.schema() != null) {
            Path file = directory.resolve("event.avsc");
            settings.put(
                    EddyConfig.INPUT_AVRO_SCHEMA,
                    Files.writeString(file, events.schema().toString()).toString());
        }
        return new EddyConfig(settings);
    }

    EddyConfig config() {
        return config;
    }

    /** Where the stream keeps its states. */
    Path states() {
        return states;
    }

    /** Publishes and deploys a model. */
    void deploy(ModelFile model) throws InterruptedException, IOException {
        new ModelPublisher(config).publish(model, written -> {});
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            deployer.deploy(model.id(), Deployment.BEGINNING);
        }
    }

    /** A producer for many events. */
    KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = ClientSettings.producer(config);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer of committed records. */
    KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                ClientSettings.consumer(config), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** All partitions of a topic. */
    static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** Sends events, one millisecond apart. */
    void send(RandomEvents events, long count, Progress progress) {
        // Up to now, as a model may look at the time.
        long time = System.currentTimeMillis() - count;
        FailedSends failed = new FailedSends();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (long i = 0; i < count; i++) {
                requireAlive();
                producer.send(
                        new ProducerRecord<>(INPUT, null, time + i, events.nextKey(), events.nextValue()), failed);
                progress.at(i, (double) i / count);
            }
            producer.flush();
        }
        failed.requireNone();
    }

    /** Events that are done: their output, their state and their offset are committed. */
    long committed() throws InterruptedException {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(config.applicationId())
                    .partitionsToOffsetAndMetadata()
                    .get();
            return offsets.entrySet().stream()
                    .filter(partition -> partition.getKey().topic().equals(INPUT) && partition.getValue() != null)
                    .mapToLong(partition -> partition.getValue().offset())
                    .sum();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return 0;
            }
            throw failure(e);
        }
    }

    private OperationFailedException failure(ExecutionException e) {
        requireAlive();
        return new OperationFailedException(
                "the broker of the benchmark says: " + e.getCause().getMessage(), e);
    }

    /**
     * Sees to it that the broker still runs.
     *
     * @throws OperationFailedException if it does not
     */
    void requireAlive() {
        broker.requireAlive();
    }

    /**
     * Sees to it that every event was scored.
     *
     * @throws OperationFailedException if one was rejected; the message says why
     */
    void requireNoneRejected() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer, DEAD_LETTERS);
            long rejected = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(end -> end)
                    .sum();
            if (rejected == 0) {
                return;
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + DEAD_LETTER_WAIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(100))) {
                    throw new OperationFailedException(
                            "the stream rejects events of the benchmark: "
                                    + header(letter, DeadLetterHeaders.REASON) + ", "
                                    + header(letter, DeadLetterHeaders.MESSAGE)
                                    + "; leave out settings that ask for more than the model does, or use more --keys for shorter sequences");
                }
            }
        }
        throw new OperationFailedException("the stream rejects events of the benchmark");
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
