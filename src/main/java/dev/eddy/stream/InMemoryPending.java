package dev.eddy.stream;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What is still to come, in a map: for files and for replays, where nothing needs to survive. */
public final class InMemoryPending implements PendingAccess {
    private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    @Override
    public byte[] get(byte[] key) {
        return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entries.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
        entries.remove(key);
    }

    @Override
    public void scan(byte[] from, Predicate<byte[]> more) {
        Iterator<byte[]> keys = entries.tailMap(from, true).keySet().iterator();
        boolean wanted = true;
        while (wanted && keys.hasNext()) {
            wanted = more.test(keys.next());
        }
    }
}
