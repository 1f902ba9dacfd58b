package dev.eddy.stream;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * The memory that all RocksDB stores of an application share in this process: memtables, and one block cache that they are
 * charged to. It is made for the first store and freed with the last; native memory is outside the heap, and nobody else
 * frees it.
 */
final class RocksMemory {
    private static final Map<String, RocksMemory> SHARED = new HashMap<>();

    private final LRUCache cache;
    private final WriteBufferManager memtables;
    private final Set<Options> users = Collections.newSetFromMap(new IdentityHashMap<>());

    private RocksMemory(long bytes) {
        cache = new LRUCache(bytes);
        // Files are mapped, so blocks hardly need the cache. The last quarter is for memtables on their way to disk:
        // they are not held up.
        memtables = new WriteBufferManager(bytes / 4 * 3, cache);
    }

    /**
     * The application's memory, for one more store.
     *
     * @param application the application id
     * @param options     the store's own; {@link #release} gets the same object
     * @param bytes       size of it all, which the first store decides
     */
    static RocksMemory acquire(String application, Options options, long bytes) {
        synchronized (SHARED) {
            RocksMemory memory = SHARED.computeIfAbsent(application, any -> new RocksMemory(bytes));
            memory.users.add(options);
            return memory;
        }
    }

    /** Tells that a store is about to be closed. RocksDB itself keeps what it still uses. */
    static void release(String application, Options options) {
        synchronized (SHARED) {
            RocksMemory memory = SHARED.get(application);
            if (memory == null) {
                return;
            }
            memory.users.remove(options);
            // A store that could not be opened is not released, but its options are closed.
            memory.users.removeIf(user -> !user.isOwningHandle());
            if (memory.users.isEmpty()) {
                SHARED.remove(application);
                memory.memtables.close();
                memory.cache.close();
            }
        }
    }

    /** Whether an application has stores open in this process. */
    static boolean isInUse(String application) {
        synchronized (SHARED) {
            return SHARED.containsKey(application);
        }
    }

    Cache cache() {
        return cache;
    }

    WriteBufferManager memtables() {
        return memtables;
    }
}
