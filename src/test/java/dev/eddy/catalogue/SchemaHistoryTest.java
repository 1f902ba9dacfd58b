package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelManifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;

/** Records of earlier versions of the program are still read. */
class SchemaHistoryTest {
    @Test
    void shouldReadManifestsFromBeforeSignatures() throws IOException {
        Schema schema = schema(ControlRecords.class, "model-manifest-1.avsc");
        GenericRecord old = new GenericData.Record(schema);
        old.put("name", "m");
        old.put("version", "1");
        old.put("fingerprint", hash(schema.getField("fingerprint").schema()));
        old.put("size", 10L);
        old.put("chunks", 1);
        old.put("publishedAt", 5L);
        ModelManifest read = ControlRecords.manifest(bytes(schema, old));
        assertThat(read.getName()).isEqualTo("m");
        assertThat(read.getSignatures()).isEmpty();
    }

    @Test
    void shouldReadPrepareRecordsOfOneModel() throws IOException {
        Schema schema = schema(ControlRecords.class, "prepare-1.avsc");
        GenericRecord old = new GenericData.Record(schema);
        old.put("name", "m");
        old.put("version", "1");
        old.put("fingerprint", hash(schema.getField("fingerprint").schema()));
        old.put("requestedAt", 5L);
        assertThat(ControlRecords.models(ControlRecords.prepare(bytes(schema, old))))
                .extracting(dev.eddy.model.ModelId::label)
                .containsExactly("m@1");
    }

    @Test
    void shouldReadReportsFromBeforeUnloading() throws IOException {
        Schema schema = schema(InstanceReports.class, "instance-status-1.avsc");
        Schema modelSchema = schema.getField("models").schema().getElementType();
        GenericRecord model = new GenericData.Record(modelSchema);
        model.put("name", "m");
        model.put("version", "1");
        model.put("fingerprint", hash(modelSchema.getField("fingerprint").schema()));
        model.put(
                "verdict",
                new GenericData.EnumSymbol(modelSchema.getField("verdict").schema(), "READY"));
        model.put("reason", "");
        GenericRecord old = new GenericData.Record(schema);
        old.put("pipeline", "p");
        old.put("instance", "i");
        old.put("state", "RUNNING");
        for (String time : List.of("startedAt", "reportedAt", "intervalMs")) {
            old.put(time, 1L);
        }
        old.put("generation", 3);
        old.put("models", List.of(model));
        InstanceStatus read = SchemaHistory.teach(
                        InstanceStatus.getDecoder(), InstanceReports.class, "instance-status-1.avsc")
                .decode(bytes(schema, old));
        assertThat(read.getGeneration()).isEqualTo(3);
        assertThat(read.getPrepared()).isEqualTo(-1);
        assertThat(read.getModels().get(0).getLoaded()).isTrue();
    }

    private static Schema schema(Class<?> owner, String resource) throws IOException {
        try (InputStream in = owner.getResourceAsStream(resource)) {
            return new Schema.Parser().parse(in);
        }
    }

    private static GenericData.Fixed hash(Schema schema) {
        return new GenericData.Fixed(schema, new byte[32]);
    }

    private static byte[] bytes(Schema schema, GenericRecord record) throws IOException {
        ByteBuffer buffer = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(record);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
