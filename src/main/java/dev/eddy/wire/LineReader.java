package dev.eddy.wire;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a stream of bytes into lines that end with LF or CR LF; a byte order mark at the start is skipped. */
final class LineReader implements Closeable {
    /** Far above what a Kafka record holds; a longer line means that the file is something else. */
    static final int MAX_LENGTH = 16 << 20;

    private static final int BUFFER = 64 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private byte[] line = new byte[1024];
    private int length;
    private long bytesRead;
    private long lines;

    LineReader(InputStream in) {
        this.in = in;
    }

    /** The next line without its end, or {@code null} after the last one. */
    byte[] next() throws IOException {
        length = 0;
        if (!fillIfEmpty()) {
            return null;
        }
        boolean ended = false;
        while (!ended && fillIfEmpty()) {
            int end = indexOfLineFeed();
            ended = end < limit;
            append(end);
            position = ended ? end + 1 : end;
        }
        lines++;
        return Arrays.copyOfRange(line, start(), withoutCarriageReturn());
    }

    /** Number of the line that {@link #next()} gave last, from 1. */
    long lineNumber() {
        return lines;
    }

    long bytesRead() {
        return bytesRead - (limit - position);
    }

    private boolean fillIfEmpty() throws IOException {
        if (position < limit) {
            return true;
        }
        int read = in.read(buffer, 0, BUFFER);
        position = 0;
        limit = Math.max(read, 0);
        bytesRead += limit;
        return read > 0;
    }

    private int indexOfLineFeed() {
        int at = position;
        while (at < limit && buffer[at] != '\n') {
            at++;
        }
        return at;
    }

    private void append(int end) throws IOException {
        int added = end - position;
        if (length + added > MAX_LENGTH) {
            throw new IOException("line " + (lines + 1) + " is longer than " + (MAX_LENGTH >> 20)
                    + " MiB, so this is no file of events");
        }
        if (length + added > line.length) {
            line = Arrays.copyOf(line, Math.max(length + added, 2 * line.length));
        }
        System.arraycopy(buffer, position, line, length, added);
        length += added;
    }

    private int start() {
        boolean marked =
                lines == 1 && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
        return marked ? 3 : 0;
    }

    private int withoutCarriageReturn() {
        return length > start() && line[length - 1] == '\r' ? length - 1 : length;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
