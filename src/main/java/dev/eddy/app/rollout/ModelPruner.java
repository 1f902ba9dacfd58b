package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Lists the versions on the control topic, and removes those that nobody needs. */
public final class ModelPruner implements AutoCloseable {
    private final EddyConfig config;
    private final TopicSnapshot control;
    private final LongSupplier clock;

    /**
     * What may go.
     *
     * @param keep        how many of the newest versions of each name stay in any case
     * @param olderThanMs how long ago a version must have been published, in milliseconds
     * @param history     how many of the newest deployments stay, of each model name where events name their models; at least 2
     */
    public record Request(int keep, long olderThanMs, int history) {
        public Request {
            if (keep < 0 || olderThanMs < 0 || history < 2) {
                throw new IllegalArgumentException("nothing may be negative, and two deployments must stay");
            }
        }
    }

    /**
     * What goes.
     *
     * @param models  versions that are removed
     * @param before  the deployments as they are, by the key of their record
     * @param history the deployments that stay
     */
    public record Plan(
            List<PublishedModel> models,
            SortedMap<String, DeploymentHistory> before,
            SortedMap<String, DeploymentHistory> history) {
        /** Whether nothing goes. */
        public boolean isEmpty() {
            return models.isEmpty() && before.equals(history);
        }

        private List<ModelId> ids() {
            return models.stream().map(PublishedModel::id).toList();
        }
    }

    public ModelPruner(EddyConfig config) {
        this.config = config;
        this.control = new TopicSnapshot(config, config.getString(EddyConfig.CONTROL_TOPIC));
        this.clock = System::currentTimeMillis;
    }

    /** All versions, by name, the newest first. */
    public List<PublishedModel> models() {
        return PublishedModel.all(control.refresh(), clock.getAsLong());
    }

    /** What would go. */
    public Plan plan(Request request) {
        return plan(config, control.refresh(), request, clock.getAsLong());
    }

    static Plan plan(EddyConfig config, Map<String, byte[]> table, Request request, long now) {
        SortedMap<String, DeploymentHistory> before = DeploymentTable.all(config, table);
        SortedMap<String, DeploymentHistory> history = new TreeMap<>(before);
        history.replaceAll((key, whole) -> whole.newest(request.history()));
        Map<String, byte[]> shortened = new HashMap<>(table);
        shortened.putAll(changes(config, before, history));
        Map<String, Integer> seen = new HashMap<>();
        List<PublishedModel> models = PublishedModel.all(shortened, now).stream()
                .filter(model -> seen.merge(model.manifest().getName(), 1, Integer::sum) > request.keep())
                .filter(model -> now - model.manifest().getPublishedAt() >= request.olderThanMs())
                .filter(model -> model.deployments().isEmpty() && !model.asked())
                .toList();
        return new Plan(models, before, history);
    }

    /**
     * Removes what a plan names, in one transaction.
     *
     * @throws OperationFailedException if something has changed since it was made
     */
    public void prune(Request request, Plan plan) {
        try (ControlTransaction transaction = ControlTransaction.begin(config)) {
            Plan now = plan(config, transaction.table(), request, clock.getAsLong());
            Set<ModelId> unplanned = new HashSet<>(plan.ids());
            if (!now.before().equals(plan.before()) || !now.ids().containsAll(unplanned)) {
                throw new OperationFailedException(
                        "somebody published or deployed meanwhile; nothing was removed, look again with 'eddy models'");
            }
            changes(config, plan.before(), plan.history()).forEach(transaction::write);
            for (PublishedModel model : plan.models()) {
                keys(model).forEach(key -> transaction.write(key, null));
            }
            transaction.commit();
        }
    }

    private static Map<String, byte[]> changes(
            EddyConfig config, Map<String, DeploymentHistory> before, Map<String, DeploymentHistory> history) {
        Map<String, byte[]> changes = new HashMap<>();
        history.forEach((key, kept) -> {
            if (!kept.equals(before.get(key))) {
                changes.put(key, ControlRecords.encode(config.pipeline(), kept));
            }
        });
        return changes;
    }

    private static Stream<String> keys(PublishedModel model) {
        String manifest = ControlRecords.manifestKey(
                model.manifest().getName(), model.manifest().getVersion());
        return Stream.concat(Stream.of(manifest), model.chunks().stream());
    }

    @Override
    public void close() {
        control.close();
    }
}
