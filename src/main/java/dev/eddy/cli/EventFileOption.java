package dev.eddy.cli;

import dev.eddy.app.files.EventFile;
import picocli.CommandLine.Option;

/** The options that say where events are read from and how. */
final class EventFileOption {
    @Option(
            names = {"-i", "--input"},
            required = true,
            paramLabel = "EVENTS",
            description =
                    "CSV with a header (.csv) or JSON lines (.jsonl, .json, .ndjson); - is standard input, as JSON"
                            + " lines. An event whose field 'tombstone' is true ends its sequence.")
    private String file;

    @Option(names = "--format", paramLabel = "FORMAT", description = "csv or jsonl, where the name does not say it.")
    private EventFile.Format format;

    @Option(
            names = "--key",
            defaultValue = "key",
            paramLabel = "FIELD",
            description = "Field of the key; a dot leads into an object. Default: ${DEFAULT-VALUE}.")
    private String key;

    @Option(
            names = "--timestamp",
            defaultValue = "timestamp",
            paramLabel = "FIELD",
            description = "Field of the event time: epoch milliseconds or ISO 8601, UTC where it has no zone. Default:"
                    + " ${DEFAULT-VALUE}.")
    private String timestamp;

    EventFile get() {
        return new EventFile(file, format, key, timestamp);
    }
}
