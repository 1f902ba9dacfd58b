package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.eddy.model.EventTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Events of a file of JSON lines; see {@link EventFileReader#jsonLines}. */
final class JsonLinesReader implements EventFileReader {
    private final JsonFactory json = new JsonFactory();
    private final LineReader lines;
    private final String[] keyPath;
    private final String[] timestampPath;

    private byte[] key;
    private Long timestamp;
    private boolean tombstone;
    private String problem;

    JsonLinesReader(InputStream in, String keyField, String timestampField) {
        this.lines = new LineReader(in);
        this.keyPath = keyField.split("\\.", -1);
        this.timestampPath = timestampField.split("\\.", -1);
    }

    @Override
    public EventRow next() throws IOException {
        byte[] line = lines.next();
        while (line != null && isBlank(line)) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        read(line);
        return new EventRow(lines.lineNumber(), key, timestamp, tombstone ? null : line, problem);
    }

    private void read(byte[] line) throws IOException {
        key = null;
        timestamp = null;
        tombstone = false;
        problem = null;
        try (JsonParser parser = json.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                problem = "the line is no JSON object";
                return;
            }
            readObject(parser, 0, true, true);
            if (parser.nextToken() != null) {
                problem = "the line is more than one JSON object";
            }
        } catch (JsonProcessingException e) {
            problem = "the line is not valid JSON: " + e.getOriginalMessage();
            tombstone = false;
        }
    }

    /** Reads up to the end of the object; the flags say whether the names so far are a beginning of the path. */
    private void readObject(JsonParser parser, int depth, boolean onKeyPath, boolean onTimestampPath)
            throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            boolean keyGoesOn = onKeyPath && depth < keyPath.length && keyPath[depth].equals(name);
            boolean timestampGoesOn =
                    onTimestampPath && depth < timestampPath.length && timestampPath[depth].equals(name);
            JsonToken token = parser.nextToken();
            if (keyGoesOn && depth == keyPath.length - 1) {
                readKey(parser, token);
            }
            if (timestampGoesOn && depth == timestampPath.length - 1) {
                readTimestamp(parser, token);
            }
            if (depth == 0 && name.equals(TOMBSTONE)) {
                tombstone = token == JsonToken.VALUE_TRUE;
            }
            if (token == JsonToken.START_OBJECT && (keyGoesOn || timestampGoesOn)) {
                readObject(parser, depth + 1, keyGoesOn, timestampGoesOn);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void readKey(JsonParser parser, JsonToken token) throws IOException {
        if (token.isStructStart()) {
            problem = "the key is neither a text, a number nor a boolean";
        } else {
            key = token == JsonToken.VALUE_NULL ? null : parser.getText().getBytes(StandardCharsets.UTF_8);
        }
    }

    private void readTimestamp(JsonParser parser, JsonToken token) throws IOException {
        try {
            timestamp = switch (token) {
                case VALUE_NULL -> null;
                case VALUE_STRING, VALUE_NUMBER_INT -> (Long) EventTime.parse(parser.getText());
                case VALUE_NUMBER_FLOAT -> (Long) EventTime.ofNumber(parser.getDoubleValue());
                default -> throw new IllegalArgumentException("the timestamp is neither a number nor a text");
            };
        } catch (IllegalArgumentException e) {
            timestamp = null;
            problem = e.getMessage();
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    @Override
    public long bytesRead() {
        return lines.bytesRead();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
