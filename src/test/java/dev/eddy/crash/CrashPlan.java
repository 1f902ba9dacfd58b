package dev.eddy.crash;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What happens in a crash test: the events, the models and when each comes into force. All of it follows from the seed.
 *
 * @param events number of events
 * @param keys   number of keys
 * @param kills  how often the instance is killed
 * @param seed   of everything random
 * @param waits  whether answers wait for later events and sequences end for want of events
 * @param mixed  so many events in a row arrive in a random order; 1 for the order of their times
 */
record CrashPlan(int events, int keys, int kills, long seed, boolean waits, int mixed) {
    private static final long START = 1_700_000_000_000L;

    /** Where sequences end by themselves: so many times nothing comes for hours. */
    private static final int PAUSES = 7;

    /** So long that the clock, which a quiet partition goes by, has no say between two pauses. */
    private static final long PAUSE = TimeUnit.HOURS.toMillis(10);

    /** Far more than anything stalls while instances are killed, so that only events let events go, and not the clock. */
    private static final long PATIENCE_MS = 600_000;

    /** The short form, or the long one by {@code -Deddy.crash.events=200000 -Deddy.crash.kills=20}. */
    static CrashPlan fromProperties(boolean waits, int mixed) {
        int events = Integer.getInteger("eddy.crash.events", 20_000);
        return new CrashPlan(
                events,
                Integer.getInteger("eddy.crash.keys", Math.max(200, events / 50)),
                Math.max(1, Integer.getInteger("eddy.crash.kills", 3)),
                Long.getLong("eddy.crash.seed", 42L),
                waits,
                mixed);
    }

    /** The setting {@code eddy.reorder.ms}. */
    long reorderMs() {
        return mixed == 1 ? 0 : mixed * spacing() + PATIENCE_MS;
    }

    private long spacing() {
        return mixed == 1 ? 1 : 1_000;
    }

    /** The event that arrives as this one; every row of some events is mixed in its own way. */
    Event arrival(int index) {
        int row = index / mixed * mixed;
        int length = Math.min(mixed, events - row);
        int[] order = IntStream.range(0, length).toArray();
        SplittableRandom random = new SplittableRandom(seed + row);
        for (int i = length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return event(row + order[index - row]);
    }

    /** An event so late in time that all others are let go. */
    Event flush() {
        return new Event(new byte[] {'f'}, time(events) + reorderMs(), new byte[] {'f'});
    }

    /** An event: what is sent. */
    record Event(byte[] key, long time, byte[] value) {}

    /** Every hundredth is garbage, every two hundredth ends its sequence. */
    Event event(int index) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
        byte[] key = ("key-" + random.nextInt(keys)).getBytes(StandardCharsets.UTF_8);
        byte[] value = ("{\"value\":" + random.nextInt(2000) / 100.0 + "}").getBytes(StandardCharsets.UTF_8);
        if (index % 100 == 17) {
            value = ("garbage " + index).getBytes(StandardCharsets.UTF_8);
        } else if (index % 200 == 3) {
            value = null;
        }
        return new Event(key, time(index), value);
    }

    private long time(int index) {
        return START + index * spacing() + (waits ? (long) index * (PAUSES + 1) / events * PAUSE : 0);
    }

    /** The time without events that ends a sequence; 0 for none. */
    long idleMillis() {
        return waits ? PAUSE / 2 : 0;
    }

    /** The model in force at the beginning, and the two that follow. */
    List<ModelFile> models() {
        if (waits) {
            return List.of(
                    waiting("1", CellKind.LSTM, 3, null),
                    waiting("2", CellKind.GRU, null, 6),
                    waiting("3", CellKind.LSTM, 2, null));
        }
        return List.of(
                TestModels.predictor("crash", "1", CellKind.LSTM, 16, seed),
                TestModels.predictor("crash", "2", CellKind.GRU, 24, seed + 1),
                TestModels.predictor("crash", "3", CellKind.LSTM, 20, seed + 2));
    }

    private ModelFile waiting(String version, CellKind cell, Integer lookAhead, Integer maxLength) {
        ModelFile model = WaitingModels.forward(cell, lookAhead, maxLength, ModelSpec.Emit.EVERY, seed);
        return new ModelFile(model.spec().named("crash", version), model.tensors());
    }

    /** Index of the event at which a later model comes into force. */
    int swapAt(int model) {
        return model * events / 3;
    }

    /** Event time from which a later model is in force. */
    long swapTime(int model) {
        return time(swapAt(model));
    }
}
