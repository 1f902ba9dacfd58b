package dev.eddy.stream;

import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.PredictionEncoder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One step of a network for every record. Gives the outcomes of records as they come about, each with the key, timestamp and
 * headers of the record it is of.
 *
 * <p>Where sequences end for want of events, they do so by stream time, which Kafka Streams commits and restores: the same
 * events give the same answers, however often they are read. Only where a partition falls quiet does the clock help: the stream
 * time is then taken to go on as the clock does since the task saw its last event, or since its start. Should an event come
 * later whose time is not as late as that, a replay may find its sequence still open.
 */
final class InferenceProcessor implements Processor<byte[], byte[], byte[], Outcome> {
    private static final long SHORTEST_LOOK = 10;
    private static final long LONGEST_LOOK = 1_000;
    private static final int EXPIRED_AT_ONCE = 256;

    /** So much of the thread's time is spent at once on sequences that are over. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Supplier<EventDecoder> decoder;
    private final Supplier<PredictionEncoder> encoder;
    private final ModelSource models;
    private final long idleMillis;
    private final InferenceMonitor monitor;

    private ProcessorContext<byte[], Outcome> context;
    private Inference inference;
    private KeyMark mark;
    private long lastEvent; // by the clock

    /** Where a processor finds its models. */
    interface ModelSource {
        /** Called when a task starts, before its first record; everything deployed must be loaded when it returns. */
        void init(ProcessorContext<?, ?> context);

        /** Which of them count for which events; a new one for every task. */
        Selection selection();

        /** Whether events name their models, so that keys of sequences do. */
        default boolean isNamed() {
            return false;
        }
    }

    InferenceProcessor(
            Supplier<EventDecoder> decoder,
            Supplier<PredictionEncoder> encoder,
            ModelSource models,
            long idleMillis,
            InferenceMonitor monitor) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.models = models;
        this.idleMillis = idleMillis;
        this.monitor = monitor;
    }

    @Override
    public void init(ProcessorContext<byte[], Outcome> processorContext) {
        context = processorContext;
        models.init(processorContext);
        KeyValueStore<Bytes, byte[]> states = processorContext.getStateStore(Eddy.STATE_STORE);
        KeyValueStore<Bytes, byte[]> pending = processorContext.getStateStore(Eddy.PENDING_STORE);
        SequenceStores stores = new SequenceStores(new StoreAccess(states), new StorePending(pending));
        mark = KeyMark.check(stores, models.isNamed(), () -> isUsed(states) || isUsed(pending));
        inference = new Inference(
                decoder.get(), encoder.get(), models.selection(), stores, idleMillis, monitor, this::forward);
        if (idleMillis > 0) {
            lastEvent = context.currentSystemTimeMs();
            Duration look = Duration.ofMillis(Math.min(LONGEST_LOOK, Math.max(SHORTEST_LOOK, idleMillis / 2)));
            context.schedule(look, PunctuationType.WALL_CLOCK_TIME, this::lookWhileQuiet);
        }
    }

    private static boolean isUsed(KeyValueStore<Bytes, byte[]> store) {
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            return entries.hasNext();
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        mark.set();
        Event.Origin origin = context.recordMetadata()
                .map(from -> new Event.Origin(from.topic(), from.partition(), from.offset()))
                .orElse(Event.Origin.UNKNOWN);
        if (idleMillis > 0) {
            lastEvent = context.currentSystemTimeMs();
        }
        inference.infer(
                new Event(record.key(), record.timestamp(), record.headers(), record.value(), origin),
                context.currentStreamTimeMs());
    }

    private void lookWhileQuiet(long now) {
        long streamTime = context.currentStreamTimeMs();
        if (streamTime < 0) {
            return; // no event was ever seen
        }
        long until = streamTime + Math.max(0, now - lastEvent);
        long end = System.nanoTime() + LOOK_NANOS;
        int expired;
        do {
            expired = inference.expire(until, EXPIRED_AT_ONCE);
        } while (expired == EXPIRED_AT_ONCE && System.nanoTime() < end);
    }

    private void forward(Event event, Outcome outcome) {
        Outcome forwarded = outcome;
        if (outcome instanceof Outcome.Rejected rejected) {
            DeadLetterHeaders.write(event.headers(), rejected, event.origin());
            forwarded = new Outcome.Rejected(
                    rejected.reason(),
                    rejected.message(),
                    DeadLetterHeaders.fitting(event.headers(), event.key(), rejected.original()));
        }
        context.forward(new Record<>(event.key(), forwarded, event.time(), event.headers()));
    }

    @Override
    public void close() {
        if (inference != null) {
            inference.close();
        }
    }
}
