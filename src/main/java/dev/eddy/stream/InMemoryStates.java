package dev.eddy.stream;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** States in a map: for files and for replays, where nothing needs to survive. */
public final class InMemoryStates implements StateAccess {
    private final Map<ByteBuffer, byte[]> states = new HashMap<>();

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
}
