package dev.eddy.telemetry;

import dev.eddy.model.ModelId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How well models do on one instance: plain sums, by deployment, role and model. A deployment counts from its own beginning;
 * the newest {@value #KEPT} are kept, of each model name where events name their models. All methods may be called by any thread; counting a score allocates nothing but at the
 * first of its kind.
 */
public final class Measurements {
    private static final int KEPT = 4;

    private final MeterRegistry registry;
    private final MultiGauge errors;
    /** By name of the models that answer, the empty one where events name none; then by generation. */
    private final Map<String, TreeMap<Integer, List<Sums>>> histories = new HashMap<>();

    private boolean byName;
    private Sums latest; // added to last; null: none was
    private int latestGeneration;

    /** What a model does at an event that is measured. */
    public enum Role {
        /** It answers. */
        CHAMPION,
        /** It is the challenger of the deployment. */
        CHALLENGER,
        /** It is on its way to answer. */
        WARMING,
        /** It is the champion of the deployment, and its challenger was measured at the same event. */
        PAIRED_CHAMPION,
        /** It is the challenger, and the champion was measured at the same event. */
        PAIRED_CHALLENGER
    }

    /**
     * What was measured; means are NaN where there is nothing.
     *
     * @param generation the deployment that was in force
     * @param events     events over which mae, mse and error are means; where there are none of these, those of nll
     * @param nllEvents  events over which nll is the mean
     * @param mae        mean absolute error
     * @param mse        mean squared error
     * @param nll        mean negative log-likelihood, in nats
     * @param error      share of labels that were wrong
     */
    public record Measure(
            ModelId model,
            Role role,
            int generation,
            long events,
            long nllEvents,
            double mae,
            double mse,
            double nll,
            double error) {}

    Measurements(MeterRegistry registry) {
        this.registry = registry;
        this.errors = MultiGauge.builder("eddy.model.error")
                .description("How far off models were, by role and metric, since their newest deployment.")
                .register(registry);
    }

    /** From now on every model name has deployments of its own, as in a pipeline whose events name their models. */
    public synchronized void byName() {
        byName = true;
    }

    /** Counts a score of a model in a role. */
    public synchronized void count(int generation, Role role, ModelId model, Score score) {
        Sums sums = sums(generation, role, model);
        if (sums != null) {
            sums.add(score.absolute(), score.squared(), score.nll(), score.error());
        }
    }

    /** Counts the scores of a champion and its challenger at the same event: only the metrics that both have. */
    public synchronized void countPair(
            int generation, ModelId champion, Score first, ModelId challenger, Score second) {
        Sums mine = sums(generation, Role.PAIRED_CHAMPION, champion);
        Sums other = sums(generation, Role.PAIRED_CHALLENGER, challenger);
        if (mine != null && other != null) {
            add(mine, first, second);
            add(other, second, first);
        }
    }

    private static void add(Sums sums, Score score, Score beside) {
        sums.add(
                ifBoth(score.absolute(), beside.absolute()),
                ifBoth(score.squared(), beside.squared()),
                ifBoth(score.nll(), beside.nll()),
                ifBoth(score.error(), beside.error()));
    }

    private static double ifBoth(double score, double beside) {
        return Double.isNaN(beside) ? Double.NaN : score;
    }

    /** The sums to add to; null for a deployment that is too old. */
    private Sums sums(int generation, Role role, ModelId model) {
        if (latest == null || latestGeneration != generation || !latest.isOf(role, model)) {
            latest = find(generation, role, model);
            latestGeneration = generation;
        }
        return latest;
    }

    private Sums find(int generation, Role role, ModelId model) {
        TreeMap<Integer, List<Sums>> generations =
                histories.computeIfAbsent(byName ? model.name() : "", name -> new TreeMap<>());
        List<Sums> all = generations.get(generation);
        if (all == null) {
            all = begin(generations, generation);
            if (all == null) {
                return null;
            }
        }
        for (Sums sums : all) {
            if (sums.isOf(role, model)) {
                return sums;
            }
        }
        Sums sums = new Sums(model, role, counter(model, role));
        all.add(sums);
        return sums;
    }

    private List<Sums> begin(NavigableMap<Integer, List<Sums>> generations, int generation) {
        if (generations.size() == KEPT) {
            if (generation < generations.firstKey()) {
                return null;
            }
            List<Sums> oldest = generations.pollFirstEntry().getValue();
            oldest.stream()
                    .filter(sums -> !isCounted(generations, sums))
                    .forEach(sums -> registry.remove(sums.measured));
        }
        List<Sums> begun = new ArrayList<>();
        generations.put(generation, begun);
        return begun;
    }

    private static boolean isCounted(NavigableMap<Integer, List<Sums>> generations, Sums of) {
        return generations.values().stream().flatMap(List::stream).anyMatch(sums -> sums.isOf(of.role, of.model));
    }

    /** The same one whenever the same model is in the same role. */
    private Counter counter(ModelId model, Role role) {
        return Counter.builder("eddy.model.measured")
                .description("Events at which models were measured, by role.")
                .tags(tags(model, role))
                .register(registry);
    }

    /** All that was measured, the oldest deployment first. */
    public synchronized List<Measure> all() {
        TreeMap<Integer, List<Sums>> generations = new TreeMap<>();
        histories.values().forEach(generations::putAll);
        List<Measure> all = new ArrayList<>();
        generations.forEach((generation, sums) -> sums.forEach(sum -> all.add(sum.measure(generation))));
        return all;
    }

    /** Brings the gauges up to date. */
    void refreshGauges() {
        Map<Tags, Measure> newest = new LinkedHashMap<>();
        all().forEach(measure -> newest.put(tags(measure.model(), measure.role()), measure));
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        newest.forEach((tags, measure) -> {
            addRow(rows, tags, "mae", measure.mae());
            addRow(rows, tags, "mse", measure.mse());
            addRow(rows, tags, "nll", measure.nll());
            addRow(rows, tags, "error", measure.error());
        });
        synchronized (errors) {
            errors.register(rows, true);
        }
    }

    private static void addRow(List<MultiGauge.Row<?>> rows, Tags tags, String metric, double mean) {
        if (!Double.isNaN(mean)) {
            rows.add(MultiGauge.Row.of(tags.and("metric", metric), mean));
        }
    }

    private static Tags tags(ModelId model, Role role) {
        return Telemetry.tags(model).and("role", role.name().toLowerCase(Locale.ROOT));
    }

    private static final class Sums {
        private final ModelId model;
        private final Role role;
        private final Counter measured;
        private long values;
        private double absolute;
        private double squared;
        private long likelihoods;
        private double nll;
        private long labels;
        private double wrong;

        Sums(ModelId model, Role role, Counter measured) {
            this.model = model;
            this.role = role;
            this.measured = measured;
        }

        boolean isOf(Role aRole, ModelId aModel) {
            return role == aRole && model.equals(aModel);
        }

        void add(double ofAbsolute, double ofSquared, double ofNll, double ofError) {
            boolean any = false;
            if (!Double.isNaN(ofAbsolute)) {
                values++;
                absolute += ofAbsolute;
                squared += ofSquared;
                any = true;
            }
            if (!Double.isNaN(ofNll)) {
                likelihoods++;
                nll += ofNll;
                any = true;
            }
            if (!Double.isNaN(ofError)) {
                labels++;
                wrong += ofError;
                any = true;
            }
            if (any) {
                measured.increment();
            }
        }

        Measure measure(int generation) {
            long errors = values + labels;
            return new Measure(
                    model,
                    role,
                    generation,
                    errors == 0 ? likelihoods : errors,
                    likelihoods,
                    absolute / nanIfNone(values),
                    squared / nanIfNone(values),
                    nll / nanIfNone(likelihoods),
                    wrong / nanIfNone(labels));
        }

        private static double nanIfNone(long count) {
            return count == 0 ? Double.NaN : count;
        }
    }
}
