package dev.eddy.bench;

import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/** A broker in its own JVM and a directory for states, gone when it is closed. */
final class Stage implements AutoCloseable {
    /** What Kafka Streams' record caches may take, for every contender: 64 MiB. */
    private static final long RECORD_CACHE = 64L << 20;

    private final BenchOptions options;
    private final Path directory;
    private final BenchBroker broker;
    private final Admin admin;

    Stage(BenchOptions options) throws IOException {
        this.options = options;
        this.directory = Files.createTempDirectory("eddy-bench-");
        this.broker = new BenchBroker(directory);
        this.admin = broker.admin();
    }

    BenchBroker broker() {
        return broker;
    }

    Admin admin() {
        return admin;
    }

    /** Settings of a run, whose name begins the names of all its topics but the input. */
    EddyConfig config(String run, String input, Map<String, ?> extra) throws IOException {
        return config(run, run, input, extra);
    }

    /** The same with a directory of states of its own, for several instances of one run. */
    EddyConfig config(String run, String instance, String input, Map<String, ?> extra) throws IOException {
        Path schema = Files.writeString(directory.resolve("event.avsc"), BenchEvents.AVRO_SCHEMA);
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put("statestore.cache.max.bytes", RECORD_CACHE);
        settings.put("state.dir", directory.resolve(instance).toString());
        settings.put(EddyConfig.PIPELINE, run);
        settings.put(EddyConfig.TOPICS_CREATE, true);
        settings.put(EddyConfig.TOPICS_PARTITIONS, options.partitions);
        settings.put(EddyConfig.INPUT_TOPIC, input);
        settings.put(EddyConfig.OUTPUT_TOPIC, run + ".predictions");
        settings.put(EddyConfig.DEAD_LETTER_TOPIC, run + ".deadletters");
        settings.put(EddyConfig.CONTROL_TOPIC, run + ".control");
        settings.put(EddyConfig.STATUS_TOPIC, run + ".status");
        settings.put(EddyConfig.INPUT_FORMAT, options.format);
        settings.put(EddyConfig.INPUT_AVRO_SCHEMA, schema.toString());
        settings.put(EddyConfig.OUTPUT_FORMAT, options.format);
        settings.put(EddyConfig.HTTP_PORT, -1);
        settings.putAll(options.settings);
        settings.putAll(extra);
        return new EddyConfig(settings);
    }

    /** Creates what is missing of a run's topics. */
    void create(EddyConfig config) {
        Topics.ensure(config, TopicRole.values());
    }

    /** Deletes the topics and states of a run, so that the next finds the broker as that one did. */
    void clear(String run) throws InterruptedException, IOException {
        broker.deleteTopics(admin, run);
        delete(directory.resolve(run));
    }

    /** Deletes the states of an instance. */
    void deleteStates(String instance) throws IOException {
        delete(directory.resolve(instance));
    }

    /** Throws if a run rejected events, or gave fewer predictions than there were events. */
    void requireOutputs(EddyConfig config, long events) throws InterruptedException {
        long outputs = broker.size(admin, config.getString(EddyConfig.OUTPUT_TOPIC));
        long rejected = broker.size(admin, config.getString(EddyConfig.DEAD_LETTER_TOPIC));
        if (outputs < events || rejected > 0) {
            throw new IllegalStateException(config.applicationId() + " gave " + outputs + " records for " + events
                    + " events and rejected " + rejected + "; it must give one for each");
        }
    }

    @Override
    public void close() throws IOException {
        admin.close();
        broker.close();
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
