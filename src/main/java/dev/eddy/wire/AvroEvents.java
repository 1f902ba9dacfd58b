package dev.eddy.wire;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;

/** Events as plain Avro binary of one schema. */
public final class AvroEvents implements EventDecoder {
    private final GenericDatumReader<GenericRecord> reader;
    private final CheckedDecoder decoder = new CheckedDecoder();
    private GenericRecord record;

    public AvroEvents(Schema schema) {
        this.reader = new GenericDatumReader<>(schema);
    }

    /**
     * Reads a schema file.
     *
     * @throws ConfigException if it cannot be read or is no schema of a record
     */
    public static Schema schema(String file) {
        try {
            Schema schema = new Schema.Parser().parse(Files.readString(Path.of(file)));
            if (schema.getType() == Schema.Type.RECORD) {
                return schema;
            }
            throw new ConfigException("the Avro schema in " + file + " is of a " + schema.getType() + ", not a record");
        } catch (IOException e) {
            throw new ConfigException("the Avro schema file " + file + " cannot be read");
        } catch (SchemaParseException e) {
            throw new ConfigException("the Avro schema in " + file + " is not valid: " + e.getMessage());
        }
    }

    @Override
    public Fields decode(String topic, Headers headers, byte[] value) {
        try {
            decoder.reset(value);
            record = reader.read(record, decoder);
            if (!decoder.isEnd()) {
                throw new BadEventException(
                        Reason.UNDECODABLE,
                        "the value goes on behind an Avro record; was it written by another schema?");
            }
            return ObjectFields.of(record);
        } catch (IOException
                | AvroRuntimeException
                | IndexOutOfBoundsException
                | UnsupportedOperationException e) { // the last: of counts that no array can have
            throw new BadEventException(
                    Reason.UNDECODABLE, "the value is not a record of the Avro schema: " + e.getMessage());
        }
    }
}
