package dev.eddy.catalogue;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ChallengerRecord;
import dev.eddy.schema.DeploymentRecord;
import dev.eddy.schema.DeploymentsRecord;
import dev.eddy.schema.ModelChunk;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.ModelSignature;
import dev.eddy.schema.PrepareRecord;
import dev.eddy.schema.PreparedModel;
import dev.eddy.schema.Sha256;
import dev.eddy.schema.TransitionKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.message.BinaryMessageDecoder;

/**
 * The records of the control topic. Keys are texts, {@code manifest/NAME/VERSION}, {@code chunk/NAME/VERSION/INDEX},
 * {@code prepare/PIPELINE} and {@code deployment/PIPELINE}, or {@code deployment/PIPELINE/NAME} where events name their models;
 * values are Avro in its single-object encoding, which names its schema.
 */
public final class ControlRecords {
    /** Bytes of a model file in one record: with its envelope below one million, which every broker takes by default. */
    public static final int CHUNK_BYTES = 900_000;

    static final String MANIFEST = "manifest";
    static final String CHUNK = "chunk";
    static final String DEPLOYMENT = "deployment";
    static final String PREPARE = "prepare";

    private static final BinaryMessageDecoder<ModelManifest> MANIFESTS =
            SchemaHistory.teach(ModelManifest.getDecoder(), ControlRecords.class, "model-manifest-1.avsc");

    private static final BinaryMessageDecoder<PrepareRecord> PREPARES =
            SchemaHistory.teach(PrepareRecord.getDecoder(), ControlRecords.class, "prepare-1.avsc");

    private static final BinaryMessageDecoder<DeploymentsRecord> DEPLOYMENTS =
            SchemaHistory.teach(DeploymentsRecord.getDecoder(), ControlRecords.class, "deployments-1.avsc");

    private ControlRecords() {}

    /** The records that publish a model, in the order in which they must be written. */
    public static Map<String, byte[]> publish(ModelFile file, long now) {
        return publish(file, manifestOf(file, now, List.of()));
    }

    /** What is said of a model that is published. */
    public static ModelManifest manifestOf(ModelFile file, long now, List<ModelSignature> signatures) {
        int chunks = (file.bytes().length + CHUNK_BYTES - 1) / CHUNK_BYTES;
        return new ModelManifest(
                file.id().name(),
                file.id().version(),
                new Sha256(file.fingerprint().bytes()),
                (long) file.bytes().length,
                chunks,
                now,
                signatures);
    }

