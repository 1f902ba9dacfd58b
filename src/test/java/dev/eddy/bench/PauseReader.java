package dev.eddy.bench;

import dev.eddy.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads committed predictions as they come, in a thread of its own, and notes how old the events are by then. */
final class PauseReader implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::run, "reader");
    private volatile boolean open = true;
    private long[] times = new long[1 << 16]; // of the events, epoch milliseconds
    private int[] ages = new int[1 << 16]; // when the predictions came, milliseconds
    private int size;
    private String newest = ""; // the newest prediction
    private final long[] reached; // newest event time of each partition

    PauseReader(TestKafka kafka, String topic) {
        consumer = kafka.committedReader();
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        reached = new long[partitions.size()];
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        thread.start();
    }

    /**
     * How old events were when their predictions came.
     *
     * @param p50 the median, milliseconds
     * @param p99 99 % came sooner
     * @param max the slowest
     */
    record Ages(double p50, double p99, double max) {}

    /** Of the events from one time until another. */
    synchronized Ages ages(long from, long to) {
        int[] found = new int[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (times[i] >= from && times[i] < to) {
                found[count++] = ages[i];
            }
        }
        if (count == 0) {
            throw new IllegalStateException("no prediction came; look at the log of 'eddy run'");
        }
        int[] sorted = Arrays.copyOf(found, count);
        Arrays.sort(sorted);
        return new Ages(sorted[count / 2], sorted[(int) (count * 0.99)], sorted[count - 1]);
    }

    /** The newest prediction; empty before the first. */
    synchronized String newest() {
        return newest;
    }

    /** Event time up to which predictions of all partitions have come. */
    synchronized long reached() {
        return Arrays.stream(reached).min().orElseThrow();
    }

    private void run() {
        while (open) {
            var records = consumer.poll(Duration.ofMillis(20));
            long now = System.currentTimeMillis();
            synchronized (this) {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    add(record.timestamp(), (int) (now - record.timestamp()));
                    reached[record.partition()] = Math.max(reached[record.partition()], record.timestamp());
                    newest = new String(record.value(), StandardCharsets.UTF_8);
                }
            }
        }
        consumer.close();
    }

    private void add(long time, int age) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            ages = Arrays.copyOf(ages, 2 * size);
        }
        times[size] = time;
        ages[size++] = age;
    }

    @Override
    public void close() {
        open = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
