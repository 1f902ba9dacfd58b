package dev.eddy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.config.EddyConfig;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;

class FormatsTest {
    /** Somebody's own format, {@code field=value}; configured with the file's settings. */
    public static final class PairDeserializer implements Deserializer<Map<String, Object>> {
        private String separator = "";

        @Override
        public void configure(Map<String, ?> configs, boolean isKey) {
            separator = configs.get("pair.separator").toString();
        }

        @Override
        public Map<String, Object> deserialize(String topic, byte[] data) {
            String[] pair = new String(data, StandardCharsets.UTF_8).split(separator, -1);
            return Map.of(pair[0], Double.valueOf(pair[1]));
        }
    }

    @Test
    void shouldReadEventsWithAnyDeserializerOnTheClassPath() {
        EventDecoder decoder = decoder(Map.of(
                EddyConfig.INPUT_FORMAT,
                "deserializer",
                EddyConfig.INPUT_DESERIALIZER,
                PairDeserializer.class.getName(),
                "pair.separator",
                "="));
        Fields fields = decode(decoder, "value=2.5");
        assertThat(fields.get(new String[] {"value"})).isEqualTo(2.5);
        assertThat(fields.get(new String[] {"other"})).isNull();
    }

    @Test
    void shouldBlameTheEventForWhateverADeserializerThrows() {
        EventDecoder decoder = decoder(Map.of(
                EddyConfig.INPUT_FORMAT,
                "deserializer",
                EddyConfig.INPUT_DESERIALIZER,
                PairDeserializer.class.getName(),
                "pair.separator",
                "="));
        for (String garbage : new String[] {"", "value", "value=x"}) {
            assertThatThrownBy(() -> decode(decoder, garbage))
                    .isInstanceOf(BadEventException.class)
                    .hasMessageContaining("PairDeserializer cannot read the value")
                    .extracting(e -> ((BadEventException) e).reason())
                    .isEqualTo(BadEventException.Reason.UNDECODABLE);
        }
    }

    @Test
    void shouldReachNestedFieldsByTheirPath() {
        Fields fields = decode(new JsonEvents(), "{\"a\":{\"b\":{\"c\":[1,\"x\",true,null]}},\"d\":null}");
        assertThat(fields.get(Fields.path("a.b.c"))).isEqualTo(java.util.Arrays.asList(1, "x", true, null));
        assertThat(fields.get(Fields.path("a.b.d"))).isNull();
        assertThat(fields.get(Fields.path("d"))).isNull();
    }

    @Test
    void shouldRefuseFormatsThatLackWhatTheyNeed() {
        assertThatThrownBy(() -> decoder(Map.of(EddyConfig.INPUT_FORMAT, "avro")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("eddy.input.avro.schema");
        assertThatThrownBy(() -> decoder(Map.of(EddyConfig.INPUT_FORMAT, "xml")))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() ->
                        decoder(Map.of(EddyConfig.INPUT_FORMAT, "avro", EddyConfig.INPUT_AVRO_SCHEMA, "/nowhere.avsc")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("/nowhere.avsc cannot be read");
    }

    private static EventDecoder decoder(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("bootstrap.servers", "unused:1");
        return Formats.events(new EddyConfig(all)).get();
    }

    private static Fields decode(EventDecoder decoder, String value) {
        return decoder.decode("topic", new RecordHeaders(), value.getBytes(StandardCharsets.UTF_8));
    }
}