    /** The records that publish a model with a manifest, in the order in which they must be written. */
    public static Map<String, byte[]> publish(ModelFile file, ModelManifest manifest) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        byte[] bytes = file.bytes();
        ModelId id = file.id();
        Sha256 fingerprint = manifest.getFingerprint();
        for (int i = 0; i < manifest.getChunks(); i++) {
            int at = i * CHUNK_BYTES;
            ByteBuffer data = ByteBuffer.wrap(bytes, at, Math.min(CHUNK_BYTES, bytes.length - at));
            records.put(chunkKey(id.name(), id.version(), i), encode(new ModelChunk(fingerprint, i, data)));
        }
        records.put(manifestKey(id.name(), id.version()), encode(manifest));
        return records;
    }

    public static String manifestKey(String name, String version) {
        return String.join("/", MANIFEST, name, version);
    }

    public static String chunkKey(String name, String version, int index) {
        return String.join("/", CHUNK, name, version, Integer.toString(index));
    }

    public static String deploymentKey(String pipeline) {
        return DEPLOYMENT + "/" + pipeline;
    }

    /**
     * Key of the deployments of one model name, in a pipeline whose events name their models.
     *
     * @param name name of the models that answer; null in a pipeline whose events do not
     */
    public static String deploymentKey(String pipeline, String name) {
        return name == null ? deploymentKey(pipeline) : deploymentKey(pipeline) + "/" + name;
    }

    public static String prepareKey(String pipeline) {
        return PREPARE + "/" + pipeline;
    }

    /** Value of the record that asks instances to load a model. */
    public static byte[] encodePrepare(ModelId model, long requestedAt) {
        return encodePrepare(List.of(model), requestedAt);
    }

    /** Value of the record that asks instances to load models, at least one. */
    public static byte[] encodePrepare(List<ModelId> models, long requestedAt) {
        ModelId first = models.get(0);
        List<PreparedModel> others = models.subList(1, models.size()).stream()
                .map(model -> new PreparedModel(
                        model.name(),
                        model.version(),
                        new Sha256(model.fingerprint().bytes())))
                .toList();
        return encode(new PrepareRecord(
                first.name(), first.version(), new Sha256(first.fingerprint().bytes()), requestedAt, others));
    }

    /** The model a manifest is about. */
    public static ModelId model(ModelManifest manifest) {
        return CatalogueEntry.id(manifest);
    }

    /** The models that a prepare record asks for. */
    public static List<ModelId> models(PrepareRecord record) {
        List<ModelId> models = new ArrayList<>();
        models.add(id(record.getName(), record.getVersion(), record.getFingerprint()));
        record.getOthers()
                .forEach(other -> models.add(id(other.getName(), other.getVersion(), other.getFingerprint())));
        return models;
    }

    /** @throws IOException if the bytes are not such a record */
    public static PrepareRecord prepare(byte[] value) throws IOException {
        return decode(PREPARES, value);
    }

    /** Value of the record that says what a pipeline runs. */
    public static byte[] encode(String pipeline, DeploymentHistory history) {
        List<DeploymentRecord> records = new ArrayList<>();
        for (Deployment deployment : history.deployments()) {
            records.add(encode(deployment));
        }
        return encode(new DeploymentsRecord(pipeline, records));
    }

    private static DeploymentRecord encode(Deployment deployment) {
        ModelId model = deployment.model();
        Transition transition = deployment.transition();
        return new DeploymentRecord(
                deployment.generation(),
                model.name(),
                model.version(),
                new Sha256(model.fingerprint().bytes()),
                deployment.from(),
                deployment.deployedAt(),
                TransitionKind.valueOf(transition.kind().name()),
                transition.warmUp(),
                deployment.keepMs(),
                encode(deployment.challenger()),
                deployment.reason());
    }

    private static ChallengerRecord encode(Challenger challenger) {
        if (challenger == null) {
            return null;
        }
        ModelId model = challenger.model();
        return new ChallengerRecord(
                model.name(),
                model.version(),
                new Sha256(model.fingerprint().bytes()),
                challenger.share(),
                challenger.answers(),
                challenger.warmUp(),
                challenger.rule() == null ? null : challenger.rule().toString());
    }

    /** @throws IOException if the bytes are not such a record */
    public static ModelManifest manifest(byte[] value) throws IOException {
        return decode(MANIFESTS, value);
    }

    /** @throws IOException if the bytes are not such a record */
    static ModelChunk chunk(byte[] value) throws IOException {
        return decode(ModelChunk.getDecoder(), value);
    }

    /** @throws IOException if the bytes are not such a record */
    public static DeploymentHistory deployments(byte[] value) throws IOException {
        DeploymentsRecord all = decode(DEPLOYMENTS, value);
        try {
            return new DeploymentHistory(all.getDeployments().stream()
                    .map(ControlRecords::deployment)
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Deployment deployment(DeploymentRecord record) {
        return new Deployment(
                record.getGeneration(),
                id(record.getName(), record.getVersion(), record.getFingerprint()),
                record.getFrom(),
                record.getDeployedAt(),
                new Transition(Transition.Kind.valueOf(record.getTransition().name()), record.getWarmUp()),
                record.getKeepMs(),
                challenger(record.getChallenger()),
                record.getReason());
    }

    private static Challenger challenger(ChallengerRecord record) {
        return record == null
                ? null
                : new Challenger(
                        id(record.getName(), record.getVersion(), record.getFingerprint()),
                        record.getShare(),
                        record.getAnswers(),
                        record.getWarmUp(),
                        record.getRule() == null ? null : PromotionRule.parse(record.getRule()));
    }

    private static ModelId id(String name, String version, Sha256 fingerprint) {
        return new ModelId(name, version, Fingerprint.ofHash(fingerprint.bytes()));
    }

    private static <T> T decode(BinaryMessageDecoder<T> decoder, byte[] value) throws IOException {
        try {
            return decoder.decode(value);
        } catch (AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new IOException("not a control record: " + e.getMessage(), e);
        }
    }

    static byte[] encode(org.apache.avro.specific.SpecificRecordBase record) {
        try {
            ByteBuffer buffer = new org.apache.avro.message.BinaryMessageEncoder<
                            org.apache.avro.specific.SpecificRecordBase>(
                            org.apache.avro.specific.SpecificData.get(), record.getSchema())
                    .encode(record);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
    }
}
