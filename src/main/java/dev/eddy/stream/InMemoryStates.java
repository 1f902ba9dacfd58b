package dev.eddy.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** States in a map: for files and for replays, where nothing needs to survive. */
public final class InMemoryStates implements StateAccess {
    private final Map<ByteBuffer, byte[]> states = new LinkedHashMap<>();

    @Override
    public byte[] get(byte[] key) {
        return states.get(ByteBuffer.wrap(key));
    }

    @Override
    public void put(byte[] key, byte[] state) {
        states.put(ByteBuffer.wrap(key), state);
    }

    @Override
    public void delete(byte[] key) {
        states.remove(ByteBuffer.wrap(key));
    }

    @Override
    public void forEach(Consumer<byte[]> state) {
        states.values().forEach(state);
    }

    /** All keys, in the order in which their sequences began. */
    public List<byte[]> keys() {
        List<byte[]> keys = new ArrayList<>();
        for (ByteBuffer key : states.keySet()) {
            byte[] bytes = new byte[key.remaining()];
            key.duplicate().get(bytes);
            keys.add(bytes);
        }
        return keys;
    }
}
