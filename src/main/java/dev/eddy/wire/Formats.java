package dev.eddy.wire;

import dev.eddy.config.EddyConfig;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Deserializer;

/** The decoders and encoders a configuration asks for. */
public final class Formats {
    private Formats() {}

    /**
     * Makes a decoder of events for one thread.
     *
     * @throws org.apache.kafka.common.config.ConfigException if the schema or the deserializer cannot be used
     */
    public static Supplier<EventDecoder> events(EddyConfig config) {
        return decoders(config, EddyConfig.INPUT_AVRO_SCHEMA);
    }

    /**
     * Makes a decoder of labels for one thread: the format is that of events, an Avro schema their own.
     *
     * @throws org.apache.kafka.common.config.ConfigException if the schema or the deserializer cannot be used
     */
    public static Supplier<EventDecoder> labels(EddyConfig config) {
        return decoders(config, EddyConfig.LABELS_AVRO_SCHEMA);
    }

    private static Supplier<EventDecoder> decoders(EddyConfig config, String schemaSetting) {
        return switch (config.getString(EddyConfig.INPUT_FORMAT)) {
            case "avro" -> {
                Schema schema = AvroEvents.schema(config.getString(schemaSetting));
                yield () -> new AvroEvents(schema);
            }
            case "deserializer" ->
                () -> {
                    Deserializer<?> deserializer =
                            config.getConfiguredInstance(EddyConfig.INPUT_DESERIALIZER, Deserializer.class);
                    deserializer.configure(config.originals(), false);
                    return new DeserializedEvents(deserializer);
                };
            default -> JsonEvents::new;
        };
    }

    /** Makes an encoder of predictions for one thread. */
    public static Supplier<PredictionEncoder> predictions(EddyConfig config) {
        return config.getString(EddyConfig.OUTPUT_FORMAT).equals("avro") ? AvroPredictions::new : JsonPredictions::new;
    }
}
