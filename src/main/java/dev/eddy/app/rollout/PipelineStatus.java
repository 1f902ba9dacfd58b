package dev.eddy.app.rollout;

import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.MeasuredRole;
import dev.eddy.schema.ModelMeasure;
import dev.eddy.schema.SequenceCount;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * A pipeline as it is at a moment.
 *
 * @param time      when, epoch milliseconds
 * @param histories its deployments, by name of the models that answer; all under the empty name where events name none
 * @param instances the newest report of every instance, gone ones among them, by name
 * @param lag       how far it is behind; null if that is not known
 * @param noLag     why it is not known; else empty
 */
public record PipelineStatus(
        String pipeline,
        String applicationId,
        long time,
        SortedMap<String, DeploymentHistory> histories,
        List<InstanceStatus> instances,
        ConsumerLag lag,
        String noLag) {
    public PipelineStatus {
        histories = Collections.unmodifiableSortedMap(new TreeMap<>(histories));
        instances = List.copyOf(instances);
    }

    /**
     * The sequences that a model answers.
     *
     * @param name        empty, as is the version, for a model that is not published any more
     * @param fingerprint hexadecimal digits; of such a model only the first
     * @param share       of all sequences
     */
    public record Sequences(String name, String version, String fingerprint, long count, double share) {
        /** {@code name@version}. */
        public String label() {
            return name.isEmpty() ? "a model that is gone, " + fingerprint.substring(0, 12) : name + "@" + version;
        }
    }

    /**
     * How well a model did, over all instances that run.
     *
     * @param events    over which mae, mse and error are means
     * @param nllEvents over which nll is the mean
     */
    public record Measured(
            int generation,
            MeasuredRole role,
            String name,
            String version,
            String fingerprint,
            long events,
            long nllEvents,
            Double mae,
            Double mse,
            Double nll,
            Double error) {}

    /** Whether events name their models, so that each name has deployments of its own. */
    public boolean isNamed() {
        return !histories.containsKey("");
    }

    /** The newest deployment of a model name; null for none. */
    public Deployment newest(String name) {
        List<Deployment> all = history(name).deployments();
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** How its model came; null if there is none. */
    public RolloutPlanner.Arrival arrival(String name) {
        Deployment newest = newest(name);
        return newest == null ? null : RolloutPlanner.arrival(history(name), newest);
    }

    private DeploymentHistory history(String name) {
        return histories.getOrDefault(name, DeploymentHistory.EMPTY);
    }

    /** All deployments, the oldest first. */
    public List<Deployment> deployments() {
        return histories.values().stream()
                .flatMap(history -> history.deployments().stream())
                .sorted(Comparator.comparingInt(Deployment::generation))
                .toList();
    }

    /** The instances that report. */
    public List<InstanceStatus> live() {
        return instances.stream().filter(InstanceReports::isLive).toList();
    }

    /** Which model answers how many sequences, the most first. */
    public List<Sequences> sequences() {
        Map<String, List<SequenceCount>> byModel = live().stream()
                .flatMap(report -> report.getSequences().stream())
                .collect(Collectors.groupingBy(SequenceCount::getFingerprint, TreeMap::new, Collectors.toList()));
        long all = byModel.values().stream()
                .flatMap(List::stream)
                .mapToLong(SequenceCount::getCount)
                .sum();
        List<Sequences> sequences = new ArrayList<>();
        byModel.forEach((fingerprint, counts) -> {
            long count = counts.stream().mapToLong(SequenceCount::getCount).sum();
            SequenceCount one = counts.get(0);
            sequences.add(new Sequences(
                    one.getName(), one.getVersion(), fingerprint, count, all == 0 ? 0 : (double) count / all));
        });
        sequences.sort(Comparator.comparingLong(Sequences::count).reversed());
        return sequences;
    }

    /** How well models did, the newest deployment first. */
    public List<Measured> measured() {
        Map<List<Object>, List<ModelMeasure>> groups = live().stream()
                .flatMap(report -> report.getMeasured().stream())
                .collect(Collectors.groupingBy(measure -> List.of(
                        measure.getGeneration(),
                        measure.getRole(),
                        HexFormat.of().formatHex(measure.getFingerprint().bytes()))));
        List<Measured> measured = new ArrayList<>();
        groups.forEach((key, measures) -> measured.add(merged((String) key.get(2), measures)));
        measured.sort(Comparator.comparingInt(Measured::generation)
                .reversed()
                .thenComparing(Measured::role)
                .thenComparing(Measured::name)
                .thenComparing(Measured::version));
        return measured;
    }

    private static Measured merged(String fingerprint, List<ModelMeasure> measures) {
        ModelMeasure one = measures.get(0);
        // Where only the nll is measured, its events may stand in the general count.
        ToLongFunction<ModelMeasure> nllEvents =
                measure -> measure.getNllEvents() > 0 ? measure.getNllEvents() : measure.getEvents();
        return new Measured(
                one.getGeneration(),
                one.getRole(),
                one.getName(),
                one.getVersion(),
                fingerprint,
                measures.stream().mapToLong(ModelMeasure::getEvents).sum(),
                measures.stream().mapToLong(ModelMeasure::getNllEvents).sum(),
                mean(measures, ModelMeasure::getMae, ModelMeasure::getEvents),
                mean(measures, ModelMeasure::getMse, ModelMeasure::getEvents),
                mean(measures, ModelMeasure::getNll, nllEvents),
                mean(measures, ModelMeasure::getError, ModelMeasure::getEvents));
    }

    /** The mean over all events; null where none was measured. */
    private static Double mean(
            List<ModelMeasure> measures, Function<ModelMeasure, Double> metric, ToLongFunction<ModelMeasure> events) {
        double sum = 0;
        long count = 0;
        for (ModelMeasure measure : measures) {
            Double value = metric.apply(measure);
            if (value != null) {
                sum += value * events.applyAsLong(measure);
                count += events.applyAsLong(measure);
            }
        }
        return count == 0 ? null : sum / count;
    }
}
