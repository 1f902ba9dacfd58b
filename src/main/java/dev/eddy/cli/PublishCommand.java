package dev.eddy.cli;

import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
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
            "Example: eddy publish -c eddy.properties model.safetensors",
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
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for the instances. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        EddyConfig settings = config.read();
        ModelFile file = ModelFile.read(model);
        PrintWriter out = command.commandLine().getOut();
        Topics.ensure(settings, TopicRole.CONTROL, TopicRole.STATUS);
        ModelId id;
        try (ProgressBar bar = ProgressBar.on(command.commandLine().getErr(), "bytes", false)) {
            int size = file.bytes().length;
            id = new ModelPublisher(settings).publish(file, written -> bar.at(written, (double) written / size));
        }
        out.println("published " + id + ", " + file.bytes().length + " bytes");
        try (InstanceReports reports = new InstanceReports(settings)) {
            List<InstanceStatus> ready =
                    new Verdicts(reports, Duration.ofSeconds(seconds)).awaitReady(id, (answered, all) -> {});
            ready.forEach(report -> out.println("  READY on " + report.getInstance()));
            if (ready.isEmpty()) {
                out.println("  no instance is running; it will be loaded when one starts");
            }
        }
        out.println("make it score with: eddy deploy " + id.label());
        out.flush();
        return 0;
    }
}
