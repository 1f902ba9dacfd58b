package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import java.io.IOException;
import java.util.ArrayList;
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

/** Puts model files on the control topic. */
public final class ModelPublisher {
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
        LiveModel.compile(file.id(), file.spec(), file);
        refuseOtherContent(file.id());
        Map<String, byte[]> records = ControlRecords.publish(file, System.currentTimeMillis());
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
        return file.id();
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

    private void refuseOtherContent(ModelId id) {
        try (TopicSnapshot control = new TopicSnapshot(config, topic)) {
            byte[] manifest = control.refresh().get(ControlRecords.manifestKey(id.name(), id.version()));
            if (manifest == null) {
                return;
            }
            Fingerprint there = Fingerprint.ofHash(
                    ControlRecords.manifest(manifest).getFingerprint().bytes());
            if (!there.equals(id.fingerprint())) {
                throw new OperationFailedException(id.label() + " is published already with other content ("
                        + there.brief() + "); a version never changes, give the model another version");
            }
        } catch (IOException e) {
            // A garbage manifest is replaced by a good one.
            org.slf4j.LoggerFactory.getLogger(ModelPublisher.class).debug("manifest of {} is garbage", id, e);
        }
    }
}
