package dev.eddy.cli;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.EventTime;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelStatus;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code eddy status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a pipeline runs: its deployments, its instances, and what each says of every model.",
            "",
            "Example: eddy status -c eddy.properties",
            ""
        })
final class StatusCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Override
    public Integer call() {
        EddyConfig settings = config.read();
        Topics.ensure(settings, TopicRole.CONTROL, TopicRole.STATUS);
        PrintWriter out = command.commandLine().getOut();
        try (ModelDeployer deployer = new ModelDeployer(settings);
                InstanceReports reports = new InstanceReports(settings)) {
            printDeployments(settings, deployer.deployments(), out);
            printInstances(reports.all(), out);
        }
        out.flush();
        return 0;
    }

    private static void printDeployments(EddyConfig settings, List<Deployment> deployments, PrintWriter out) {
        out.println("pipeline " + settings.pipeline());
        if (deployments.isEmpty()) {
            out.println("  nothing is deployed; publish a model with 'eddy publish', then 'eddy deploy'");
        }
        for (Deployment deployment : deployments) {
            out.println("  deployment " + deployment.generation() + ": " + deployment.model() + " from event time "
                    + EventTime.text(deployment.from()) + ", decided " + EventTime.text(deployment.deployedAt()));
        }
    }

    private static void printInstances(List<InstanceStatus> reports, PrintWriter out) {
        if (reports.isEmpty()) {
            out.println("no instance has reported; start one with 'eddy run'");
        }
        for (InstanceStatus report : reports) {
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
