package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Writes deployments on the control topic. Whether instances are ready for them is the caller's question. */
public final class ModelDeployer implements AutoCloseable {
    /** Between the decision and its event time, so that every instance knows it before it counts. */
    private static final long LEAD_MS = 1_000;
    /** An input whose newest event is younger than this flows now. */
    private static final long FLOWING_MS = 60_000;

    private final EddyConfig config;
    private final String topic;
    private final TopicSnapshot control;

    public ModelDeployer(EddyConfig config) {
        this.config = config;
        this.topic = config.getString(EddyConfig.CONTROL_TOPIC);
        this.control = new TopicSnapshot(config, topic);
    }

    /**
     * Finds a published version.
     *
     * @throws OperationFailedException if it is not published
     */
    public ModelId find(String name, String version) {
        Map<String, byte[]> table = control.refresh();
        byte[] value = table.get(ControlRecords.manifestKey(name, version));
        if (value == null) {
            throw new OperationFailedException(name + "@" + version
                    + " is not published; publish it with 'eddy publish'" + ", published are " + published(table));
        }
        try {
            ModelManifest manifest = ControlRecords.manifest(value);
            return new ModelId(
                    name, version, Fingerprint.ofHash(manifest.getFingerprint().bytes()));
        } catch (IOException e) {
            throw new OperationFailedException(
                    "the manifest of " + name + "@" + version + " is garbage; publish the model again", e);
        }
    }

    private static String published(Map<String, byte[]> table) {
        String all = table.keySet().stream()
                .filter(key -> key.startsWith("manifest/"))
                .map(key -> key.substring("manifest/".length()).replace('/', '@'))
                .sorted()
                .collect(java.util.stream.Collectors.joining(", "));
        return all.isEmpty() ? "no models" : all;
    }

    /** The deployments as the control topic has them. */
    public DeploymentHistory history() {
        byte[] value = control.refresh().get(ControlRecords.deploymentKey(config.pipeline()));
        try {
            return value == null ? DeploymentHistory.EMPTY : ControlRecords.deployments(value);
        } catch (IOException e) {
            throw new OperationFailedException(
                    "the deployments of pipeline " + config.pipeline() + " on topic " + topic
                            + " are garbage; remove the record " + ControlRecords.deploymentKey(config.pipeline()),
                    e);
        }
    }

    /**
     * The event time "now" means: all times for a first deployment, as events may be waiting; else right behind the newest
     * event, and a little later where events flow at this moment.
     */
    public long now() throws InterruptedException {
        if (history().deployments().isEmpty()) {
            return Deployment.BEGINNING;
        }
        long clock = System.currentTimeMillis();
        OptionalLong newest = newestEventTime();
        if (newest.isEmpty()) {
            return clock;
        }
        boolean flowing = Math.abs(clock - newest.getAsLong()) < FLOWING_MS;
        return flowing ? Math.max(clock, newest.getAsLong()) + LEAD_MS : newest.getAsLong() + 1;
    }

    private OptionalLong newestEventTime() throws InterruptedException {
        String input = config.getString(EddyConfig.INPUT_TOPIC);
        try (Admin admin = Admin.create(ClientSettings.admin(config))) {
            TopicDescription description = admin.describeTopics(java.util.List.of(input))
                    .allTopicNames()
                    .get()
                    .get(input);
            Map<TopicPartition, OffsetSpec> newest = new HashMap<>();
            description
                    .partitions()
                    .forEach(partition ->
                            newest.put(new TopicPartition(input, partition.partition()), OffsetSpec.maxTimestamp()));
            return admin.listOffsets(newest).all().get().values().stream()
                    .mapToLong(ListOffsetsResultInfo::timestamp)
                    .filter(timestamp -> timestamp >= 0)
                    .max();
        } catch (ExecutionException e) {
            throw new OperationFailedException(
                    "the newest event of topic " + input + " cannot be found ("
                            + e.getCause().getMessage() + "); name a time with --from",
                    e.getCause());
        }
    }

    /**
     * Writes a deployment and reads it back.
     *
     * @param from event time from which it is in force
     * @throws OperationFailedException if somebody else deployed at the same moment
     */
    public Deployment deploy(ModelId model, long from) throws InterruptedException {
        DeploymentHistory before = history();
        Deployment deployment = new Deployment(before.newestGeneration() + 1, model, from, System.currentTimeMillis());
        byte[] value = ControlRecords.encode(config.pipeline(), before.with(deployment));
        try (KafkaProducer<String, byte[]> producer = ModelPublisher.producer(config)) {
            ModelPublisher.await(
                    producer.send(new ProducerRecord<>(topic, ControlRecords.deploymentKey(config.pipeline()), value)),
                    topic);
        }
        if (!history().deployments().contains(deployment)) {
            throw new OperationFailedException("somebody else deployed at the same moment and won; see 'eddy status'");
        }
        return deployment;
    }

    @Override
    public void close() {
        control.close();
    }
}
