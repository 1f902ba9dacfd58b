package dev.eddy.cli;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelPruner;
import dev.eddy.app.rollout.ModelRules;
import dev.eddy.app.rollout.PublishedModel;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.catalogue.TrustedKeys;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.EventTime;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.ModelSignature;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code eddy models}. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[prune]",
        description = {
            "Lists the versions on the control topic: their size, who signed them, which deployments name them, and on how"
                    + " many running instances they are READY.",
            "",
            "Examples: eddy models -c eddy.properties",
            "          eddy models prune -c eddy.properties --keep 2",
            ""
        },
        subcommands = PruneCommand.class)
final class ModelsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Override
    public Integer call() {
        EddyConfig settings = config.read();
        TrustedKeys keys = ModelRules.trustedKeys(settings);
        Topics.ensure(settings, TopicRole.CONTROL, TopicRole.STATUS);
        PrintWriter out = command.commandLine().getOut();
        try (ModelPruner pruner = new ModelPruner(settings);
                InstanceReports reports = new InstanceReports(settings)) {
            List<PublishedModel> models = pruner.models();
            List<InstanceStatus> live = reports.live();
            if (models.isEmpty()) {
                out.println("nothing is published; publish a model with 'eddy publish'");
            }
            models.forEach(model -> print(model, settings.pipeline(), keys, live, out));
        }
        out.flush();
        return 0;
    }

    private static void print(
            PublishedModel model, String pipeline, TrustedKeys keys, List<InstanceStatus> live, PrintWriter out) {
        out.println(model.id());
        out.println("  " + file(model));
        out.println("  " + signatures(model.manifest(), keys));
        out.println("  " + deployments(model, pipeline));
        out.println("  " + readiness(model, live));
    }

    /** Its size, and whether all of it is there. */
    static String file(PublishedModel model) {
        ModelManifest manifest = model.manifest();
        int missing = manifest.getChunks() - model.chunks().size();
        return String.format(
                        Locale.ROOT,
                        "%,d bytes in %,d chunk%s",
                        manifest.getSize(),
                        manifest.getChunks(),
                        manifest.getChunks() == 1 ? "" : "s")
                + (missing > 0 ? ", of which " + missing + " are missing" : "") + ", published "
                + EventTime.text(manifest.getPublishedAt());
    }

    private static String signatures(ModelManifest manifest, TrustedKeys keys) {
        if (manifest.getSignatures().isEmpty()) {
            return "not signed";
        }
        List<String> right = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (ModelSignature signature : manifest.getSignatures()) {
            if (keys.isRight(manifest, signature)) {
                right.add(signature.getKeyId());
            } else {
                others.add(TrustedKeys.printable(signature.getKeyId())
                        + (keys.ids().contains(signature.getKeyId()) ? " (wrong)" : " (key not trusted, not checked)"));
            }
        }
        List<String> parts = new ArrayList<>();
        if (!right.isEmpty()) {
            parts.add("signed by " + String.join(", ", right));
        }
        if (!others.isEmpty()) {
            parts.add("carries a signature of " + String.join(", ", others));
        }
        return String.join("; ", parts);
    }

    private static String deployments(PublishedModel model, String pipeline) {
        if (model.deployments().isEmpty()) {
            return "not deployed";
        }
        return model.deployments().entrySet().stream()
                .map(entry -> (entry.getValue().size() == 1 ? "deployment " : "deployments ")
                        + entry.getValue().stream().map(String::valueOf).collect(Collectors.joining(", "))
                        + ((entry.getKey() + "/").startsWith(pipeline + "/") ? "" : " of pipeline " + entry.getKey()))
                .collect(Collectors.joining("; "));
    }

    private static String readiness(PublishedModel model, List<InstanceStatus> live) {
        List<ModelStatus> verdicts = live.stream()
                .map(report -> Verdicts.of(report, model.id()))
                .flatMap(Optional::stream)
                .toList();
        long ready = count(verdicts, Verdict.READY);
        long loaded = verdicts.stream()
                .filter(ModelStatus::getLoaded)
                .filter(s -> s.getVerdict() == Verdict.READY)
                .count();
        long rejected = count(verdicts, Verdict.REJECTED);
        return "READY on " + ready + " of " + live.size() + (live.size() == 1 ? " instance" : " instances")
                + ", in memory on " + loaded
                + (rejected > 0 ? ", REJECTED on " + rejected + ", 'eddy status' says why" : "");
    }

    private static long count(List<ModelStatus> verdicts, Verdict verdict) {
        return verdicts.stream()
                .filter(status -> status.getVerdict() == verdict)
                .count();
    }
}
