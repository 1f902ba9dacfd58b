package dev.eddy.app.files;

import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.network.LiveModel;
import dev.eddy.stream.InMemoryStates;
import dev.eddy.stream.Inference;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.stream.Outcome;
import dev.eddy.wire.EventFileReader;
import dev.eddy.wire.EventRow;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Scores the events of a file, in order, without a broker: the same {@link Inference} as in the stream, with its states in
 * memory, so the same bytes come out.
 */
public final class FileScorer {
    private final Map<Reason, Long> rejected = new EnumMap<>(Reason.class);
    private final Inference inference;
    private long predictions;
    private long time;
    private String firstRejection;

    public FileScorer(LiveModel model) {
        LiveDeployments always = LiveDeployments.always(model);
        inference = new Inference(
                new JsonEvents(), new JsonPredictions(), () -> always, new InMemoryStates(), InferenceMonitor.NONE);
    }

    /**
     * Scores a file.
     *
     * @param events   the events; one without a time has that of the event before it
     * @param out      receives a JSON line for each prediction
     * @param size     size of the file in bytes, -1 if not known
     * @param progress is told of every event
     */
    public void score(EventFileReader events, OutputStream out, long size, Progress progress) throws IOException {
        long count = 0;
        for (EventRow row = events.next(); row != null; row = events.next()) {
            score(row, out);
            progress.at(++count, size < 0 ? Double.NaN : (double) events.bytesRead() / size);
        }
        out.flush();
    }

    private void score(EventRow row, OutputStream out) throws IOException {
        time = row.timestamp() == null ? time : row.timestamp();
        Outcome outcome = inference.infer("", new RecordHeaders(), row.key(), time, row.value());
        if (outcome instanceof Outcome.Predicted predicted) {
            predictions++;
            out.write(predicted.bytes());
            out.write('\n');
        } else if (outcome instanceof Outcome.Rejected rejection) {
            rejected.merge(rejection.reason(), 1L, Long::sum);
            if (firstRejection == null) {
                firstRejection =
                        "line " + row.line() + ": " + (row.problem() == null ? rejection.message() : row.problem());
            }
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

    /** Where and why the first event was rejected; null if none was. */
    public String firstRejection() {
        return firstRejection;
    }
}
