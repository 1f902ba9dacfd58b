package dev.eddy.bench;

import dev.eddy.app.topics.TopicRole;
import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Events as fast as they are processed, for as long as one likes, made while they are processed; topics keep only the newest.
 * Says what the instance's process takes, and whether that grows. {@code mvn -q test-compile exec:exec@soak}
 */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Runs at full speed and watches the memory of the process.")
public final class Soak implements Callable<Integer> {
    private static final long INTERVAL_MS = 10_000;
    private static final long RETENTION = 256L << 20;
    private static final long SEGMENT = 64L << 20;

    @Mixin
    private BenchOptions options;

    @Option(names = "--minutes", defaultValue = "30", description = "How long.")
    private double minutes;

    @Option(names = "--keys", defaultValue = "10000", description = "Sequences.")
    private int keys;

    @Option(names = "--threads", defaultValue = "1", description = "Stream threads.")
    private int threads;

    @Option(
            names = "--ahead",
            defaultValue = "200000",
            description = "Events that may wait: the producer pauses where there are more.")
    private long ahead;

    private final PrintStream out = System.out;
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean over;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Soak())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Variant eddy = options.eddies.get(0);
        Contender contender = new EddyContender(eddy.name(), options.model(), eddy.settings());
        try (Stage stage = new Stage(options)) {
            Map<String, Object> settings = new HashMap<>(contender.settings());
            settings.putIfAbsent("num.stream.threads", threads);
            EddyConfig config = stage.config("soak", "soak.events", settings);
            stage.create(config);
            for (TopicRole role : Set.of(TopicRole.INPUT, TopicRole.OUTPUT)) {
                keepOnlyTheNewest(stage, role.topic(config));
            }
            contender.prepare(config);
            try (Contender.Running running = contender.start(config)) {
                watch(stage, config, running);
            }
        }
        return 0;
    }

    private static void keepOnlyTheNewest(Stage stage, String topic) throws InterruptedException {
        List<AlterConfigOp> changes = Map.of(
                        TopicConfig.RETENTION_BYTES_CONFIG, RETENTION, TopicConfig.SEGMENT_BYTES_CONFIG, SEGMENT)
                .entrySet()
                .stream()
                .map(change -> new AlterConfigOp(
                        new ConfigEntry(change.getKey(), Long.toString(change.getValue())), AlterConfigOp.OpType.SET))
                .toList();
        try {
            stage.admin()
                    .incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the retention of " + topic + " cannot be set", e.getCause());
        }
    }

    private void watch(Stage stage, EddyConfig config, Contender.Running running)
            throws InterruptedException, IOException {
        Thread load = new Thread(() -> load(stage, config), "load");
        load.start();
        MemoryUse.header(out);
        List<MemoryUse> uses = new ArrayList<>();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < minutes * 60e9) {
            Thread.sleep(INTERVAL_MS);
            if (!running.isAlive() || !load.isAlive()) {
                throw new IllegalStateException(
                        "the stream stopped after " + committed.get() + " events; look at what it logged");
            }
            MemoryUse use = MemoryUse.now((System.nanoTime() - begin) / 1e9, committed.get());
            use.print(out);
            uses.add(use);
        }
        over = true;
        load.join();
        MemoryUse.judge(out, uses);
    }

    /** Keeps {@link #ahead} events waiting, and learns meanwhile how many have been committed. */
    private void load(Stage stage, EddyConfig config) {
        String topic = config.getString(EddyConfig.INPUT_TOPIC);
        BenchEvents events = options.events(keys);
        long sent = 0;
        try (KafkaProducer<byte[], byte[]> producer = BenchEvents.producer(stage.broker())) {
            while (!over) {
                long done = Run.committed(stage.admin(), config.applicationId());
                committed.set(done);
                for (; sent < done + ahead; sent++) {
                    producer.send(new ProducerRecord<>(topic, events.nextKey(), events.nextValue()));
                }
                LockSupport.parkNanos(10_000_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
