package dev.eddy.telemetry;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.ModelId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one instance. All methods may be called by any thread; those for single events allocate nothing, since every
 * meter is looked up once, here.
 */
public final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

    private static final double[] LAG_BOUNDS = {
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 600_000
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<AutoCloseable> bound = new CopyOnWriteArrayList<>();
    private final Counter events;
    private final Counter predictions;
    private final Map<Reason, Counter> rejected = new EnumMap<>(Reason.class);
    private final Map<Ending, Counter> ended = new EnumMap<>(Ending.class);
    private final Map<Load, Counter> loads = new EnumMap<>(Load.class);
    private final Counter reordered;
    private final Counter late;
    private final Counter duplicates;
    private final Timer step;
    private final DistributionSummary lag;
    private final Map<ModelId, Meter.Id> active = new ConcurrentHashMap<>();
    private final MultiGauge memory;
    private final MultiGauge sequences;
    private final AtomicInteger loaded = new AtomicInteger();
    private final Counter cacheHits;
    private final Counter cacheMisses;
    private final AtomicLong cacheBytes = new AtomicLong();
    private final DistributionSummary together;
    private final Measurements measurements = new Measurements(registry);
    private final Map<LabelFate, Counter> labels = new EnumMap<>(LabelFate.class);
    private final Map<Promotion, Counter> promotions = new EnumMap<>(Promotion.class);

    /** How loading a model ended. */
    public enum Load {
        ACCEPTED,
        REJECTED
    }

    /** What a rule made of a challenger. */
    public enum Promotion {
        /** It became champion. */
        PROMOTED,
        /** It was dropped. */
        DROPPED,
        /** Nothing: somebody else changed the deployments first, or the decision could not be written. */
        FAILED
    }

    /** Meters of zero. */
    public Telemetry() {
        registry.config().meterFilter(new StoreTag());
        events = counter("eddy.events", "Input events taken in.", Tags.empty());
        predictions = counter("eddy.predictions", "Predictions given out.", Tags.empty());
        reordered = counter("eddy.reordered", "Events that came late and were put in their place.", Tags.empty());
        late = counter("eddy.late", "Events that came too late to be put in their place.", Tags.empty());
        duplicates = counter("eddy.duplicates", "Events that were dropped as duplicates.", Tags.empty());
        for (Reason reason : Reason.values()) {
            rejected.put(
                    reason,
                    counter(
                            "eddy.rejected",
                            "Events sent to the dead-letter topic.",
                            Tags.of("reason", reason.name())));
        }
        for (Ending cause : Ending.values()) {
            ended.put(
                    cause,
                    counter("eddy.sequences.ended", "Sequences that ended.", Tags.of("cause", cause.lowerCase())));
        }
        for (Load load : Load.values()) {
            loads.put(
                    load, counter("eddy.model.loads", "Models loaded, by result.", Tags.of("result", lowerCase(load))));
        }
        for (LabelFate fate : LabelFate.values()) {
            labels.put(
                    fate,
                    counter(
                            "eddy.labels",
                            "Labels that came, by what became of them.",
                            Tags.of("fate", lowerCase(fate))));
        }
        for (Promotion result : Promotion.values()) {
            promotions.put(
                    result,
                    counter(
                            "eddy.promotions",
                            "Decisions of this instance about challengers, by result.",
                            Tags.of("result", lowerCase(result))));
        }
        step = timer(
                "eddy.step",
                "Time of one step of a network, measured now and then; of events stepped together, each one's share.",
                Duration.ofNanos(100),
                Duration.ofMillis(100));
        cacheHits = cacheLookups("hit");
        cacheMisses = cacheLookups("miss");
        Gauge.builder("eddy.state.cache", cacheBytes, AtomicLong::doubleValue)
                .description("Memory taken by the states of recently used keys.")
                .baseUnit("bytes")
                .register(registry);
        together = DistributionSummary.builder("eddy.batch.events")
                .description("Events of different keys that were stepped together.")
                .register(registry);
        // Not a timer: those add up nanoseconds, which events replayed from years ago overflow. And not in seconds:
        // the buckets of a summary round up to whole numbers.
        lag = DistributionSummary.builder("eddy.lag")
                .description("Time between an event's timestamp and its prediction.")
                .baseUnit("milliseconds")
                .serviceLevelObjectives(LAG_BOUNDS)
                .register(registry);
        memory = MultiGauge.builder("eddy.model.memory")
                .description("What each loaded model version takes in memory.")
                .baseUnit("bytes")
                .register(registry);
        sequences = MultiGauge.builder("eddy.sequences")
                .description("Live sequences, by the model version that answers them.")
                .register(registry);
        Gauge.builder("eddy.models.loaded", loaded, AtomicInteger::doubleValue)
                .description("Model versions in memory.")
                .register(registry);
        bind(new JvmMemoryMetrics());
        bind(new JvmThreadMetrics());
        bind(new ProcessorMetrics());
        bind(new JvmGcMetrics());
    }

    private Counter cacheLookups(String result) {
        return counter(
                "eddy.state.lookups",
                "Keys looked for among recently used ones, by result.",
                Tags.of("result", result));
    }

    private Counter counter(String name, String description, Tags tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private Timer timer(String name, String description, Duration shortest, Duration longest) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(decades(shortest, longest))
                .register(registry);
    }

    /** Bounds 1, 2.5, 5, 10 … apart: fine enough for a median, few enough for a scrape. */
    private static Duration[] decades(Duration shortest, Duration longest) {
        return LongStream.iterate(shortest.toNanos(), bound -> bound * 10)
                .takeWhile(bound -> bound <= longest.toNanos())
                .flatMap(bound -> LongStream.of(bound, bound * 5 / 2, bound * 5))
                .mapToObj(Duration::ofNanos)
                .toArray(Duration[]::new);
    }

    public void countEvents(int count) {
        events.increment(count);
    }

    public void countPrediction() {
        predictions.increment();
    }

    public void countRejected(Reason reason) {
        rejected.get(reason).increment();
    }

    public void countReordered() {
        reordered.increment();
    }

    public void countLate() {
        late.increment();
    }

    public void countDuplicate() {
        duplicates.increment();
    }

    public void countEnd(Ending cause) {
        ended.get(cause).increment();
    }

    public void countLoad(Load result) {
        loads.get(result).increment();
    }

    public void countLabel(LabelFate fate) {
        labels.get(fate).increment();
    }

    public void countPromotion(Promotion result) {
        promotions.get(result).increment();
    }

    /** How well models do. */
    public Measurements measurements() {
        return measurements;
    }

    /** A step of the network was timed, which took so long for all events that were stepped together. */
    public void recordStep(int count, long nanos) {
        together.record(count);
        step.record(nanos / count, TimeUnit.NANOSECONDS);
    }

    /**
     * What a cache of states did since it said so last.
     *
     * @param byteChange by how much more memory it takes
     */
    public void countCache(long hits, long misses, long byteChange) {
        cacheHits.increment((double) hits);
        cacheMisses.increment((double) misses);
        cacheBytes.addAndGet(byteChange);
    }

    /** A prediction came so long after its event's timestamp; times in the future count as none. */
    public void recordLag(long millis) {
        lag.record((double) Math.max(millis, 0));
    }

    /** From now on the instance scores with this model. */
    public void activate(ModelId model) {
        active.computeIfAbsent(
                model,
                id -> Gauge.builder("eddy.model.active", () -> 1)
                        .description("1 for each model version that scores here.")
                        .tags(tags(id))
                        .register(registry)
                        .getId());
    }

    /** The instance no longer scores with this model; its gauge disappears. */
    public void deactivate(ModelId model) {
        Meter.Id gauge = active.remove(model);
        if (gauge != null) {
            registry.remove(gauge);
        }
    }

    /** The models that are in memory from now on, and the bytes each of them takes. */
    public void showLoaded(Map<ModelId, Long> models) {
        loaded.set(models.size());
        memory.register(
                models.entrySet().stream()
                        .map(model -> MultiGauge.Row.of(tags(model.getKey()), model.getValue()))
                        .toList(),
                true);
    }

    /** How many sequences each model answers now. */
    public void showSequences(Map<ModelId, Long> models) {
        synchronized (sequences) {
            sequences.register(
                    models.entrySet().stream()
                            .map(model -> MultiGauge.Row.of(tags(model.getKey()), model.getValue()))
                            .toList(),
                    true);
        }
    }

    static Tags tags(ModelId id) {
        return Tags.of(
                "name",
                id.name(),
                "version",
                id.version(),
                "fingerprint",
                id.fingerprint().toString());
    }

    /** Adds meters of others, such as micrometer's {@code KafkaStreamsMetrics}; a closeable binder is closed with these. */
    public void bind(MeterBinder binder) {
        binder.bindTo(registry);
        if (binder instanceof AutoCloseable closeable) {
            bound.add(closeable);
        }
    }

    /** All meters in Prometheus' text format. */
    public String scrape() {
        measurements.refreshGauges();
        return registry.scrape();
    }

    @Override
    public void close() {
        for (AutoCloseable binder : bound) {
            try {
                binder.close();
            } catch (Exception e) {
                LOG.warn("meters of {} do not close", binder.getClass().getSimpleName(), e);
            }
        }
        registry.close();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
