package dev.eddy.app.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.EmbeddedKafka;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TopicsIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    @Test
    void shouldCreateAllTopicsAndLeaveThemAsTheyAreTheNextTime() throws Exception {
        EddyConfig config = config("all", Map.of(EddyConfig.TOPICS_CREATE, "true", EddyConfig.TOPICS_PARTITIONS, "3"));

        Topics.ensure(config, TopicRole.values());
        Topics.ensure(config, TopicRole.values());

        try (Admin admin = KAFKA.admin()) {
            assertThat(admin.describeTopics(List.of("all.input", "all.control"))
                            .allTopicNames()
                            .get()
                            .values())
                    .extracting(topic -> topic.partitions().size())
                    .containsExactlyInAnyOrder(3, 1);
            ConfigResource control = new ConfigResource(ConfigResource.Type.TOPIC, "all.control");
            Config settings =
                    admin.describeConfigs(List.of(control)).all().get().get(control);
            assertThat(settings.get("cleanup.policy").value()).isEqualTo("compact");
            assertThat(settings.get("segment.bytes").value()).isEqualTo("16777216");
        }
    }

    /** A leader that is not ready refuses the first batch and may take the second, and then never the first. */
    @Test
    void shouldTakeEventsAsSoonAsATopicIsCreated() throws Exception {
        for (int i = 0; i < 10; i++) {
            String pipeline = "at-once-" + i;
            Topics.ensure(
                    config(pipeline, Map.of(EddyConfig.TOPICS_CREATE, "true", EddyConfig.TOPICS_PARTITIONS, "4")),
                    TopicRole.values());
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            try (KafkaProducer<byte[], byte[]> producer = impatientProducer()) {
                for (int event = 0; event < 400; event++) {
                    sent.add(producer.send(new ProducerRecord<>(pipeline + ".input", event % 4, null, new byte[100])));
                    if (event % 4 == 3) {
                        Thread.sleep(0, 200_000); // so that there are many batches
                    }
                }
            }
            for (Future<RecordMetadata> one : sent) {
                assertThat(one.get().hasOffset()).isTrue();
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> impatientProducer() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        KAFKA.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        4_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        5_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Test
    void shouldNameMissingTopicsAndBothRemedies() {
        KAFKA.createTopics(1, "some.input");

        assertThatThrownBy(() -> Topics.ensure(config("some", Map.of()), TopicRole.values()))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageStartingWith(
                        "the topics some.output, some.deadletter, some.control, some.status do not exist at 127.0.0.1")
                .hasMessageContaining("eddy.topics.create=true")
                .hasMessageContaining("--create --topic some.control --partitions 1 --config cleanup.policy=compact");
        assertThatCode(() -> Topics.ensure(config("some", Map.of()), TopicRole.INPUT))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseAControlTopicThatForgets() {
        KAFKA.createTopics(List.of(new NewTopic("bad.control", 1, (short) 1)));

        assertThatThrownBy(() -> Topics.ensure(config("bad", Map.of()), TopicRole.CONTROL))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageStartingWith("the topic bad.control has cleanup.policy=delete")
                .hasMessageContaining("--add-config cleanup.policy=compact");
    }

    @Test
    void shouldKnowThatAPipelineThatNeverRanHasReadNothing() {
        assertThat(Topics.isRead(config("fresh", Map.of(EddyConfig.PIPELINE, "fresh"))))
                .isFalse();
    }

    @Test
    void shouldSayThatNoBrokerAnswersWithinTheTimeout() {
        EddyConfig config =
                config("none", Map.of("bootstrap.servers", "127.0.0.1:1", EddyConfig.BROKER_TIMEOUT, "700"));

        assertThatThrownBy(() -> Topics.ensure(config, TopicRole.INPUT))
                .isInstanceOf(OperationFailedException.class)
                .hasMessage("no Kafka broker answers at 127.0.0.1:1 within 0.7 s; start one, for example with 'eddy"
                        + " broker', or set bootstrap.servers");
    }

    private static EddyConfig config(String prefix, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "bootstrap.servers",
                KAFKA.bootstrapServers(),
                EddyConfig.INPUT_TOPIC,
                prefix + ".input",
                EddyConfig.OUTPUT_TOPIC,
                prefix + ".output",
                EddyConfig.DEAD_LETTER_TOPIC,
                prefix + ".deadletter",
                EddyConfig.CONTROL_TOPIC,
                prefix + ".control",
                EddyConfig.STATUS_TOPIC,
                prefix + ".status"));
        settings.putAll(more);
        return new EddyConfig(settings);
    }
}
