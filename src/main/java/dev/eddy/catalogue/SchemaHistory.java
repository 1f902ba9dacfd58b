package dev.eddy.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;

/** Lets decoders read records that were written with an earlier schema: fields that came later take their defaults. */
public final class SchemaHistory {
    private SchemaHistory() {}

    /**
     * Teaches a decoder earlier schemas.
     *
     * @param owner     whose resources the schemas are
     * @param resources files of earlier schemas beside that class
     */
    public static <T> BinaryMessageDecoder<T> teach(
            BinaryMessageDecoder<T> decoder, Class<?> owner, String... resources) {
        for (String resource : resources) {
            try (InputStream in = owner.getResourceAsStream(resource)) {
                decoder.addSchema(new Schema.Parser().parse(in));
            } catch (IOException e) {
                throw new UncheckedIOException("the schema " + resource + " cannot be read", e);
            }
        }
        return decoder;
    }
}
