package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.SigningKey;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.ModelSignature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts model files on the control topic. */
public final class ModelPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ModelPublisher.class);

    private final EddyConfig config;
    private final String topic;

    public ModelPublisher(EddyConfig config) {
        this.config = config;
        this.topic = config.getString(EddyConfig.CONTROL_TOPIC);
    }

    /**
     * Checks a model as an instance would, then publishes it. Publishing the same file again is harmless and mends missing
     * chunks.
     *
     * @param progress is told the bytes written so far
     * @return the published version
     * @throws OperationFailedException if another file is published under this name and version, or the topic is not there
     * @throws dev.eddy.model.InvalidModelException if the model would be rejected
     */
    public ModelId publish(ModelFile file, IntConsumer progress) throws InterruptedException {
        return ControlRecords.model(publish(file, manifest(file, List.of()), progress));
    }

    /**
     * What would be published of a model: with signatures of these keys, and those that it has been published with.
     *
     * @throws OperationFailedException if another file is published under this name and version, or the topic is not there
     */
    public ModelManifest manifest(ModelFile file, List<SigningKey> keys) {
        Map<String, ModelSignature> signatures = new LinkedHashMap<>();
        ModelManifest published = published(file.id());
        if (published != null) {
            published.getSignatures().forEach(signature -> signatures.put(signature.getKeyId(), signature));
        }
        keys.forEach(key -> signatures.put(key.id(), key.sign(file.id())));
        long now = System.currentTimeMillis();
        long after = published == null ? now : Math.max(now, published.getPublishedAt() + 1);
        return ControlRecords.manifestOf(file, after, List.copyOf(signatures.values()));
    }

    /** As {@link #publish(ModelFile, IntConsumer)}, with a manifest that {@link #manifest} made. */
    public ModelManifest publish(ModelFile file, ModelManifest manifest, IntConsumer progress)
            throws InterruptedException {
        LiveModel.compile(file.id(), file.spec(), file);
        Map<String, byte[]> records = ControlRecords.publish(file, manifest);
        try (KafkaProducer<String, byte[]> producer = producer(config)) {
            List<Future<RecordMetadata>> acks = new ArrayList<>();
            int written = 0;
            for (Map.Entry<String, byte[]> record : records.entrySet()) {
                acks.add(producer.send(new ProducerRecord<>(topic, record.getKey(), record.getValue())));
                written += record.getValue().length;
                progress.accept(Math.min(written, file.bytes().length));
            }
            for (Future<RecordMetadata> ack : acks) {
                await(ack, topic);
            }
        }
        return manifest;
    }

    static KafkaProducer<String, byte[]> producer(EddyConfig config) {
        return new KafkaProducer<>(ClientSettings.producer(config), new StringSerializer(), new ByteArraySerializer());
    }

    static void await(Future<RecordMetadata> ack, String topic) throws InterruptedException {
        try {
            ack.get();
        } catch (ExecutionException e) {
            throw new OperationFailedException(
                    "topic " + topic + " does not take the record: "
                            + e.getCause().getMessage(),
                    e.getCause());
        }
    }

    /** The manifest with which a model is published already; null if it is not. */
    private ModelManifest published(ModelId id) {
        try (TopicSnapshot control = new TopicSnapshot(config, topic)) {
            byte[] value = control.refresh().get(ControlRecords.manifestKey(id.name(), id.version()));
            if (value == null) {
                return null;
            }
            ModelManifest manifest = ControlRecords.manifest(value);
            ModelId there = ControlRecords.model(manifest);
            if (!there.fingerprint().equals(id.fingerprint())) {
                throw new OperationFailedException(id.label() + " is published already with other content ("
                        + there.fingerprint().brief()
                        + "); a version never changes, give the model another version");
            }
            return manifest;
        } catch (IOException e) {
            // A garbage manifest is replaced by a good one.
            LOG.debug("manifest of {} is garbage", id, e);
            return null;
        }
    }
}
