package dev.eddy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FleetEventTest {
    private final FleetEvent event =
            new FleetEvent("pump-007", 1_000L, 61.204, 0.002, 1.23456, 45, 10.999, Condition.BEARING_WEAR);

    @Test
    void shouldRoundAsASensorWould() {
        assertThat(event.temperature()).isEqualTo(61.2);
        assertThat(event.vibration()).isEqualTo(1.235);
        assertThat(event.power()).isEqualTo(11);
    }

    @Test
    void shouldWriteItsValueAsJson() {
        assertThat(new String(event.value(), StandardCharsets.UTF_8))
                .isEqualTo("{\"temperature\":61.20,\"pressure\":0.002,\"vibration\":1.235,\"flow\":45.00,"
                        + "\"power\":11.00,\"truth\":\"bearing-wear\"}");
    }

    @Test
    void shouldPutKeyAndTimestampIntoItsLine() {
        assertThat(event.line()).startsWith("{\"key\":\"pump-007\",\"timestamp\":1000,\"temperature\":61.20,");
    }

    @Test
    void shouldGiveModelsTheFieldsThatItsJsonHolds() throws Exception {
        var json = new ObjectMapper().readTree(event.value());

        assertThat(event.fields()).containsOnlyKeys(FleetEvent.SENSORS);
        event.fields()
                .forEach((field, value) ->
                        assertThat(json.get(field).doubleValue()).as(field).isEqualTo(value));
    }
}
