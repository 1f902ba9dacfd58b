package dev.eddy.app.topics;

import dev.eddy.config.EddyConfig;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How a record of a topic is shown on one line. */
@FunctionalInterface
public interface RecordText {
    /** The line, without its end. */
    String of(ConsumerRecord<byte[], byte[]> record);

    /** For predictions, in the configured format. */
    static RecordText prediction(EddyConfig config) {
        if (config.getString(EddyConfig.OUTPUT_FORMAT).equals("avro")) {
            return new AvroPredictionText();
        }
        return record -> record.value() == null ? "null" : new String(record.value(), StandardCharsets.UTF_8);
    }

    /** For dead letters: where they came from, why they were refused, and what they were. */
    static RecordText deadLetter() {
        return new DeadLetterText();
    }
}
