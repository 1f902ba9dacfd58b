package dev.eddy.app.files;

import dev.eddy.config.EddyConfig;
import dev.eddy.wire.AvroEventEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/** From the JSON object of an event to the value bytes that the input topic wants. */
final class EventEncoding {
    private EventEncoding() {}

    static UnaryOperator<byte[]> of(EddyConfig config) throws IOException {
        return switch (config.getString(EddyConfig.INPUT_FORMAT)) {
            case "json" -> UnaryOperator.identity();
            case "avro" ->
                new AvroEventEncoder(schema(Path.of(config.getString(EddyConfig.INPUT_AVRO_SCHEMA))))::encode;
            default ->
                throw new ConfigException("with " + EddyConfig.INPUT_FORMAT + "=deserializer it is not known how"
                        + " events are written; send them with a program of your own");
        };
    }

    private static Schema schema(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            return new Schema.Parser().parse(text);
        } catch (AvroRuntimeException e) {
            throw new ConfigException(EddyConfig.INPUT_AVRO_SCHEMA, file, "is no Avro schema: " + e.getMessage());
        }
    }
}
