package dev.eddy.cli;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.PipelineStatus;
import dev.eddy.app.rollout.PipelineStatus.Measured;
import dev.eddy.app.rollout.RolloutPlanner;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.model.EventTime;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A pipeline's status for people. */
final class StatusText {
    private final PipelineStatus status;
    private final PrintWriter out;

    private StatusText(PipelineStatus status, PrintWriter out) {
        this.status = status;
        this.out = out;
    }

    static void print(PipelineStatus status, PrintWriter out) {
        StatusText text = new StatusText(status, out);
        text.pipeline();
        text.history();
        text.instances();
    }

    private void pipeline() {
        out.println("pipeline " + status.pipeline());
        if (status.deployments().isEmpty()) {
            out.println("  nothing is deployed; publish a model with 'eddy publish', then 'eddy deploy'");
        } else {
            status.histories().keySet().forEach(this::newest);
        }
        out.println("  " + sequences());
        status.measured().stream()
                .filter(measured -> isNewest(measured.generation()))
                .forEach(measured -> out.println("  " + error(measured)));
        out.println(
                status.lag() == null
                        ? "  lag not known: " + status.noLag()
                        : String.format(
                                Locale.ROOT,
                                "  lag %,d events in %d partitions",
                                status.lag().events(),
                                status.lag().partitions().size()));
    }

    private void newest(String name) {
        Deployment newest = status.newest(name);
        if (newest == null) {
            return;
        }
        out.println("  champion " + newest.model() + since(newest));
        if (newest.challenger() != null) {
            out.println("  challenger " + challenger(newest.challenger()));
        }
        rollback(status.arrival(name));
    }

    private boolean isNewest(int generation) {
        return status.histories().keySet().stream()
                .map(status::newest)
                .anyMatch(newest -> newest != null && newest.generation() == generation);
    }

    private static String since(Deployment deployment) {
        return " from event time " + EventTime.text(deployment.from()) + ", transition " + deployment.transition()
                + (deployment.reason().isEmpty() ? "" : ", " + deployment.reason());
    }

    private static String challenger(Challenger challenger) {
        return challenger.model() + (challenger.answers() ? ", a canary" : ", in shadow") + " for "
                + RolloutPlanner.percent(challenger.share()) + " % of the sequences, warm-up " + challenger.warmUp()
                + ", " + (challenger.rule() == null ? "no rule" : "promoted if " + challenger.rule());
    }

    private void rollback(RolloutPlanner.Arrival arrival) {
        if (arrival.before() == null) {
            return;
        }
        long keepMs = arrival.deployment().keepMs();
        String states = ", at zero state: none is kept";
        if (arrival.keptUntil() != null) {
            states = ", with states kept until event time " + EventTime.text(arrival.keptUntil()) + " or later";
        } else if (keepMs > 0) {
            states = ", with states kept for " + keepMs + " ms of event time";
        }
        out.println("  rollback to " + arrival.before() + " possible" + states);
    }

    private String sequences() {
        List<PipelineStatus.Sequences> sequences = status.sequences();
        if (sequences.isEmpty()) {
            return "no sequences";
        }
        return "sequences: "
                + sequences.stream()
                        .map(one -> String.format(
                                Locale.ROOT, "%s %.1f %% (%,d)", one.label(), 100 * one.share(), one.count()))
                        .collect(Collectors.joining(", "));
    }

    private static String error(Measured measured) {
        List<String> metrics = new ArrayList<>();
        add(metrics, "mae", measured.mae());
        add(metrics, "mse", measured.mse());
        add(metrics, "nll", measured.nll());
        add(metrics, "error", measured.error());
        return String.format(
                Locale.ROOT,
                "measured %s %s@%s: %s over %,d events",
                measured.role().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                measured.name(),
                measured.version(),
                metrics.isEmpty() ? "nothing yet" : String.join(", ", metrics),
                Math.max(measured.events(), measured.nllEvents()));
    }

    private static void add(List<String> metrics, String name, Double value) {
        if (value != null) {
            metrics.add(String.format(Locale.ROOT, "%s %.6g", name, value));
        }
    }

    private void history() {
        for (Deployment deployment : status.deployments()) {
            out.println("  deployment " + deployment.generation() + ": " + deployment.model() + since(deployment)
                    + ", decided " + EventTime.text(deployment.deployedAt())
                    + (deployment.challenger() == null
                            ? ""
                            : ", challenger " + deployment.challenger().model().label()));
        }
    }

    private void instances() {
        if (status.instances().isEmpty()) {
            out.println("no instance has reported; start one with 'eddy run'");
        }
        for (InstanceStatus report : status.instances()) {
            boolean live = InstanceReports.isLive(report);
            out.println("instance " + report.getInstance() + ": " + (live ? report.getState() : "GONE") + ", up since "
                    + EventTime.text(report.getStartedAt()) + ", last report " + EventTime.text(report.getReportedAt())
                    + ", knows deployment " + report.getGeneration());
            for (ModelStatus model : report.getModels()) {
                out.println("  " + model.getName() + "@" + model.getVersion() + " " + verdict(model));
            }
        }
    }

    private static String verdict(ModelStatus model) {
        return switch (model.getVerdict()) {
            case LOADING -> "LOADING";
            case REJECTED -> "REJECTED: " + model.getReason();
            case READY -> "READY, " + memory(model) + signers(model);
        };
    }

    private static String memory(ModelStatus model) {
        if (!model.getLoaded()) {
            return "not loaded";
        }
        return model.getMemoryBytes() == 0
                ? "loaded"
                : String.format(Locale.ROOT, "loaded, %,d bytes of memory", model.getMemoryBytes());
    }

    private static String signers(ModelStatus model) {
        return model.getSignedBy().isEmpty() ? "" : ", signed by " + String.join(", ", model.getSignedBy());
    }
}
