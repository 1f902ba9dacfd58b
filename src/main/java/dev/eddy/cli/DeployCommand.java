package dev.eddy.cli;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.Terminal;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelDeployer.StartTime;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.EventTime;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eddy deploy}. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a published model the one that scores, from an event time on.",
            "",
            "First every running instance is asked to load it, and must say that it is READY and in memory; one that"
                    + " rejects it or stays silent stops the deployment, unless --force is given: then instances that"
                    + " do not have it go on with the older deployment until they do. Of two deployments at the same"
                    + " moment one is made, the other fails.",
            "",
            "Each sequence then moves at its next event at or after that time, and begins there"
                    + " at zero state. Late events never take a sequence back.",
            "",
            "The first deployment of a pipeline is in force for all event times unless --from names one: events may be"
                    + " waiting. Later ones take 'now': right behind the newest event of the input topic, and one"
                    + " second later where events flow at this moment, so that every instance knows it in time.",
            "",
            "Where events name their models (eddy.model.selector), each name has deployments of its own, and the name of"
                    + " the model says which. The first one of a name is in force for all event times only while no"
                    + " event has been read.",
            "",
            "Example: eddy deploy -c eddy.properties pump-condition@2 --from 2026-03-01T00:00:00Z",
            ""
        })
final class DeployCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Parameters(paramLabel = "NAME@VERSION", converter = ModelName.Converter.class, description = "The model.")
    private ModelName model;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            defaultValue = "now",
            description = "Event time: ISO 8601 in UTC, epoch milliseconds, or now. Default: ${DEFAULT-VALUE}.")
    private String from;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for the instances. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--force", description = "Deploys even if an instance rejects the model or stays silent.")
    private boolean force;

    @Override
    public Integer call() throws InterruptedException {
        EddyConfig settings = config.read();
        PrintWriter out = command.commandLine().getOut();
        Topics.ensure(settings, TopicRole.INPUT, TopicRole.CONTROL, TopicRole.STATUS);
        try (ModelDeployer deployer = new ModelDeployer(settings, model.name());
                InstanceReports reports = new InstanceReports(settings)) {
            Verdicts verdicts = new Verdicts(reports, Duration.ofSeconds(seconds));
            ModelId id = deployer.find(model.name(), model.version());
            StartTime start = startTime(deployer);
            List<InstanceStatus> ready = awaitLoaded(deployer, verdicts, id);
            Deployment deployment = deployer.deploy(id, start);
            out.println("deployment " + deployment.generation() + " of pipeline " + settings.pipeline() + ": " + id
                    + " from event time " + EventTime.text(deployment.from()) + " on");
            out.flush();
            List<InstanceStatus> known = verdicts.awaitGeneration(deployment.generation(), this::show);
            known.forEach(report -> out.println("  known to " + report.getInstance()));
            if (ready.isEmpty() && known.isEmpty()) {
                out.println("  no instance is running; it counts when one starts");
            }
            awaitClock(deployment.from());
        }
        out.flush();
        return 0;
    }

    private List<InstanceStatus> awaitLoaded(ModelDeployer deployer, Verdicts verdicts, ModelId id)
            throws InterruptedException {
        long requestedAt = deployer.prepare(id);
        try {
            return verdicts.awaitLoaded(id, requestedAt, this::show);
        } catch (OperationFailedException e) {
            if (!force) {
                throw new OperationFailedException(
                        "not deployed: " + e.getMessage() + "; --force deploys nevertheless", e);
            }
            command.commandLine().getErr().println("warning: deployed with --force although " + e.getMessage());
            return List.of();
        }
    }

    private void show(int answered, int all) {
        if (Terminal.isWatched() && answered < all) {
            PrintWriter err = command.commandLine().getErr();
            err.print("\r\u001B[K" + answered + " of " + all + " instances");
            err.flush();
        }
    }

    private StartTime startTime(ModelDeployer deployer) {
        if (from.equals("now")) {
            return deployer::now;
        }
        try {
            long time = EventTime.parse(from);
            return () -> time;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    command.commandLine(),
                    "--from is '" + from + "'; use ISO 8601 as in 2026-03-01T00:00:00Z, epoch milliseconds, or now",
                    e);
        }
    }

    /** A deployment a moment ahead: when the command ends, it counts. */
    private static void awaitClock(long from) throws InterruptedException {
        long ahead = from - System.currentTimeMillis();
        if (ahead > 0 && ahead < 5_000) {
            Thread.sleep(ahead);
        }
    }
}
