package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.state.CorruptStateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Puts the events of a partition in the order of their times. An event is held until the stream time, which is the latest time
 * of an event of the partition, is a bound past its own time; then it is let go, behind all events of earlier times, and of the
 * same time, that came within the bound. The bound is included: where it is 1,000, an event that comes 1,000 ms after the
 * newest one's time is put in its place, one that comes 1,001 ms after it is late.
 *
 * <p>All follows from the horizon, which is the stream time minus the bound: what is held lies behind it, what lies before it
 * or on it was let go. Every event has a <em>turn</em>: its own time, or the horizon at its arrival if that is later, which
 * makes it late. Events are let go in the order of their turns, and in that of their arrival where the turn is the same. The
 * turn is also the stream time that an event sees when it is let go: turns never go back, so that sequences end for want of
 * events exactly where they would in a stream that was in order from the start. Order and turns are a function of the events
 * of the partition in their order of arrival and of the bound. Deployments are looked up by an event's own time, as always.
 *
 * <p>A jump of the stream time may make many events due at once. So that no single one has to wait for them all, and no
 * transaction of Kafka's runs out of time, only some are let go with each event that arrives; what arrives meanwhile takes its
 * place behind them. That does not change the order.
 *
 * <p>Where nothing arrives, the clock may move the horizon on. An event that comes too late for that is late as any other; a
 * replay, in which it comes in time, may therefore put it elsewhere. How far the clock has let events go is kept with them.
 *
 * <p>The layout of what is kept is in {@code schemas/state.md}. Used by one thread.
 */
final class ReorderBuffer {
    /** At some 20 microseconds each, so many delay an event no more than a commit does. */
    private static final int RELEASED_PER_EVENT = 512;

    /** Numbers of arrivals are taken out of the store so many at a time, so that not every event writes there. */
    private static final long NUMBERS_AT_ONCE = 1 << 20;

    private static final byte[] MARKS = {'S'};
    private static final byte MAGIC = (byte) 0xEA;
    private static final byte VERSION = 1;
    private static final int MARKS_BYTES = 2 + 2 * Long.BYTES + Integer.BYTES;
    private static final float[] NOTHING = {};

    private final long bound;
    private final boolean takesLate;
    private final PendingAccess store;
    private final Agenda agenda;
    private final EventBytes bytes = new EventBytes();
    private final InferenceMonitor monitor;
    private final Turn turn;
    private boolean opened;
    private long letGo = Long.MIN_VALUE; // turn of the last event that was let go out of the store
    private long letGoByClock = Long.MIN_VALUE; // the latest turn of an event that the clock let go
    private long number; // of the next arrival
    private long reserved; // numbers below it may be given

    /** Takes events whose turn it is. */
    @FunctionalInterface
    interface Turn {
        /**
         * It is an event's turn.
         *
         * @param event the event
         * @param time  its turn: the stream time it sees
         */
        void take(Event event, long time);
    }

    /**
     * A buffer of one partition.
     *
     * @param rules how late events may come, and what becomes of those that come later
     * @param turn  receives the events, in order
     */
    ReorderBuffer(SequenceRules rules, PendingAccess store, InferenceMonitor monitor, Turn turn) {
        this.bound = rules.reorderMillis();
        this.takesLate = rules.takesLate();
        this.store = store;
        this.agenda = new Agenda(store, 'R');
        this.monitor = monitor;
        this.turn = turn;
    }

    /**
     * An event arrives.
     *
     * @param event      the event
     * @param streamTime the latest time of an event of its partition, itself included
     * @throws BadEventException if it can neither be held nor be let go
     */
    void arrive(Event event, long streamTime) {
        open();
        long horizon = Math.max(streamTime - bound, letGoByClock);
        release(horizon, RELEASED_PER_EVENT);
        event.requireKey();
        byte[] held = bytes.write(event, NOTHING, Agenda.keySize(Long.BYTES + event.key().length), "its turn");
        if (event.time() < horizon) {
            monitor.onLate();
            requireTaken(event, horizon);
        } else if (event.time() < streamTime) {
            monitor.onReordered();
        }
        long time = Math.max(event.time(), horizon);
        if (time == horizon && agenda.firstDue(horizon) == null) {
            turn.take(event, time);
        } else {
            agenda.put(agenda.entry(time, rest(event.key())), held);
        }
    }

    private void requireTaken(Event event, long horizon) {
        if (!takesLate) {
            throw new BadEventException(
                    Reason.LATE,
                    "the event is " + (horizon - event.time()) + " ms too late: events up to " + horizon
                            + " were let go before it came; a larger eddy.reorder.ms waits longer, and with"
                            + " eddy.late.policy=step late events are taken as they come");
        }
    }

    /**
     * Lets events go for which no event of their partition would come soon.
     *
     * @param streamTime what the stream time is taken to have reached
     * @param limit      so many at most
     * @return how many were let go
     */
    int releaseByClock(long streamTime, int limit) {
        open();
        int released = release(streamTime - bound, limit);
        if (released > 0 && letGo > letGoByClock) {
            letGoByClock = letGo;
            writeMarks();
        }
        return released;
    }

    /** Lets everything go. */
    void releaseAll() {
        open();
        release(Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * The stream time that what ends for want of events sees, where no event brings it.
     *
     * @param streamTime of the partition
     * @return {@link Long#MIN_VALUE} while events wait that are to be let go before
     */
    long horizon(long streamTime) {
        long horizon = streamTime - bound;
        return agenda.firstDue(horizon) == null ? horizon : Long.MIN_VALUE;
    }

    private int release(long horizon, int limit) {
        int released = 0;
        for (byte[] entry = agenda.firstDue(horizon); entry != null && released < limit; released++) {
            byte[] rest = Agenda.rest(entry);
            byte[] key = Arrays.copyOfRange(rest, Long.BYTES, rest.length);
            Event event = bytes.read(key, store.get(entry));
            agenda.remove(entry);
            letGo = Agenda.time(entry);
            turn.take(event, letGo);
            entry = agenda.firstDue(horizon);
        }
        return released;
    }

    /** The number of an arrival, and the key. */
    private byte[] rest(byte[] key) {
        if (number == reserved) {
            reserved += NUMBERS_AT_ONCE;
            writeMarks();
        }
        return ByteBuffer.allocate(Long.BYTES + key.length)
                .putLong(number++)
                .put(key)
                .array();
    }

    private void open() {
        if (opened) {
            return;
        }
        opened = true;
        byte[] marks = store.get(MARKS);
        if (marks == null) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(marks).order(ByteOrder.LITTLE_ENDIAN);
        if (marks.length != MARKS_BYTES
                || marks[0] != MAGIC
                || marks[1] != VERSION
                || buffer.getInt(MARKS_BYTES - Integer.BYTES) != checksumOf(marks)) {
            throw new CorruptStateException("these " + marks.length + " bytes are not the marks of held events");
        }
        reserved = buffer.getLong(2);
        number = reserved;
        letGoByClock = buffer.getLong(2 + Long.BYTES);
    }

    private void writeMarks() {
        ByteBuffer buffer = ByteBuffer.allocate(MARKS_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC).put(VERSION).putLong(reserved).putLong(letGoByClock);
        buffer.putInt(checksumOf(buffer.array()));
        store.put(MARKS, buffer.array());
    }

    private static int checksumOf(byte[] marks) {
        CRC32C checksum = new CRC32C();
        checksum.update(marks, 0, marks.length - Integer.BYTES);
        return (int) checksum.getValue();
    }
}
