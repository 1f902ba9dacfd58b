package dev.eddy.app.files;

import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.ModelSpec;
import dev.eddy.network.LiveModel;
import dev.eddy.stream.Event;
import dev.eddy.stream.InMemoryPending;
import dev.eddy.stream.InMemoryStates;
import dev.eddy.stream.Inference;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.stream.Outcome;
import dev.eddy.stream.SequenceRules;
import dev.eddy.stream.SequenceStores;
import dev.eddy.wire.EventFileReader;
import dev.eddy.wire.EventRow;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Scores the events of a file, in order, without a broker: the same {@link Inference} as in the stream, with its stores in
 * memory, so the same bytes come out as of a topic with one partition.
 */
public final class FileScorer {
    private final Map<Reason, Long> rejected = new EnumMap<>(Reason.class);
    private final LiveModel model;
    private final InMemoryStates states = new InMemoryStates();
    private final Inference inference;
    private OutputStream out = OutputStream.nullOutputStream();
    private long predictions;
    private long ended;
    private long reordered;
    private long late;
    private long duplicates;
    private long time;
    private long streamTime;
    private final Map<Long, String> problems = new HashMap<>(); // of lines without an outcome yet
    private String firstRejection;

    /** A scorer whose sequences end where the file says so. */
    public FileScorer(LiveModel model) {
        this(model, SequenceRules.NONE);
    }

    /**
     * A scorer.
     *
     * @param rules what holds for events and sequences whatever the model, as settings say it for a stream
     */
    public FileScorer(LiveModel model, SequenceRules rules) {
        this.model = model;
        LiveDeployments always = LiveDeployments.always(model);
        inference = new Inference(
                new JsonEvents(),
                new JsonPredictions(),
                () -> always,
                new SequenceStores(states, new InMemoryPending()),
                rules,
                new InferenceMonitor() {
                    @Override
                    public void onReordered() {
                        reordered++;
                    }

                    @Override
                    public void onLate() {
                        late++;
                    }

                    @Override
                    public void onDuplicate() {
                        duplicates++;
                    }

                    @Override
                    public void onEnd(Ending cause) {
                        ended++;
                    }
                },
                this::accept);
    }

    /**
     * Scores a file.
     *
     * @param events      the events; one without a time has that of the event before it
     * @param predictions receives a JSON line for each prediction
     * @param size        size of the file in bytes, -1 if not known
     * @param progress    is told of every event
     */
    public void score(EventFileReader events, OutputStream predictions, long size, Progress progress)
            throws IOException {
        out = predictions;
        long count = 0;
        try {
            for (EventRow row = events.next(); row != null; row = events.next()) {
                score(row);
                progress.at(++count, size < 0 ? Double.NaN : (double) events.bytesRead() / size);
            }
            inference.releaseAll();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.flush();
    }

    /** Ends every sequence, in the order in which they began: what waits is answered. */
    public void end() throws IOException {
        try {
            states.keys().forEach(inference::end);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.flush();
    }

    private void score(EventRow row) {
        time = row.timestamp() == null ? time : row.timestamp();
        streamTime = Math.max(streamTime, time);
        if (row.problem() != null) {
            problems.put(row.line(), row.problem());
        }
        Event.Origin line = new Event.Origin("", 0, row.line());
        inference.infer(new Event(row.key(), time, new RecordHeaders(), row.value(), line), streamTime);
    }

    private void accept(Event event, Outcome outcome) {
        if (outcome instanceof Outcome.Predicted predicted) {
            if (predicted.prediction().end() == null) {
                predictions++;
            }
            write(predicted.bytes());
        } else if (outcome instanceof Outcome.Rejected rejection) {
            rejected.merge(rejection.reason(), 1L, Long::sum);
            String problem = problems.remove(event.origin().offset());
            if (firstRejection == null) {
                firstRejection =
                        "line " + event.origin().offset() + ": " + (problem == null ? rejection.message() : problem);
            }
        }
    }

    private void write(byte[] prediction) {
        try {
            out.write(prediction);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Number of predictions so far. */
    public long predictions() {
        return predictions;
    }

    /** Number of rejected events by reason. */
    public Map<Reason, Long> rejected() {
        return rejected;
    }

    /** Number of events that came late and were put in their place. */
    public long reordered() {
        return reordered;
    }

    /** Number of events that came too late to be put in their place. */
    public long late() {
        return late;
    }

    /** Number of events that were dropped as duplicates. */
    public long duplicates() {
        return duplicates;
    }

    /** Where and why the first event was rejected; null if none was. */
    public String firstRejection() {
        return firstRejection;
    }

    /** Number of sequences that owe an answer, which comes with more events or with their end. */
    public long waiting() {
        boolean answersLater = model.spec().waits() || model.spec().emit() == ModelSpec.Emit.END;
        return answersLater ? states.keys().size() : 0;
    }

    /** Number of sequences so far. */
    public long sequences() {
        return ended + states.keys().size();
    }
}
