package dev.eddy.bench;

import dev.eddy.testing.TestKafka;
import dev.eddy.wire.AvroEventEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The events, all from one seed: a number that counts, and a text that fills the value up to a size. */
final class BenchEvents {
    static final String AVRO_SCHEMA = """
            {"type": "record", "name": "BenchEvent", "fields": [
              {"name": "value", "type": "double"}, {"name": "text", "type": "string"}]}
            """;

    private final SplittableRandom random = new SplittableRandom(1);
    private final UnaryOperator<byte[]> format;
    private final Distribution distribution;
    private final int keys;
    private final String filling;

    /**
     * @param format json or avro
     * @param size   bytes of a value, give or take a few
     */
    BenchEvents(String format, int size, Distribution distribution, int keys) {
        this.format = format.equals("avro")
                ? new AvroEventEncoder(new Schema.Parser().parse(AVRO_SCHEMA))::encode
                : UnaryOperator.identity();
        this.distribution = distribution;
        this.keys = keys;
        this.filling = "x".repeat(Math.max(0, size - value(10.25, "").length));
    }

    /** The key of the next event. */
    byte[] nextKey() {
        return ("sensor-" + distribution.next(random, keys)).getBytes(StandardCharsets.UTF_8);
    }

    /** The value of the next event. */
    byte[] nextValue() {
        return value(random.nextInt(2000) / 100.0, filling);
    }

    private byte[] value(double number, String text) {
        return format.apply(("{\"value\":" + number + ",\"text\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends the next events, one millisecond apart. */
    void send(TestKafka kafka, String topic, long count) {
        // Up to now: a broker throws events of long ago away.
        long time = System.currentTimeMillis() - count;
        try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
            for (long i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, null, time + i, nextKey(), nextValue()));
            }
        }
    }

    /** A producer for many events. */
    static KafkaProducer<byte[], byte[]> producer(TestKafka kafka) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka.bootstrapServers(),
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        128 << 10,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
