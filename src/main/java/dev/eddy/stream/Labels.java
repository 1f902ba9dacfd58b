package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.stream.LabelledEvent.Guess;
import dev.eddy.telemetry.LabelFate;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.Prediction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Matches what taggers say of events with the labels that come before or after, by key and event time. Both wait for one
 * another until the stream time is a period past the event's. Of several labels of an event the first counts, and of several
 * events of the same key and time the first. What waits is in the order of event times, so that what is over is found without
 * looking at the rest. Changes no answer. Used by one thread.
 */
final class Labels implements AutoCloseable {
    private static final byte PREFIX = 'L';
    private static final int KEY_AT = 1 + Long.BYTES;
    private static final int MAX_LABEL = 10_000;

    /** Looked at before an event: if a million are over at once, no event waits for all of them. */
    private static final int EXPIRED_PER_EVENT = 256;

    private final PendingAccess store;
    private final EventDecoder decoder;
    private final String[] field;
    private final long waitMillis;
    private final Selection selection; // every key is one sequence
    private final InferenceMonitor monitor;

    private long now = -1; // the stream time of the events; below zero: there was none
    private byte[] first = {PREFIX}; // nothing that waits is before it
    private long earliest = Long.MIN_VALUE; // event time of first

    Labels(LabelSource source, PendingAccess store, Selection selection, InferenceMonitor monitor) {
        this.store = store;
        this.decoder = source.decoder().get();
        this.field = Fields.path(source.field());
        this.waitMillis = source.waitMillis();
        this.selection = selection;
        this.monitor = monitor;
    }

    /** Forgets some of the events that are over by now. */
    void advance(long streamTime) {
        now = streamTime;
        if (now < 0 || !isOver(earliest)) {
            return;
        }
        List<byte[]> over = new ArrayList<>();
        byte[][] next = new byte[1][];
        store.scan(first, entry -> {
            if (entry[0] != PREFIX) {
                return false;
            } else if (over.size() == EXPIRED_PER_EVENT || !isOver(time(entry))) {
                next[0] = entry;
                return false;
            }
            return over.add(entry);
        });
        over.forEach(store::delete);
        beginAt(next[0]);
    }

    /** A label came. */
    void label(Event event) {
        monitor.onLabel(take(event));
    }

    private LabelFate take(Event event) {
        String label = event.key() == null || event.value() == null ? null : read(event);
        if (label == null) {
            return LabelFate.UNREADABLE;
        }
        if (now >= 0 && (isOver(event.time()) || event.time() - waitMillis > now)) {
            return LabelFate.OUT_OF_TIME;
        }
        byte[] key = entry(event);
        LabelledEvent known = known(key);
        if (known.label() != null) {
            return LabelFate.DUPLICATE;
        }
        LabelledEvent labelled = known.labelled(label);
        put(key, labelled);
        labelled.guesses().forEach(guess -> score(event.key(), guess, label));
        compare(event.key(), labelled);
        return LabelFate.TAKEN;
    }

    /** The label; null if the value holds none. */
    private String read(Event event) {
        try {
            Object value = decoder.decode(event.origin().topic(), event.headers(), event.value())
                    .get(field);
            boolean plain = value instanceof CharSequence
                    || value instanceof Boolean
                    || value instanceof Integer
                    || value instanceof Long;
            String text = plain ? value.toString() : null;
            return text == null || text.length() > MAX_LABEL ? null : text;
        } catch (BadEventException e) {
            return null;
        }
    }

    /**
     * A model said something of an event.
     *
     * @param challenger whether it is the challenger of its deployment; else it is the model that answers
     * @param compared   whether it is one of the two that the deployment compares
     */
    void predicted(Event event, Prediction prediction, int generation, boolean challenger, boolean compared) {
        if (prediction.probabilities() == null || isOver(event.time())) {
            return;
        }
        byte[] key = entry(event);
        LabelledEvent known = known(key);
        if (known.guess(challenger) != null) {
            return;
        }
        Guess guess = new Guess(
                challenger, compared, generation, prediction.model().fingerprint(), prediction.probabilities());
        LabelledEvent more = known.with(guess);
        put(key, more);
        if (more.label() != null) {
            score(event.key(), guess, more.label());
            compare(event.key(), more);
        }
    }

    private void score(byte[] key, Guess guess, String label) {
        LiveModel model = owner(key, guess);
        if (model != null) {
            Role role = guess.challenger() ? Role.CHALLENGER : Role.CHAMPION;
            monitor.onScore(guess.generation(), role, model.id(), scoreOf(guess, model, label));
        }
    }

    private void compare(byte[] key, LabelledEvent event) {
        Guess champion = event.guess(false);
        Guess challenger = event.guess(true);
        if (champion == null
                || challenger == null
                || !champion.compared()
                || !challenger.compared()
                || champion.generation() != challenger.generation()) {
            return;
        }
        LiveModel first = owner(key, champion);
        LiveModel second = owner(key, challenger);
        if (first != null && second != null) {
            monitor.onPair(
                    champion.generation(),
                    first.id(),
                    scoreOf(champion, first, event.label()),
                    second.id(),
                    scoreOf(challenger, second, event.label()));
        }
    }

    /** A model that is not loaded any more is not measured. */
    private LiveModel owner(byte[] key, Guess guess) {
        return selection.of(key).ownerOf(guess.model()::equals);
    }

    private static Score scoreOf(Guess guess, LiveModel model, String label) {
        int right = model.readout().labels().indexOf(label);
        boolean isRight = right >= 0 && model.readout().best(guess.probabilities()) == right;
        return Score.ofLabel(isRight, right < 0 ? 0 : guess.probabilities()[right]);
    }

    private LabelledEvent known(byte[] entry) {
        byte[] bytes = store.get(entry);
        return bytes == null ? LabelledEvent.UNKNOWN : LabelledEvent.read(bytes);
    }

    private void put(byte[] entry, LabelledEvent event) {
        store.put(entry, event.bytes());
        if (first == null || Arrays.compareUnsigned(entry, first) < 0) {
            beginAt(entry);
        }
    }

    private boolean isOver(long time) {
        return time <= now - waitMillis;
    }

    private void beginAt(byte[] entry) {
        first = entry;
        earliest = entry == null ? Long.MAX_VALUE : time(entry);
    }

    private static byte[] entry(Event event) {
        // With the sign bit flipped, the bytes are in the order of the numbers.
        return ByteBuffer.allocate(KEY_AT + event.key().length)
                .put(PREFIX)
                .putLong(event.time() ^ Long.MIN_VALUE)
                .put(event.key())
                .array();
    }

    private static long time(byte[] entry) {
        return ByteBuffer.wrap(entry).getLong(1) ^ Long.MIN_VALUE;
    }

    @Override
    public void close() {
        decoder.close();
    }
}
