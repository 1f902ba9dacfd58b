package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Events at a steady rate. Each carries in a header when it was due: an event that is sent late, because the machine had no
 * time for the sender, has waited all the same.
 */
public final class SteadyLoad {
    private static final String DUE = "due";
    private static final long PAUSE_NANOS = 500_000;

    private SteadyLoad() {}

    /**
     * Sends events while the test of how many there were says so; says how many.
     *
     * @param rate events a second
     * @throws OperationFailedException if an event did not reach the broker
     */
    public static long send(
            KafkaProducer<byte[], byte[]> producer,
            int rate,
            LongPredicate more,
            LongFunction<ProducerRecord<byte[], byte[]>> events) {
        double nanosEach = 1e9 / rate;
        FailedSends failed = new FailedSends();
        long begin = System.nanoTime();
        long sent = 0;
        while (more.test(sent)) {
            long due = begin + (long) (sent * nanosEach);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            ProducerRecord<byte[], byte[]> event = events.apply(sent);
            event.headers()
                    .add(DUE, ByteBuffer.allocate(Long.BYTES).putLong(due).array());
            producer.send(event, failed);
            sent++;
        }
        producer.flush();
        failed.requireNone();
        return sent;
    }

    /** Nanoseconds since the event of this prediction was due; negative for events of others. */
    public static long latency(ConsumerRecord<byte[], byte[]> prediction) {
        Header due = prediction.headers().lastHeader(DUE);
        return due == null
                ? -1
                : System.nanoTime() - ByteBuffer.wrap(due.value()).getLong();
    }
}
