package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.config.EddyConfig;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsSettingsTest {
    /** A deployment whose transaction was given up must not count, whatever is promised for the events. */
    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void shouldReadCommittedControlRecordsOnly(String guarantee) {
        EddyConfig config = new EddyConfig(
                Map.of("bootstrap.servers", "unused:1", StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee));
        StreamsConfig settings = new StreamsConfig(StreamsSettings.of(config));
        assertThat(settings.getGlobalConsumerConfigs("client")).containsEntry("isolation.level", "read_committed");
    }

    /** With the prefix of the client, of all consumers, or without one: what the file says wins. */
    @ParameterizedTest
    @ValueSource(strings = {"restore.consumer.max.poll.records", "consumer.max.poll.records", "max.poll.records"})
    void shouldLeaveASettingOfTheFile(String name) {
        EddyConfig config = new EddyConfig(Map.of("bootstrap.servers", "unused:1", name, "77"));
        StreamsConfig settings = new StreamsConfig(StreamsSettings.of(config));
        assertThat(settings.getRestoreConsumerConfigs("client").get("max.poll.records"))
                .hasToString("77");
    }

    @Test
    void shouldLeaveASettingOfAllClients() {
        EddyConfig config = new EddyConfig(Map.of("bootstrap.servers", "unused:1", "linger.ms", "1"));
        StreamsConfig settings = new StreamsConfig(StreamsSettings.of(config));
        assertThat(settings.getProducerConfigs("client").get("linger.ms")).hasToString("1");
    }

    @Test
    void shouldLeaveTheUsersRocksDb() {
        String setter = "com.example.OwnRocksDb";
        EddyConfig config = new EddyConfig(
                Map.of("bootstrap.servers", "unused:1", StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, setter));
        assertThat(StreamsSettings.of(config)).containsEntry(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, setter);
    }

    @Test
    void shouldWaitForOtherPartitionsOnlyWhereThereAreAny() {
        EddyConfig one = new EddyConfig(Map.of("bootstrap.servers", "unused:1"));
        assertThat(StreamsSettings.of(one)).containsEntry(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
        EddyConfig labelled =
                new EddyConfig(Map.of("bootstrap.servers", "unused:1", EddyConfig.LABELS_TOPIC, "labels"));
        assertThat(StreamsSettings.of(labelled)).doesNotContainKey(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG);
    }
}
