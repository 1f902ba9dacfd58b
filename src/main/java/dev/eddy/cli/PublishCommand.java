package dev.eddy.cli;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.ModelRules;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.CatalogueRules;
import dev.eddy.catalogue.SigningKey;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eddy publish}. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = {
            "Puts a model file on the control topic and waits for what the running instances say of it.",
            "",
            "The model is checked first, as an instance checks it: shapes, finite weights, probes. It goes over in"
                    + " chunks, so no broker setting is needed for a large one. It scores nothing before 'eddy deploy'.",
            "",
            "With --sign the model carries a signature of that key, so that instances whose"
                    + " eddy.model.trusted.keys name it can tell who vouches for it. A published model that is published"
                    + " again with another key has both signatures.",
            "",
            "Example: eddy publish -c eddy.properties --sign release.pem model.safetensors",
            ""
        })
final class PublishCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Parameters(paramLabel = "MODEL", description = "The model file, as 'eddy import' writes it.")
    private Path model;

    @Option(
            names = "--sign",
            paramLabel = "KEY",
            description =
                    "Private key, as 'eddy keygen' writes it, to sign the model with. May be given more than once.")
    private final List<Path> keys = new ArrayList<>();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for the instances. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        EddyConfig settings = config.read();
        CatalogueRules rules = ModelRules.of(settings);
        List<SigningKey> signers = new ArrayList<>();
        for (Path key : keys) {
            signers.add(SigningKey.read(key));
        }
        ModelFile file = ModelFile.read(model);
        PrintWriter out = command.commandLine().getOut();
        Topics.ensure(settings, TopicRole.CONTROL, TopicRole.STATUS);
        ModelPublisher publisher = new ModelPublisher(settings);
        ModelManifest manifest = publisher.manifest(file, signers);
        warn(rules, manifest, file);
        ModelId id = file.id();
        try (ProgressBar bar = ProgressBar.on(command.commandLine().getErr(), "bytes", false)) {
            int size = file.bytes().length;
            publisher.publish(file, manifest, written -> bar.at(written, (double) written / size));
        }
        out.println("published " + id + ", " + file.bytes().length + " bytes");
        signers.forEach(key -> out.println("  signed by key " + key.id()));
        try (InstanceReports reports = new InstanceReports(settings)) {
            List<InstanceStatus> ready = new Verdicts(reports, Duration.ofSeconds(seconds))
                    .awaitReady(id, manifest.getPublishedAt(), (answered, all) -> {});
            ready.forEach(report -> out.println("  READY on " + report.getInstance()));
            if (ready.isEmpty()) {
                out.println("  no instance is running; it will be loaded when one starts");
            }
        }
        out.println("make it score with: eddy deploy " + id.label());
        out.flush();
        return 0;
    }

    /** The settings of this command and of the instances need not be the same, so this forbids nothing. */
    private void warn(CatalogueRules rules, ModelManifest manifest, ModelFile file) {
        try {
            rules.check(manifest, file);
        } catch (InvalidModelException e) {
            command.commandLine()
                    .getErr()
                    .println("warning: instances with these settings reject this model: " + e.getMessage());
        }
    }
}
