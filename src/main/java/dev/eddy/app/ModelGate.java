package dev.eddy.app;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.stream.ControlStore;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a stream back until a model is deployed: its events wait in their topic, the instance keeps its partitions. Usable
 * around any topology with Eddy in it: create it before {@code streams.start()}.
 */
public final class ModelGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelGate.class);
    private static final long PERIOD_MS = 100;

    private final KafkaStreams streams;
    private final Catalogue catalogue;
    private volatile boolean open;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "eddy-model-gate");
        thread.setDaemon(true);
        return thread;
    });

    /** Pauses a stream that has not been started. */
    public ModelGate(KafkaStreams streams, Catalogue catalogue) {
        this.streams = streams;
        this.catalogue = catalogue;
        streams.pause();
        executor.scheduleWithFixedDelay(this::check, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether events pass. */
    public boolean isOpen() {
        return open;
    }

    private void check() {
        try {
            if (!streams.state().isRunningOrRebalancing()) {
                return;
            }
            // Restored records need not have gone through the global processor.
            ControlStore.sync(
                    streams.store(StoreQueryParameters.fromNameAndType(
                            ControlStore.NAME, QueryableStoreTypes.keyValueStore())),
                    catalogue);
            if (catalogue.canScore()) {
                LOG.info("a model is deployed: events pass");
                open = true;
                streams.resume();
                executor.shutdown();
            }
        } catch (RuntimeException e) {
            LOG.debug("control store not readable yet: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
