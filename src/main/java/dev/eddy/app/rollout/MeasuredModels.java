package dev.eddy.app.rollout;

import dev.eddy.catalogue.PromotionRule;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.MeasuredRole;
import dev.eddy.schema.ModelMeasure;
import dev.eddy.schema.Sha256;
import dev.eddy.telemetry.Measurements.Measure;
import java.util.Arrays;
import java.util.List;

/** What instances measured of models, as status records carry it. */
final class MeasuredModels {
    private MeasuredModels() {}

    /**
     * The error of a model over all instances.
     *
     * @param events events over which it is the mean
     * @param mean   NaN where there are none
     */
    record Total(long events, double mean) {}

    static List<ModelMeasure> records(List<Measure> measures) {
        return measures.stream().map(MeasuredModels::record).toList();
    }

    private static ModelMeasure record(Measure measure) {
        return new ModelMeasure(
                measure.model().name(),
                measure.model().version(),
                new Sha256(measure.model().fingerprint().bytes()),
                MeasuredRole.valueOf(measure.role().name()),
                measure.generation(),
                measure.events(),
                measure.nllEvents(),
                nullIfNaN(measure.mae()),
                nullIfNaN(measure.mse()),
                nullIfNaN(measure.nll()),
                nullIfNaN(measure.error()));
    }

    private static Double nullIfNaN(double mean) {
        return Double.isNaN(mean) ? null : mean;
    }

    /** One metric of a model in one role under one deployment, over the events of all reports. */
    static Total total(
            List<InstanceStatus> reports,
            int generation,
            ModelId model,
            MeasuredRole role,
            PromotionRule.Metric metric) {
        long events = 0;
        double sum = 0;
        for (InstanceStatus report : reports) {
            for (ModelMeasure measure : report.getMeasured()) {
                Double mean = mean(measure, metric);
                if (mean != null
                        && measure.getGeneration() == generation
                        && measure.getRole() == role
                        && Arrays.equals(
                                measure.getFingerprint().bytes(),
                                model.fingerprint().bytes())) {
                    long counted = metric == PromotionRule.Metric.NLL ? measure.getNllEvents() : measure.getEvents();
                    events += counted;
                    sum += mean * counted;
                }
            }
        }
        return new Total(events, events == 0 ? Double.NaN : sum / events);
    }

    private static Double mean(ModelMeasure measure, PromotionRule.Metric metric) {
        return switch (metric) {
            case MAE -> measure.getMae();
            case MSE -> measure.getMse();
            case NLL -> measure.getNll();
            case ERROR -> measure.getError();
        };
    }
}
