package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.config.EddyConfig;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
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
}
