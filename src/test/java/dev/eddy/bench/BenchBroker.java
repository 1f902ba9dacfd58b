package dev.eddy.bench;

import dev.eddy.testing.EddyProcess;
import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** {@code eddy broker} in a JVM of its own. */
final class BenchBroker implements TestKafka, AutoCloseable {
    private static final Pattern ANNOUNCEMENT = Pattern.compile("bootstrap\\.servers=(\\S+)");

    private final EddyProcess process;
    private final String address;

    BenchBroker(Path directory) throws IOException {
        process = EddyProcess.start(
                directory.resolve("broker.log"), "broker", "--port", "0", "--dir", directory + "/broker");
        Runtime.getRuntime().addShutdownHook(new Thread(process::close));
        Awaitility.await("broker").atMost(PATIENCE).until(() -> announcement().find());
        Matcher found = announcement();
        address = found.find() ? found.group(1) : null;
    }

    private Matcher announcement() {
        return ANNOUNCEMENT.matcher(process.log());
    }

    @Override
    public String bootstrapServers() {
        return address;
    }

    /** Deletes the topics of a run, so that the next finds the broker as that one did. */
    void deleteTopics(Admin admin, String prefix) throws InterruptedException {
        try {
            List<String> names = admin.listTopics().names().get().stream()
                    .filter(name -> name.startsWith(prefix))
                    .toList();
            admin.deleteTopics(names).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topics " + prefix + "* cannot be deleted", e.getCause());
        }
    }

    /** Committed records in a topic, transaction markers included. */
    long size(Admin admin, String topic) throws InterruptedException {
        try {
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .forEach(partition ->
                            ends.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
            return admin
                    .listOffsets(ends, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker does not tell the size of " + topic, e.getCause());
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
