package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.Transition;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.config.SelectorSettings;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes deployments on the control topic. Whether instances are ready for them is the caller's question. */
public final class ModelDeployer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelDeployer.class);
    /** Between the decision and its event time, so that every instance knows it before it counts. */
    private static final long LEAD_MS = 1_000;
    /** An input whose newest event is younger than this flows now. */
    private static final long FLOWING_MS = 60_000;

    private final EddyConfig config;
    private final String modelName; // null: of no name
    private final String topic;
    private final TopicSnapshot control;
    /** Generation of the newest deployment when this deployer first looked; what it decides rests on that. */
    private int seen = -1;

    /** One for a pipeline whose events do not name their models; for others it can only look at all deployments. */
    public ModelDeployer(EddyConfig config) {
        this(config, null);
    }

    /**
     * One for the deployments of a model name.
     *
     * @param modelName the name; does not count where events do not name their models
     */
    public ModelDeployer(EddyConfig config, String modelName) {
        this.config = config;
        this.modelName = modelName;
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
            return ControlRecords.model(ControlRecords.manifest(value));
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

    /** The deployments as the control topic has them; of this deployer's model name, where events name their models. */
    public DeploymentHistory history() {
        return history(look());
    }

    /** The deployments of every model name; where events name none, all of them under the empty name. */
    public SortedMap<String, DeploymentHistory> histories() {
        if (!config.selectsModels()) {
            return new TreeMap<>(Map.of("", history()));
        }
        SortedMap<String, DeploymentHistory> byName = new TreeMap<>();
        int prefix = ControlRecords.deploymentKey(config.pipeline(), "").length();
        DeploymentTable.all(config, look()).forEach((key, history) -> byName.put(key.substring(prefix), history));
        return byName;
    }

    /** Generation of the newest deployment of all model names; 0 for none. */
    public int newestGeneration() {
        return DeploymentTable.newestGeneration(config, look());
    }

    private Map<String, byte[]> look() {
        Map<String, byte[]> table = control.refresh();
        seen = seen < 0 ? DeploymentTable.newestGeneration(config, table) : seen;
        return table;
    }

    private DeploymentHistory history(Map<String, byte[]> table) {
        return DeploymentTable.history(config, DeploymentTable.key(config, modelName), table);
    }

    /**
     * The event time "now" means: all times for a first deployment, as events may be waiting; else right behind the newest
     * event, and a little later where events flow at this moment. Where events name their models, those of a name without
     * deployments do not wait once any name has one: its first deployment is for all times only while no event has been
     * read.
     */
    public long now() throws InterruptedException {
        return now(LEAD_MS);
    }

    /**
     * As {@link #now()} without the lead: the first event that comes from here on. An instance may score such an event before
     * it hears of the deployment; that one is then answered by the model before, while a replay gives it to the new one.
     */
    public long atOnce() throws InterruptedException {
        return now(0);
    }

    private long now(long lead) throws InterruptedException {
        if (history().deployments().isEmpty() && !(config.selectsModels() && Topics.isRead(config))) {
            return Deployment.BEGINNING;
        }
        long clock = System.currentTimeMillis();
        OptionalLong newest = newestEventTime();
        if (newest.isEmpty()) {
            return clock;
        }
        boolean flowing = Math.abs(clock - newest.getAsLong()) < FLOWING_MS;
        return flowing ? Math.max(clock, newest.getAsLong() + 1) + lead : newest.getAsLong() + 1;
    }

    private OptionalLong newestEventTime() throws InterruptedException {
        List<String> inputs = inputs();
        try (Admin admin = Admin.create(ClientSettings.admin(config))) {
            Map<TopicPartition, OffsetSpec> newest = new HashMap<>();
            admin.describeTopics(inputs)
                    .allTopicNames()
                    .get()
                    .forEach((input, description) -> description
                            .partitions()
                            .forEach(partition -> newest.put(
                                    new TopicPartition(input, partition.partition()), OffsetSpec.maxTimestamp())));
            return admin.listOffsets(newest).all().get().values().stream()
                    .mapToLong(ListOffsetsResultInfo::timestamp)
                    .filter(timestamp -> timestamp >= 0)
                    .max();
        } catch (ExecutionException e) {
            throw new OperationFailedException(
                    "the newest event of topic " + String.join(", ", inputs) + " cannot be found ("
                            + e.getCause().getMessage() + "); name a time with --from",
                    e.getCause());
        }
    }

    /** The input topics whose events the model may answer. */
    private List<String> inputs() {
        if (!SelectorSettings.TOPIC.equals(config.getString(EddyConfig.MODEL_SELECTOR))) {
            return config.inputTopics();
        }
        List<String> inputs = config.inputTopics().stream()
                .filter(input -> config.modelsOfTopics().get(input).equals(modelName))
                .toList();
        if (inputs.isEmpty()) {
            throw new OperationFailedException("no input topic stands for model " + modelName
                    + ", so it would never be asked; look at " + EddyConfig.INPUT_TOPIC + " and "
                    + EddyConfig.MODEL_SELECTOR_TOPICS);
        }
        return inputs;
    }

    /**
     * Asks every running instance to load versions, so that they are there when a deployment names them.
     *
     * @param models at least one
     * @return the time that stands in the request; an instance that reports it, or a later one, has heard of it
     */
    public long prepare(List<ModelId> models) throws InterruptedException {
        // What is decided from here on rests on these deployments.
        byte[] before = look().get(ControlRecords.prepareKey(config.pipeline()));
        long requestedAt = Math.max(System.currentTimeMillis(), requestedAt(before) + 1);
        byte[] value = ControlRecords.encodePrepare(models, requestedAt);
        try (KafkaProducer<String, byte[]> producer = ModelPublisher.producer(config)) {
            ModelPublisher.await(
                    producer.send(new ProducerRecord<>(topic, ControlRecords.prepareKey(config.pipeline()), value)),
                    topic);
        }
        return requestedAt;
    }

    private static long requestedAt(byte[] prepare) {
        try {
            return prepare == null ? 0 : ControlRecords.prepare(prepare).getRequestedAt();
        } catch (IOException e) {
            return 0; // Garbage is replaced.
        }
    }

    /**
     * Writes a deployment, in a transaction: of several that decide at the same moment one wins, the others fail.
     *
     * @param from event time from which it is in force
     * @throws OperationFailedException if somebody else changed the deployments since this deployer looked at them, or the
     *     model is not there any more
     */
    public Deployment deploy(ModelId model, long from) throws InterruptedException {
        return deploy(model, () -> from);
    }

    /** The event time from which a deployment is in force, found at the last moment. */
    public interface StartTime {
        long get() throws InterruptedException;
    }

    /** As {@link #deploy(ModelId, long)}, with a time that is found right before it is written. */
    public Deployment deploy(ModelId model, StartTime from) throws InterruptedException {
        return deploy(new Proposal(model, Transition.RESET, 0, null, "", List.of()), from);
    }

    /**
     * As {@link #deploy(ModelId, long)}, with everything a {@link Deployment} says.
     *
     * @param challenger null for none; it must be published too
     */
    public Deployment deploy(
            ModelId model, long from, Transition transition, long keepMs, Challenger challenger, String reason)
            throws InterruptedException {
        return deploy(new Proposal(model, transition, keepMs, challenger, reason, List.of()), () -> from);
    }

    /** As {@link #deploy(ModelId, StartTime)}, with everything that belongs to a deployment. */
    public Deployment deploy(Proposal proposal, StartTime from) throws InterruptedException {
        requireName(proposal);
        try (ControlTransaction transaction = ControlTransaction.begin(config)) {
            DeploymentHistory before = history(transaction.table());
            int newest = DeploymentTable.newestGeneration(config, transaction.table());
            // Who has not looked yet decides on what the transaction sees, which no open transaction hides.
            int expected = seen < 0 ? newest : seen;
            if (newest != expected) {
                throw new OperationFailedException(
                        "somebody else changed the deployments of pipeline " + config.pipeline()
                                + " at the same moment: " + newest(transaction.table())
                                + "; look at 'eddy status', and deploy again if it still should be");
            }
            for (ModelId model : proposal.models()) {
                requirePublished(model, transaction.table());
            }
            Deployment deployment = proposal.deployment(expected + 1, from.get(), System.currentTimeMillis());
            transaction.write(
                    DeploymentTable.key(config, modelName),
                    ControlRecords.encode(config.pipeline(), before.with(deployment)));
            transaction.commit();
            seen = deployment.generation();
            return deployment;
        }
    }

    /**
     * Checks that the models of a proposal have the name whose deployments these are, where events name their models.
     *
     * @throws OperationFailedException if one has another
     */
    public void requireName(Proposal proposal) {
        requireName(proposal.models());
    }

    private void requireName(List<ModelId> models) {
        if (!config.selectsModels()) {
            return;
        }
        DeploymentTable.key(config, modelName);
        inputs();
        for (ModelId model : models) {
            if (!model.name().equals(modelName)) {
                throw new OperationFailedException(
                        model + " cannot answer the events that ask for " + modelName + ": it has another name");
            }
        }
    }

    /**
     * Writes what a rule decided, in a transaction, in force from {@link #now} on.
     *
     * @throws OperationFailedException if the deployment whose rule it is is not the newest of its history any more
     */
    Deployment follow(PromotionDecision decision) throws InterruptedException {
        int basis = decision.basis().generation();
        long from = now();
        try (ControlTransaction transaction = ControlTransaction.begin(config)) {
            DeploymentHistory before = history(transaction.table());
            if (before.newestGeneration() != basis) {
                throw new OperationFailedException("the rule of deployment " + basis
                        + " is void, as somebody else changed the deployments: "
                        + newest(before.deployments().stream()));
            }
            int generation = DeploymentTable.newestGeneration(config, transaction.table()) + 1;
            Deployment deployment = decision.successor(generation, from, System.currentTimeMillis());
            requireName(List.of(deployment.model()));
            requirePublished(deployment.model(), transaction.table());
            transaction.write(
                    DeploymentTable.key(config, modelName),
                    ControlRecords.encode(config.pipeline(), before.with(deployment)));
            transaction.commit();
            return deployment;
        }
    }

    /**
     * A published model, compiled as an instance would.
     *
     * @throws dev.eddy.model.InvalidModelException if it is not there, not whole, or cannot be used
     */
    public LiveModel load(ModelId model) {
        Map<String, byte[]> records = control.refresh();
        ModelFile file =
                dev.eddy.catalogue.PublishedModel.read(model, records::get, config.getLong(EddyConfig.MODEL_MAX_BYTES));
        return LiveModel.compile(model, file.spec(), file);
    }

    private String newest(Map<String, byte[]> table) {
        return newest(DeploymentTable.all(config, table).values().stream()
                .flatMap(history -> history.deployments().stream()));
    }

    private static String newest(Stream<Deployment> deployments) {
        return deployments
                .max(Comparator.comparingInt(Deployment::generation))
                .map(deployment -> "the newest is " + deployment.generation() + ", " + deployment.model())
                .orElse("there are none any more");
    }

    /**
     * Sees to it that models are there before instances are asked for them.
     *
     * @throws OperationFailedException if one is not published any more
     */
    public void requirePublished(List<ModelId> models) {
        Map<String, byte[]> table = control.refresh();
        models.forEach(model -> requirePublished(model, table));
    }

    private static void requirePublished(ModelId model, Map<String, byte[]> table) {
        byte[] value = table.get(ControlRecords.manifestKey(model.name(), model.version()));
        try {
            if (value != null
                    && ControlRecords.model(ControlRecords.manifest(value)).equals(model)) {
                return;
            }
        } catch (IOException e) {
            LOG.debug("the manifest of {} is garbage", model, e);
        }
        throw new OperationFailedException(model + " is not published any more; publish it again with 'eddy publish'");
    }

    @Override
    public void close() {
        control.close();
    }
}
