package dev.eddy.bench;

import dev.eddy.app.bench.SteadyLoad;
import dev.eddy.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads committed predictions in a thread of its own, and takes the latencies of events of a {@link SteadyLoad}. */
final class PredictionReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::read, "predictions");
    private final AtomicLong count = new AtomicLong();
    private volatile Latencies latencies = new Latencies("");
    private volatile boolean closed;

    PredictionReader(TestKafka kafka, String topic) {
        this.topic = topic;
        consumer = kafka.committedReader();
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        thread.start();
    }

    private void read() {
        while (!closed) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                long latency = SteadyLoad.latency(record);
                if (latency >= 0) {
                    latencies.add(latency);
                }
                count.incrementAndGet();
            }
        }
        consumer.close();
    }

    /** From now on latencies go here; call while no event is under way, or one or two are counted twice or not at all. */
    void measure(Latencies into) {
        latencies = into;
    }

    /** Waits for so many predictions in all. */
    void await(long predictions) throws InterruptedException {
        long before = -1;
        long deadline = 0;
        while (count.get() < predictions) {
            if (count.get() > before) {
                before = count.get();
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "only " + before + " of " + predictions + " predictions came on " + topic);
            }
            Thread.sleep(10);
        }
    }

    @Override
    public void close() {
        closed = true;
        while (thread.isAlive()) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
