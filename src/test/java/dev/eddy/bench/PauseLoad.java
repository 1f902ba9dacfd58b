package dev.eddy.bench;

import dev.eddy.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends events at a steady rate, in a thread of its own; each carries the time at which it was sent. */
final class PauseLoad implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int rate;
    private final int keys;
    private final int ids;
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean open = true;

    /**
     * A load.
     *
     * @param rate events a second
     * @param ids  items there are; each event names one
     */
    PauseLoad(TestKafka kafka, String topic, int rate, int keys, int ids) {
        this.producer = kafka.producer();
        this.topic = topic;
        this.rate = rate;
        this.keys = keys;
        this.ids = ids;
    }

    /** Begins to send. */
    void start() {
        thread.start();
    }

    private void run() {
        SplittableRandom random = new SplittableRandom(1);
        long begin = System.nanoTime();
        long sent = 0;
        while (open) {
            long due = (System.nanoTime() - begin) / 1_000 * rate / 1_000_000;
            for (; sent < due; sent++) {
                byte[] key = bytes("key-" + random.nextInt(keys));
                byte[] value = bytes("{\"item\":" + random.nextInt(ids) + "}");
                producer.send(new ProducerRecord<>(topic, null, System.currentTimeMillis(), key, value));
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        open = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
