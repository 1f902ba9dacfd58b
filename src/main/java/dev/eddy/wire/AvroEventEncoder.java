package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * JSON object → plain Avro binary of one schema, field by name. Fields that the schema does not have are left out; one that
 * the JSON does not have takes the schema's default, or null where that is allowed. Not for several threads.
 */
public final class AvroEventEncoder {
    private final ObjectMapper json = new ObjectMapper();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Schema schema;
    private final GenericDatumWriter<Object> writer;
    private BinaryEncoder encoder;

    /**
     * An encoder for one schema.
     *
     * @throws IllegalArgumentException if the schema is no record
     */
    public AvroEventEncoder(Schema schema) {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new IllegalArgumentException(
                    "the schema of events is no record but " + schema.getType().getName());
        }
        this.schema = schema;
        this.writer = new GenericDatumWriter<>(schema);
    }

    /**
     * Encodes one event.
     *
     * @throws BadEventException if it does not fit the schema; the message names the field, what it is and what it should be
     */
    public byte[] encode(byte[] jsonObject) {
        try {
            Object datum = JsonToAvro.convert(json.readTree(jsonObject), schema, "");
            bytes.reset();
            encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
            writer.write(datum, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (JsonProcessingException e) {
            throw new BadEventException(Reason.UNDECODABLE, "the event is not valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a JSON value is called in messages. */
    static String describe(JsonNode node) {
        String type = node.getNodeType().name().toLowerCase(Locale.ROOT);
        return node.isValueNode() && !node.isNull() ? "the " + type + " " + node : type;
    }
}
