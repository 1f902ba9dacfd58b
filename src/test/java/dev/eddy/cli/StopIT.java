package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.testing.EddyProcess;
import dev.eddy.testing.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.KafkaFuture;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGTERM to one of two instances: the other has all partitions long before a session could run out. */
class StopIT {
    private static final Duration START = Duration.ofMinutes(2);
    private static final int PARTITIONS = 4;

    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHandOverAtOnceWhenAnInstanceIsTerminated(boolean named) throws Exception {
        String pipeline = named ? "named" : "unnamed";
        try (Admin admin = KAFKA.admin();
                EddyProcess first = start(pipeline, "first", named);
                EddyProcess second = start(pipeline, "second", named)) {
            within(START).until(() -> partitions(admin, pipeline).equals(List.of(PARTITIONS / 2, PARTITIONS / 2)));
            assertThat(second.terminate()).as(second.log()).isEqualTo(128 + 15);
            // The session would take a minute.
            within(Duration.ofSeconds(15))
                    .until(() -> partitions(admin, pipeline).equals(List.of(PARTITIONS)));
            assertThat(first.isAlive()).isTrue();
        }
    }

    private static ConditionFactory within(Duration duration) {
        return Awaitility.await()
                .atMost(duration)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions();
    }

    private EddyProcess start(String pipeline, String name, boolean named) throws Exception {
        Path settings = Files.writeString(
                directory.resolve(pipeline + name + ".properties"),
                String.join(
                        "\n",
                        "bootstrap.servers=" + KAFKA.bootstrapServers(),
                        "eddy.pipeline=" + pipeline,
                        "eddy.topics.create=true",
                        "eddy.topics.partitions=" + PARTITIONS,
                        "eddy.http.port=-1",
                        "session.timeout.ms=60000",
                        "state.dir=" + directory.resolve(name),
                        named ? "eddy.instance.id=" + name : ""));
        return EddyProcess.start(directory.resolve(name + ".log"), "run", "-c", settings.toString());
    }

    /** How many partitions of the events each member has. */
    private static List<Integer> partitions(Admin admin, String pipeline) throws Exception {
        KafkaFuture<Collection<MemberDescription>> members = admin.describeConsumerGroups(List.of(pipeline))
                .describedGroups()
                .get(pipeline)
                .thenApply(group -> group.members());
        return members.get().stream()
                .map(member -> member.assignment().topicPartitions().size())
                .toList();
    }
}
