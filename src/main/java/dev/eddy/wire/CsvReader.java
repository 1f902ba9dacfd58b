package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.eddy.model.EventTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Events of a CSV file; see {@link EventFileReader#csv}. */
final class CsvReader implements EventFileReader {
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");

    private final JsonFactory json = new JsonFactory();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CsvRecordReader rows;
    private final List<SerializedString> columns;
    private final int keyColumn;
    private final int timestampColumn;
    private final int tombstoneColumn;

    CsvReader(InputStream in, String keyField, String timestampField) throws IOException {
        this.rows = new CsvRecordReader(in);
        List<String> header = readHeader();
        this.columns = header.stream().map(SerializedString::new).toList();
        this.keyColumn = header.indexOf(keyField);
        this.timestampColumn = header.indexOf(timestampField);
        this.tombstoneColumn = header.indexOf(TOMBSTONE);
    }

    private List<String> readHeader() throws IOException {
        if (!rows.advance()) {
            throw new IOException("the CSV file is empty; its first row must name the columns");
        }
        try {
            List<String> header = rows.cells();
            Set<String> seen = new HashSet<>();
            for (String name : header) {
                if (!seen.add(name)) {
                    throw new IOException("the CSV header names the column '" + name + "' twice");
                }
            }
            return header;
        } catch (IllegalArgumentException e) {
            throw new IOException("the CSV header cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public EventRow next() throws IOException {
        if (!rows.advance()) {
            return null;
        }
        try {
            List<String> cells = rows.cells();
            return cells.size() == columns.size() ? event(cells) : ragged(cells);
        } catch (IllegalArgumentException e) {
            return new EventRow(rows.lineNumber(), null, null, rows.raw(), e.getMessage());
        }
    }

    private EventRow event(List<String> cells) throws IOException {
        boolean tombstone = tombstoneColumn >= 0 && cells.get(tombstoneColumn).equals("true");
        byte[] value = tombstone ? null : object(cells);
        try {
            return new EventRow(rows.lineNumber(), key(cells), timestamp(cells), value, null);
        } catch (IllegalArgumentException e) {
            return new EventRow(rows.lineNumber(), key(cells), null, value, e.getMessage());
        }
    }

    private EventRow ragged(List<String> cells) {
        String problem = "the row has " + cells.size() + " cells, the header " + columns.size();
        return new EventRow(rows.lineNumber(), key(cells), null, rows.raw(), problem);
    }

    private byte[] key(List<String> cells) {
        String key = cell(cells, keyColumn);
        return key.isEmpty() ? null : key.getBytes(StandardCharsets.UTF_8);
    }

    private Long timestamp(List<String> cells) {
        String time = cell(cells, timestampColumn);
        return time.isEmpty() ? null : (Long) EventTime.parse(time);
    }

    private static String cell(List<String> cells, int column) {
        return column >= 0 && column < cells.size() ? cells.get(column) : "";
    }

    private byte[] object(List<String> cells) throws IOException {
        bytes.reset();
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            for (int column = 0; column < cells.size(); column++) {
                String cell = cells.get(column);
                if (!cell.isEmpty()) {
                    out.writeFieldName(columns.get(column));
                    write(cell, out);
                }
            }
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void write(String cell, JsonGenerator out) throws IOException {
        if (NUMBER.matcher(cell).matches()) {
            out.writeNumber(cell);
        } else if (cell.equals("true") || cell.equals("false")) {
            out.writeBoolean(cell.equals("true"));
        } else {
            out.writeString(cell);
        }
    }

    @Override
    public long bytesRead() {
        return rows.bytesRead();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
