package dev.eddy.app.rollout;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.CatalogueListener;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.ModelVersion;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.SequenceCount;
import dev.eddy.schema.Sha256;
import dev.eddy.schema.Verdict;
import dev.eddy.telemetry.Measurements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the status topic what this instance runs and which models it accepts: at every change, and again and again, so that
 * silence means it is gone. A broker that is away delays reports but disturbs nothing else.
 */
public final class StatusReporter implements CatalogueListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final EddyConfig config;
    private final Catalogue catalogue;
    private final Supplier<String> state;
    private final Supplier<String> http;
    private final Measurements measurements;
    private final Supplier<List<SequenceCount>> sequences;
    private final KafkaProducer<String, byte[]> producer;
    private final long startedAt = System.currentTimeMillis();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "eddy-status");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * A reporter.
     *
     * @param state what to say of the stream's state
     * @param http  where the instance's HTTP is; gives null where it is off
     * @param measurements how well models do here
     * @param sequences how many sequences each model answers here
     */
    public StatusReporter(
            EddyConfig config,
            Catalogue catalogue,
            Supplier<String> state,
            Supplier<String> http,
            Measurements measurements,
            Supplier<List<SequenceCount>> sequences) {
        this.config = config;
        this.catalogue = catalogue;
        this.state = state;
        this.http = http;
        this.measurements = measurements;
        this.sequences = sequences;
        this.producer =
                new KafkaProducer<>(ClientSettings.producer(config), new StringSerializer(), new ByteArraySerializer());
        catalogue.addListener(this);
    }

    /** Begins to report. */
    public void start() {
        long interval = config.getLong(EddyConfig.STATUS_INTERVAL);
        executor.scheduleWithFixedDelay(this::report, 0, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onVersion(ModelVersion version) {
        reportSoon();
    }

    @Override
    public void onDeployment(Deployment deployment) {
        reportSoon();
    }

    @Override
    public void onChange() {
        reportSoon();
    }

    /** Reports from the reporter's own thread. */
    public void reportSoon() {
        try {
            executor.execute(this::report);
        } catch (RejectedExecutionException e) {
            LOG.debug("no report while closing");
        }
    }

    private void report() {
        try {
            send(encode(status()));
        } catch (RuntimeException e) {
            LOG.warn("status cannot be reported: {}", e.getMessage());
        }
    }

    private InstanceStatus status() {
        // First, so that what is said of the models is no older.
        long prepared = catalogue.preparedAt();
        List<ModelStatus> models = new ArrayList<>();
        for (ModelVersion version : catalogue.versions()) {
            models.add(new ModelStatus(
                    version.id().name(),
                    version.id().version(),
                    new Sha256(version.id().fingerprint().bytes()),
                    Verdict.valueOf(version.verdict().name()),
                    version.reason(),
                    version.isLoaded(),
                    version.memoryBytes(),
                    version.publishedAt(),
                    version.signedBy()));
        }
        return new InstanceStatus(
                config.pipeline(),
                config.instanceId(),
                state.get(),
                startedAt,
                System.currentTimeMillis(),
                config.getLong(EddyConfig.STATUS_INTERVAL),
                catalogue.newestGeneration(),
                prepared,
                models,
                http.get(),
                MeasuredModels.records(measurements.all()),
                sequences.get());
    }

    private static byte[] encode(InstanceStatus status) {
        try {
            ByteBuffer buffer = status.toByteBuffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
    }

    private void send(byte[] value) {
        String key = config.pipeline() + "/" + config.instanceId();
        producer.send(
                new ProducerRecord<>(config.getString(EddyConfig.STATUS_TOPIC), key, value), (metadata, failure) -> {
                    if (failure != null) {
                        LOG.warn("status was not reported: {}", failure.getMessage());
                    }
                });
    }

    /** Takes the instance off the status topic. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            // A report under way must not come after the end.
            if (!executor.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a status report hangs; the end of this instance may not be reported");
            }
            send(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the end of this instance was not reported: {}", e.getMessage());
        }
        producer.close(CLOSE_TIMEOUT);
    }
}
