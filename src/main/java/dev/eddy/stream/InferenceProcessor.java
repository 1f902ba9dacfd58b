package dev.eddy.stream;

import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.PredictionEncoder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
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
 * <p>Where events are held until their turn, or sequences end for want of events, that goes by stream time, which Kafka Streams
 * commits and restores: the same events give the same answers, however often they are read. Only where a partition falls quiet does the clock help: the stream
 * time is then taken to go on as the clock does since the task saw its last event, or since its start. Should an event come
 * later whose time is not as late as that, a replay may find its sequence still open, or events held that it came too late for.
 */
final class InferenceProcessor implements Processor<byte[], byte[], byte[], Outcome> {
    private static final long SHORTEST_LOOK = 10;
    private static final long LONGEST_LOOK = 100;

    /** So much of the thread's time is spent at once on events that were held: they have waited long enough. */
    private static final long RELEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int RELEASED_AT_ONCE = 256;

    /** Such a part of the thread's time is spent on sequences that are over: they can wait, and the events behind cannot. */
    private static final int PART_FOR_ENDS = 50;

    private static final int ENDED_AT_ONCE = 16;

    /** After so many looks that found no event waiting, looking stops until one does. */
    private static final int MOST_QUIET_LOOKS = 20;

    private final Supplier<EventDecoder> decoder;
    private final Supplier<PredictionEncoder> encoder;
    private final ModelSource models;
    private final SequenceRules rules;
    private final Pace pace;
    private final CacheBudget budget;
    private final FlushGroup flushes;
    private final InferenceMonitor monitor;
    private final LabelSource labelSource; // null: no labels are expected

    private ProcessorContext<byte[], Outcome> context;
    private Inference inference;
    private Runnable flush;
    private KeyMark mark;
    private Labels labels; // null: none are expected
    private EventClock clock; // null: the stream time is that of the events
    private long lastEvent; // by the clock
    private long lookNanos;
    private Cancellable lingering; // null: no event waits for others
    private int quietLooks;

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
            SequenceRules rules,
            Pace pace,
            CacheBudget budget,
            FlushGroup flushes,
            InferenceMonitor monitor,
            LabelSource labelSource) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.models = models;
        this.rules = rules;
        this.pace = pace;
        this.budget = budget;
        this.flushes = flushes;
        this.monitor = monitor;
        this.labelSource = labelSource;
    }

    @Override
    public void init(ProcessorContext<byte[], Outcome> processorContext) {
        context = processorContext;
        models.init(processorContext);
        KeyValueStore<Bytes, byte[]> states = processorContext.getStateStore(Eddy.STATE_STORE);
        KeyValueStore<Bytes, byte[]> pending = processorContext.getStateStore(Eddy.PENDING_STORE);
        SequenceStores stores = new SequenceStores(new StoreAccess(states), new StorePending(pending));
        mark = KeyMark.check(stores, models.isNamed(), () -> isUsed(states) || isUsed(pending));
        Selection selection = models.selection();
        inference = new Inference(decoder.get(), encoder.get(), selection, stores, rules, pace, monitor, this::forward);
        budget.join();
        flush = CommitHook.forwarding(processorContext, inference::flush);
        flushes.join(flush);
        CommitHook.before(pending, flushes::flush);
        expectLabels(stores.pending(), selection);
        if (rules.needsClock()) {
            lastEvent = context.currentSystemTimeMs();
            Duration look = Duration.ofMillis(Math.min(LONGEST_LOOK, Math.max(SHORTEST_LOOK, rules.shortest() / 2)));
            lookNanos = look.toNanos();
            context.schedule(look, PunctuationType.WALL_CLOCK_TIME, this::lookWhileQuiet);
        }
    }

    private static boolean isUsed(KeyValueStore<Bytes, byte[]> store) {
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            return entries.hasNext();
        }
    }

    private void expectLabels(PendingAccess pending, Selection selection) {
        if (labelSource == null) {
            EventClock.forget(pending);
            return;
        }
        clock = new EventClock(pending, context.currentStreamTimeMs());
        labels = new Labels(labelSource, pending, selection, monitor);
        labels.advance(clock.now());
        inference.expecting(labels);
    }

    private long streamTime() {
        return clock == null ? context.currentStreamTimeMs() : clock.now();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        mark.set();
        Event.Origin origin = context.recordMetadata()
                .map(from -> new Event.Origin(from.topic(), from.partition(), from.offset()))
                .orElse(Event.Origin.UNKNOWN);
        Event event = new Event(record.key(), record.timestamp(), record.headers(), record.value(), origin);
        if (labels != null) {
            if (origin.topic().equals(labelSource.topic())) {
                labels.label(event);
                return;
            }
            clock.advance(event.time());
        }
        if (rules.needsClock()) {
            lastEvent = context.currentSystemTimeMs();
        }
        inference.infer(event, streamTime());
        if (lingering == null && inference.isGathering()) {
            // Only now: a task that is called by the clock has something to commit each time.
            quietLooks = 0;
            lingering = context.schedule(pace.linger(), PunctuationType.WALL_CLOCK_TIME, now -> stopWaiting());
        }
    }

    /** Events that were gathered have waited for others long enough. */
    private void stopWaiting() {
        quietLooks = inference.isGathering() ? 0 : quietLooks + 1;
        inference.stepGathered();
        if (quietLooks == MOST_QUIET_LOOKS) {
            lingering.cancel();
            lingering = null;
        }
    }

    private void lookWhileQuiet(long now) {
        long streamTime = streamTime();
        if (streamTime < 0) {
            return; // no event was ever seen
        }
        long until = streamTime + Math.max(0, now - lastEvent);
        if (!repeat(limit -> inference.release(until, limit), RELEASED_AT_ONCE, RELEASE_NANOS)) {
            return;
        }
        repeat(limit -> inference.expire(until, limit), ENDED_AT_ONCE, lookNanos / PART_FOR_ENDS);
    }

    /** Does some of what is due, again and again, until all is done or the time is over; says whether all is done. */
    private static boolean repeat(IntUnaryOperator some, int atOnce, long nanos) {
        long end = System.nanoTime() + nanos;
        while (some.applyAsInt(atOnce) == atOnce) {
            if (System.nanoTime() >= end) {
                return false;
            }
        }
        return true;
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
        if (labels != null) {
            labels.close();
        }
        if (inference != null) {
            flushes.leave(flush);
            CommitHook.forget(context.getStateStore(Eddy.PENDING_STORE));
            inference.close();
            inference = null;
            lingering = null;
            budget.leave();
        }
    }
}
