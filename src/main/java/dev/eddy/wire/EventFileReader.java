package dev.eddy.wire;

import dev.eddy.model.EventTime;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads events one after the other, in the order of the file. A line that cannot be decoded is an event too, with its raw
 * bytes as the value, so that it ends where all bad events end.
 *
 * <p>A field {@code tombstone} that is {@code true} makes the value {@code null}: it ends the sequence of that key.
 */
public interface EventFileReader extends Closeable {
    /** The field that ends a sequence. */
    String TOMBSTONE = "tombstone";

    /**
     * The next event, or {@code null} at the end.
     *
     * @throws IOException if the file cannot be read, or is no file of events at all
     */
    EventRow next() throws IOException;

    /** How many bytes have been read so far. */
    long bytesRead();

    /**
     * Reads JSON lines: one object on each line, in UTF-8; empty lines are skipped. The value of an event is its line,
     * unchanged.
     *
     * @param keyField path of the key, names separated by dots: a text, or a number or boolean, which stands for its JSON
     *     text
     * @param timestampField path of the event time, as {@link EventTime} reads it
     */
    static EventFileReader jsonLines(InputStream in, String keyField, String timestampField) {
        return new JsonLinesReader(in, keyField, timestampField);
    }

    /**
     * Reads CSV as in RFC 4180, in UTF-8, with a header of column names. Each row becomes an object of its columns, in their
     * order: a cell in the grammar of a JSON number stays that number, {@code true} and {@code false} are booleans, an empty
     * cell is left out, anything else is a text.
     *
     * @param keyField column of the key
     * @param timestampField column of the event time, as {@link EventTime} reads it
     * @throws IOException if the header cannot be used
     */
    static EventFileReader csv(InputStream in, String keyField, String timestampField) throws IOException {
        return new CsvReader(in, keyField, timestampField);
    }
}
