package dev.eddy.wire;

import org.apache.avro.Schema;

/** Events as Jackson and Avro read them, whole: what the decoders are held against. */
public final class LibraryEvents {
    private LibraryEvents() {}

    /** Reads JSON into trees. */
    public static EventDecoder json() {
        return (topic, headers, value) -> JsonTree.read(value);
    }

    /** Reads Avro into generic records. */
    public static EventDecoder avro(Schema schema) {
        AvroEvents events = new AvroEvents(schema);
        return (topic, headers, value) -> events.read(value);
    }
}
