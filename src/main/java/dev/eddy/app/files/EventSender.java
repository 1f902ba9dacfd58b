package dev.eddy.app.files;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.BrokerFailures;
import dev.eddy.app.topics.Retention;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.BadEventException;
import dev.eddy.wire.EventFileReader;
import dev.eddy.wire.EventRow;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends the events of a file into the input topic, in order, and sees to it that each one is acknowledged. */
public final class EventSender {
    private final EddyConfig config;
    private final Pace pace;
    private final Progress progress;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

    /**
     * A sender for one file.
     *
     * @param rate events in a second; 0 for as many as possible
     */
    public EventSender(EddyConfig config, double rate, Progress progress) {
        this.config = config;
        this.pace = new Pace(rate);
        this.progress = progress;
    }

    /**
     * What was sent; all of it is acknowledged.
     *
     * @param events how many events
     * @param problems how many of them cannot be decoded or have a wrong time
     * @param firstProblem the first of these, with its line; or {@code null}
     */
    public record Sent(long events, long problems, String firstProblem, Duration elapsed) {}

    /**
     * Sends all events of the file into one of the input topics. An event without a time gets the present one.
     *
     * @throws OperationFailedException if it is none of them, the broker does not take them, or one does not fit the schema
     */
    public Sent send(EventFile file, String topic) throws IOException {
        if (!config.inputTopics().contains(topic)) {
            throw new OperationFailedException("the topic " + topic + " is not in " + EddyConfig.INPUT_TOPIC + ", "
                    + String.join(", ", config.inputTopics()));
        }
        UnaryOperator<byte[]> encoding = EventEncoding.of(config);
        Topics.ensure(config, TopicRole.INPUT);
        try (EventFileReader events = file.open();
                KafkaProducer<byte[], byte[]> producer = producer()) {
            return send(events, file.size(), topic, encoding, producer);
        } catch (KafkaException e) {
            throw BrokerFailures.sentence(e, config);
        }
    }

    private Sent send(
            EventFileReader events,
            long size,
            String topic,
            UnaryOperator<byte[]> encoding,
            KafkaProducer<byte[], byte[]> producer)
            throws IOException {
        Retention retention = Retention.of(config, topic);
        long started = System.nanoTime();
        long sent = 0;
        long problems = 0;
        String firstProblem = null;
        for (EventRow row = events.next(); row != null && failure.get() == null; row = events.next()) {
            if (row.problem() != null && problems++ == 0) {
                firstProblem = "line " + row.line() + ": " + row.problem();
            }
            if (row.timestamp() != null) {
                retention.check(row.timestamp());
            }
            pace.await(sent++);
            send(record(topic, row, encoding), row.line(), producer);
            progress.at(sent, size > 0 ? (double) events.bytesRead() / size : Double.NaN);
        }
        producer.flush();
        if (failure.get() != null) {
            throw failure.get();
        }
        return new Sent(sent, problems, firstProblem, Duration.ofNanos(System.nanoTime() - started));
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, EventRow row, UnaryOperator<byte[]> encoding) {
        try {
            byte[] value = row.value() == null ? null : encoding.apply(row.value());
            return new ProducerRecord<>(topic, null, row.timestamp(), row.key(), value);
        } catch (BadEventException e) {
            throw new OperationFailedException("line " + row.line() + ": " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told of every failure
    private void send(ProducerRecord<byte[], byte[]> record, long line, KafkaProducer<byte[], byte[]> producer) {
        producer.send(record, (metadata, e) -> {
            if (e != null) {
                failure.compareAndSet(
                        null,
                        new OperationFailedException(
                                "line " + line + ": "
                                        + BrokerFailures.sentence(e, config).getMessage(),
                                e));
            }
        });
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = ClientSettings.producer(config);
        settings.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
