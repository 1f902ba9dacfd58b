package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.files.Progress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * From when an event is due to be sent to when a reader of committed records has its prediction, at a steady rate.
 *
 * @param rate            events a second
 * @param p50             half of them took less, milliseconds
 * @param p99             99 of 100 took less, milliseconds
 * @param predictionBytes of a prediction's value, on average
 */
record LatencyRun(int rate, double p50, double p99, double predictionBytes) {
    private static final int WARM_UP_SECONDS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Measures a stream that runs and has nothing else to do. */
    static LatencyRun of(BenchStage stage, RandomEvents events, int rate, int seconds, BenchWatcher watcher)
            throws InterruptedException {
        long warmUp = (long) rate * WARM_UP_SECONDS;
        long all = warmUp + (long) rate * seconds;
        Progress progress = watcher.begin("latency at " + rate + " events/s");
        try (Reader reader = new Reader(stage, warmUp, all);
                KafkaProducer<byte[], byte[]> producer = stage.producer()) {
            SteadyLoad.send(
                    producer,
                    rate,
                    sent -> {
                        stage.requireAlive();
                        progress.at(sent, (double) sent / all);
                        return sent < all;
                    },
                    sent -> new ProducerRecord<>(BenchStage.INPUT, events.nextKey(), events.nextValue()));
            reader.await();
            return reader.result(rate);
        }
    }

    /** Reads predictions in a thread of its own. */
    private static final class Reader implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final long skip;
        private final long[] nanos;
        private final AtomicLong count = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final Thread thread = new Thread(this::read, "eddy-bench-reader");
        private long bytes;

        Reader(BenchStage stage, long skip, long all) {
            this.skip = skip;
            this.nanos = new long[(int) all];
            consumer = stage.consumer();
            List<TopicPartition> partitions = BenchStage.partitions(consumer, BenchStage.OUTPUT);
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position); // finds the ends now
            thread.setDaemon(true);
            thread.start();
        }

        private void read() {
            while (!closed.get()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                    long latency = SteadyLoad.latency(record);
                    int at = (int) count.get();
                    if (latency >= 0 && at < nanos.length) {
                        nanos[at] = latency;
                        bytes += record.serializedValueSize();
                        count.set(at + 1L);
                    }
                }
            }
            consumer.close();
        }

        void await() throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (count.get() < nanos.length) {
                if (System.nanoTime() > deadline) {
                    throw new OperationFailedException(
                            "only " + count.get() + " of " + nanos.length
                                    + " predictions came while the latency was measured; try again when the machine is less busy");
                }
                Thread.sleep(10);
            }
        }

        LatencyRun result(int rate) {
            long[] sorted = Arrays.copyOfRange(nanos, (int) skip, nanos.length);
            Arrays.sort(sorted);
            return new LatencyRun(rate, quantile(sorted, 0.5), quantile(sorted, 0.99), (double) bytes / nanos.length);
        }

        private static double quantile(long[] sorted, double part) {
            return sorted[Math.min(sorted.length - 1, (int) (part * sorted.length))] / 1e6;
        }

        @Override
        public void close() {
            closed.set(true);
            while (thread.isAlive()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
