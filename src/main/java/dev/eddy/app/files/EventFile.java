package dev.eddy.app.files;

import dev.eddy.app.OperationFailedException;
import dev.eddy.wire.EventFileReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Where events are read from.
 *
 * @param name the file, or {@code -} for standard input
 * @param format how it is written; {@code null} to see it from the name
 * @param keyField the field of the key
 * @param timestampField the field of the event time
 */
public record EventFile(String name, Format format, String keyField, String timestampField) {
    private static final Set<String> JSON_LINES = Set.of("jsonl", "json", "ndjson");

    /** How events are written. */
    public enum Format {
        /** A header, then a row for each event. */
        CSV,
        /** A JSON object on each line. */
        JSONL
    }

    /** Opens the file at its beginning. */
    public EventFileReader open() throws IOException {
        Format chosen = format != null ? format : formatByName();
        InputStream in = isStandardInput() ? System.in : Files.newInputStream(Path.of(name));
        return chosen == Format.CSV
                ? EventFileReader.csv(new BufferedInputStream(in), keyField, timestampField)
                : EventFileReader.jsonLines(new BufferedInputStream(in), keyField, timestampField);
    }

    /** Size in bytes; -1 where it is not known before the end. */
    public long size() throws IOException {
        Path path = Path.of(name);
        return isStandardInput() || !Files.isRegularFile(path) ? -1 : Files.size(path);
    }

    private boolean isStandardInput() {
        return name.equals("-");
    }

    private Format formatByName() {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (isStandardInput() || JSON_LINES.contains(extension)) {
            return Format.JSONL;
        } else if (extension.equals("csv")) {
            return Format.CSV;
        }
        throw new OperationFailedException("the name of " + name
                + " does not say how its events are written; add --format" + " csv or --format jsonl");
    }
}
