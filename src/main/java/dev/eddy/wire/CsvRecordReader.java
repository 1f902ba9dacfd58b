package dev.eddy.wire;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Splits CSV into rows and rows into cells, as RFC 4180 says. A quoted cell may hold commas, doubled quotes and line ends. */
final class CsvRecordReader implements Closeable {
    private final LineReader lines;
    private final Quotes quotes = new Quotes();
    private byte[] raw;
    private long firstLine;

    CsvRecordReader(InputStream in) {
        this.lines = new LineReader(in);
    }

    /**
     * Goes to the next row that is not empty.
     *
     * @return whether there is one
     */
    boolean advance() throws IOException {
        do {
            raw = lines.next();
        } while (raw != null && raw.length == 0);
        firstLine = lines.lineNumber();
        if (raw == null) {
            return false;
        }
        quotes.reset();
        quotes.scan(raw);
        if (quotes.inside) {
            readOn();
        }
        return true;
    }

    private void readOn() throws IOException {
        ByteArrayOutputStream row = new ByteArrayOutputStream();
        row.write(raw);
        byte[] more = lines.next();
        while (more != null) {
            row.write('\n');
            row.write(more);
            quotes.scan(more);
            if (row.size() > LineReader.MAX_LENGTH) {
                throw new IOException("line " + firstLine + ": a quoted cell does not end within "
                        + (LineReader.MAX_LENGTH >> 20) + " MiB");
            }
            more = quotes.inside ? lines.next() : null;
        }
        raw = row.toByteArray();
    }

    /** The row's bytes, without the line end. */
    byte[] raw() {
        return raw;
    }

    /** The line on which the row begins, from 1. */
    long lineNumber() {
        return firstLine;
    }

    long bytesRead() {
        return lines.bytesRead();
    }

    /**
     * The row's cells, without quotes.
     *
     * @throws IllegalArgumentException if the quotes or the encoding are wrong; the message says how
     */
    List<String> cells() {
        String row = decoded();
        List<String> cells = new ArrayList<>();
        int at = 0;
        while (at <= row.length()) {
            boolean quoted = at < row.length() && row.charAt(at) == '"';
            int end = quoted ? closingQuote(row, at) + 1 : endOfPlain(row, at);
            if (end < row.length() && row.charAt(end) != ',') {
                throw new IllegalArgumentException("something follows the closing quote of cell " + (cells.size() + 1));
            }
            cells.add(quoted ? row.substring(at + 1, end - 1).replace("\"\"", "\"") : row.substring(at, end));
            at = end + 1;
        }
        return cells;
    }

    private String decoded() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the row is not UTF-8", e);
        }
    }

    private static int endOfPlain(String row, int start) {
        int comma = row.indexOf(',', start);
        return comma < 0 ? row.length() : comma;
    }

    private static int closingQuote(String row, int open) {
        int at = row.indexOf('"', open + 1);
        while (at >= 0 && at + 1 < row.length() && row.charAt(at + 1) == '"') {
            at = row.indexOf('"', at + 2);
        }
        if (at < 0) {
            throw new IllegalArgumentException("a quoted cell has no closing quote");
        }
        return at;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }

    /** A quote opens a cell only at its beginning; inside, doubled quotes close and open in turn. */
    private static final class Quotes {
        private boolean inside;
        private boolean atStart;
        private boolean quotedCell;

        void reset() {
            inside = false;
            atStart = true;
            quotedCell = false;
        }

        void scan(byte[] line) {
            for (byte b : line) {
                if (b == '"' && (atStart || quotedCell)) {
                    inside = !inside;
                    quotedCell = true;
                } else if (b == ',' && !inside) {
                    quotedCell = false;
                }
                atStart = b == ',' && !inside;
            }
        }
    }
}
