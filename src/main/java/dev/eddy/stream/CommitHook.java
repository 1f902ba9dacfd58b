package dev.eddy.stream;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.WrappedStateStore;

/**
 * A store that runs something before each commit of its task: the only place that knows how Kafka Streams is made inside.
 *
 * <p>Before a task commits, Kafka Streams asks each of its stores to flush its cache, so that records which wait there are
 * written and forwarded as part of the transaction that is about to be committed; only then does it flush its producer and
 * commit the offsets. What is run here stands before that flush of the store it wraps, so it may write to this store and to
 * any store without a cache of Kafka's, and may forward records: all of it is in the same transaction as the offsets of
 * the events it belongs to. If it fails, the commit fails. It runs whenever events were processed or a punctuation ran since
 * the last commit, also before a task is handed over or closed; it does not run for what is thrown away after a
 * failure. A public store is told too late, when the offsets are decided already. {@code CommitHookTest} fails
 * should another release of Kafka Streams do otherwise.
 */
final class CommitHook extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, Bytes, byte[]>
        implements KeyValueStore<Bytes, byte[]> {
    private Runnable before = () -> {};

    private CommitHook(KeyValueStore<Bytes, byte[]> store) {
        super(store);
    }

    /** The same store, with a hook. */
    static StoreBuilder<KeyValueStore<Bytes, byte[]>> on(StoreBuilder<KeyValueStore<Bytes, byte[]>> store) {
        return new Builder(store);
    }

    /**
     * Runs something before every commit from now on.
     *
     * @param store  the store with the hook, as the context gives it
     * @param action if it forwards anything, from {@link #forwarding}
     */
    static void before(StateStore store, Runnable action) {
        of(store).before = action;
    }

    /**
     * What may forward outside the processing of an event.
     *
     * @param context of the processor that forwards what it forwards; called while the processor starts
     */
    static Runnable forwarding(ProcessorContext<?, ?> context, Runnable action) {
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        ProcessorNode<?, ?, ?, ?> node = internal.currentNode();
        return () -> {
            ProcessorNode<?, ?, ?, ?> current = internal.currentNode();
            internal.setCurrentNode(node);
            try {
                action.run();
            } finally {
                internal.setCurrentNode(current);
            }
        };
    }

    /** Runs nothing any more. */
    static void forget(StateStore store) {
        of(store).before = () -> {};
    }

    private static CommitHook of(StateStore store) {
        StateStore inner = store;
        while (!(inner instanceof CommitHook)) {
            if (!(inner instanceof WrappedStateStore<?, ?, ?> wrapper)) {
                throw new IllegalStateException("the store " + store.name() + " was built without a hook for commits;"
                        + " let the processor bring its own stores");
            }
            inner = wrapper.wrapped();
        }
        return (CommitHook) inner;
    }

    @Override
    public void flushCache() {
        before.run();
        super.flushCache();
    }

    @Override
    public byte[] get(Bytes key) {
        return wrapped().get(key);
    }

    @Override
    public void put(Bytes key, byte[] value) {
        wrapped().put(key, value);
    }

    @Override
    public byte[] putIfAbsent(Bytes key, byte[] value) {
        return wrapped().putIfAbsent(key, value);
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        wrapped().putAll(entries);
    }

    @Override
    public byte[] delete(Bytes key) {
        return wrapped().delete(key);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
        return wrapped().range(from, to);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(Bytes from, Bytes to) {
        return wrapped().reverseRange(from, to);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return wrapped().all();
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        return wrapped().reverseAll();
    }

    @Override
    public long approximateNumEntries() {
        return wrapped().approximateNumEntries();
    }

    private record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> store)
            implements StoreBuilder<KeyValueStore<Bytes, byte[]>> {
        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withCachingEnabled() {
            return new Builder(store.withCachingEnabled());
        }

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withCachingDisabled() {
            return new Builder(store.withCachingDisabled());
        }

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withLoggingEnabled(Map<String, String> config) {
            return new Builder(store.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withLoggingDisabled() {
            return new Builder(store.withLoggingDisabled());
        }

        @Override
        public KeyValueStore<Bytes, byte[]> build() {
            return new CommitHook(store.build());
        }

        @Override
        public Map<String, String> logConfig() {
            return store.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return store.loggingEnabled();
        }

        @Override
        public String name() {
            return store.name();
        }
    }
}
