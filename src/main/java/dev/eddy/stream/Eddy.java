package dev.eddy.stream;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.config.EddyConfig;
import dev.eddy.network.LiveModel;
import dev.eddy.network.StatePrecision;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Formats;
import dev.eddy.wire.PredictionEncoder;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Recurrent networks for anybody's topology:
 *
 * <pre>{@code
 * Catalogue catalogue = new Catalogue("my-pipeline", 512 << 20);
 * Eddy eddy = Eddy.of(config, catalogue).addControlTo(builder);
 * KStream<byte[], Outcome> outcomes = events.process(eddy.inference(), Named.as("inference"));
 * }</pre>
 *
 * <p>or, with one model that never changes, {@code Eddy.of(config, model)}. The processor brings its own stores.
 */
public final class Eddy {
    /** Name of the store of sequence states; its changelog is {@code APPLICATION-eddy-states-changelog}. */
    public static final String STATE_STORE = "eddy-states";

    /**
     * Name of the store of what is still to come, events that wait for their answers and timers, and of how many sequences
     * each model answers; its changelog is {@code APPLICATION-eddy-pending-changelog}.
     */
    public static final String PENDING_STORE = "eddy-pending";

    /**
     * What a state takes in the cache of recently used ones beside the bytes of its key and its own: objects, their headers, and
     * the place in the map.
     */
    public static final int STATE_CACHE_ENTRY_BYTES = 140;

    private final EddyConfig config;
    private final Catalogue catalogue; // null with a fixed model
    private final InferenceProcessor.ModelSource models;
    private InferenceMonitor monitor = InferenceMonitor.NONE;

    private Eddy(EddyConfig config, Catalogue catalogue, InferenceProcessor.ModelSource models) {
        this.config = config;
        this.catalogue = catalogue;
        this.models = models;
    }

    /** Models from the control topic; {@link #addControlTo} must be called on the same builder. */
    public static Eddy of(EddyConfig config, Catalogue catalogue) {
        ModelSelector selector = ModelSelector.of(config);
        String otherwise = config.getString(EddyConfig.MODEL_SELECTOR_DEFAULT);
        return new Eddy(
                config,
                selector == null ? catalogue : catalogue.byName(),
                new ControlStore.Models(catalogue, selector, otherwise));
    }

    /**
     * One model for all events.
     *
     * @throws IllegalArgumentException if the settings say that events name their models
     */
    public static Eddy of(EddyConfig config, LiveModel model) {
        if (config.selectsModels()) {
            throw new IllegalArgumentException(
                    EddyConfig.MODEL_SELECTOR + " is set, but there is one model for all events;"
                            + " leave it out, or take the models from a catalogue");
        }
        LiveDeployments always =
                LiveDeployments.always(model.with(StatePrecision.of(config.getString(EddyConfig.STATE_PRECISION))));
        return new Eddy(config, null, new InferenceProcessor.ModelSource() {
            @Override
            public void init(ProcessorContext<?, ?> context) {}

            @Override
            public Selection selection() {
                return Selection.none(() -> always);
            }
        });
    }

    /** Tells a monitor what becomes of every event. */
    public Eddy monitoredBy(InferenceMonitor newMonitor) {
        monitor = Objects.requireNonNull(newMonitor);
        return this;
    }

    /** Adds the global store that carries models and deployments. */
    public Eddy addControlTo(StreamsBuilder builder) {
        ControlStore.addTo(builder, config.getString(EddyConfig.CONTROL_TOPIC), Objects.requireNonNull(catalogue));
        return this;
    }

    /**
     * The processor: events in, as bytes, and, where {@code eddy.topics.labels} is set, labels from that topic merged with
     * them; an {@link Outcome} for each event out.
     */
    public ProcessorSupplier<byte[], byte[], byte[], Outcome> inference() {
        Supplier<EventDecoder> decoder = Formats.events(config);
        Supplier<PredictionEncoder> encoder = Formats.predictions(config);
        SequenceRules rules = SequenceRules.of(config);
        LabelSource labels = LabelSource.of(config);
        CacheBudget budget = new CacheBudget(config.getLong(EddyConfig.STATE_CACHE));
        FlushGroup flushes = new FlushGroup();
        Pace pace = Pace.of(config, budget::share);
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], byte[], Outcome> get() {
                return new InferenceProcessor(decoder, encoder, models, rules, pace, budget, flushes, monitor, labels);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                // What is pending is scanned, and most of it deleted a few events later, so Kafka's cache suits it.
                // States
                // have a cache of their own, which is flushed into the store, and before the cache of what is pending.
                return Set.of(
                        store(STATE_STORE).withCachingDisabled(),
                        CommitHook.on(store(PENDING_STORE).withCachingEnabled()));
            }
        };
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray());
    }
}
