package dev.eddy.app.topics;

import dev.eddy.app.OperationFailedException;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A prediction in Avro as the JSON object it would have been. */
final class AvroPredictionText implements RecordText {
    private final JsonPredictions json = new JsonPredictions();

    @Override
    public String of(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new String(
                    json.encode(AvroPredictions.decode(record.key(), record.value())), StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException e) {
            throw new OperationFailedException(
                    "the record at offset " + record.offset() + " of " + record.topic() + "-" + record.partition()
                            + " is no Avro prediction; does eddy.output.format fit the topic?",
                    e);
        }
    }
}
