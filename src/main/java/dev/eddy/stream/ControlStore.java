package dev.eddy.stream;

import dev.eddy.catalogue.Catalogue;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control topic as a global store: restored before the first event is processed, then kept up to date. It is in memory on
 * purpose: a RocksDB global store does not survive a SIGKILL under exactly-once.
 */
public final class ControlStore {
    /** Name of the global store. */
    public static final String NAME = "eddy-control";

    private static final Logger LOG = LoggerFactory.getLogger(ControlStore.class);
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(2);

    private ControlStore() {}

    /** Adds the store to a topology; its records go to the catalogue. */
    static void addTo(StreamsBuilder builder, String topic, Catalogue catalogue) {
        builder.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(NAME), Serdes.String(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                topic,
                Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("control"),
                () -> new Updates(catalogue));
    }

    /**
     * Takes everything the store holds into the catalogue, and waits until it is compiled.
     *
     * @param store the store, as a processor or an interactive query sees it
     * @throws StreamsException if that takes too long; going on without a deployed model would give other numbers
     */
    public static void sync(ReadOnlyKeyValueStore<String, byte[]> store, Catalogue catalogue) {
        try (KeyValueIterator<String, byte[]> records = store.all()) {
            while (records.hasNext()) {
                KeyValue<String, byte[]> record = records.next();
                catalogue.accept(record.key, record.value, store::get);
            }
        }
        try {
            if (!catalogue.awaitLoaded(LOAD_TIMEOUT)) {
                throw new StreamsException("models are still loading after " + LOAD_TIMEOUT.toSeconds()
                        + " s; is this machine overloaded, or short of memory for them?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamsException("interrupted while models were loading", e);
        }
    }

    /**
     * Models of a topology whose control topic is a global store.
     *
     * @param selector  finds the names that events ask for; null where they name no models
     * @param otherwise name of the model of events that ask for another; null for none
     */
    record Models(Catalogue catalogue, ModelSelector selector, String otherwise)
            implements InferenceProcessor.ModelSource {
        @Override
        public void init(ProcessorContext<?, ?> context) {
            // The store, not the calls of its processor: those are not promised for restored records.
            KeyValueStore<String, byte[]> store = context.getStateStore(NAME);
            sync(store, catalogue);
        }

        @Override
        public Selection selection() {
            return isNamed()
                    ? new NamedSelection(selector, otherwise, catalogue::named)
                    : Selection.none(catalogue::live);
        }

        @Override
        public boolean isNamed() {
            return selector != null;
        }
    }

    /** Keeps the store; an exception here would end the application, at every restart again. */
    private static final class Updates implements Processor<String, byte[], Void, Void> {
        private final Catalogue catalogue;
        private KeyValueStore<String, byte[]> store;

        Updates(Catalogue catalogue) {
            this.catalogue = catalogue;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            store = context.getStateStore(NAME);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            if (record.key() == null) {
                LOG.warn("control record without a key ignored");
                return;
            }
            store.put(record.key(), record.value());
            catalogue.accept(record.key(), record.value(), store::get);
        }
    }
}
