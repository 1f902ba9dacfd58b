package dev.eddy.cli;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.Terminal;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelDeployer.StartTime;
import dev.eddy.app.rollout.Proposal;
import dev.eddy.app.rollout.RolloutPlanner;
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
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What commands that write a deployment have in common: when it counts, and that instances are ready for it. */
final class RolloutOptions {
    /** Where the right labels of events come from, in pipelines that are told them. */
    private static final String LABELS_TOPIC = "eddy.topics.labels";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--model-name",
            paramLabel = "NAME",
            description =
                    "Where events name their models (eddy.model.selector): the name whose deployments it is about."
                            + " Default: that of the model that the command names.")
    private String modelName;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Event time: ISO 8601 in UTC, epoch milliseconds, or now. Default: now, which is right behind the"
                            + " newest event of the input topic, and one second later where events flow at this moment, so that"
                            + " every instance knows it in time; all times for the first deployment.")
    private String from;

    @Option(
            names = "--now",
            description =
                    "Without that second: for every event that comes from here on. Events that instances score"
                            + " before they hear of it are still the old model's; a replay would give those few to the new one.")
    private boolean atOnce;

    @Option(
            names = "--keep",
            paramLabel = "MS|DURATION",
            converter = Millis.class,
            description = "How long, in event time, sequences keep the state that is replaced, for a rollback:"
                    + " milliseconds, or 90s, 30m, 12h, 7d; 0 for not at all. Default: eddy.rollback.ms, 1h.")
    private Long keepMs;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for the instances. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--force", description = "Goes on even if an instance rejects a model or stays silent.")
    private boolean force;

    @Option(names = "--dry-run", description = "Only says what would be done.")
    private boolean dryRun;

    /** What a command wants. */
    interface Plan {
        Proposal make(RolloutPlanner planner, ModelDeployer deployer);
    }

    /** For how long replaced states are kept, milliseconds; null for the default. */
    Long keepMs() {
        return keepMs;
    }

    /**
     * Plans, prepares, deploys and waits until the instances know; says all of it.
     *
     * @param named name of the model that the command names; null if it names none
     */
    int run(EddyConfig settings, String named, Plan plan) throws InterruptedException {
        StartTime given = startTime();
        String name = name(settings, named);
        Topics.ensure(settings, TopicRole.INPUT, TopicRole.CONTROL, TopicRole.STATUS);
        try (ModelDeployer deployer = new ModelDeployer(settings, name);
                InstanceReports reports = new InstanceReports(settings)) {
            RolloutPlanner planner = new RolloutPlanner(
                    deployer.history(), deployer::load, isLabelled(settings), settings.getLong(EddyConfig.ROLLBACK));
            Proposal proposal = plan.make(planner, deployer);
            deployer.requireName(proposal);
            deployer.requirePublished(proposal.models());
            StartTime start = given != null ? given : atOnce ? deployer::atOnce : deployer::now;
            if (dryRun) {
                int generation = deployer.newestGeneration() + 1;
                tell("would be ", settings, proposal.deployment(generation, start.get(), 0), proposal);
                out().println("nothing was deployed: this is a dry run");
            } else {
                deploy(settings, deployer, new Verdicts(reports, Duration.ofSeconds(seconds)), proposal, start);
            }
        }
        out().flush();
        return 0;
    }

    private void deploy(
            EddyConfig settings, ModelDeployer deployer, Verdicts verdicts, Proposal proposal, StartTime start)
            throws InterruptedException {
        Set<String> ready = awaitLoaded(deployer, verdicts, proposal);
        Deployment deployment = deployer.deploy(proposal, start);
        tell("", settings, deployment, proposal);
        ready.forEach(instance -> out().println("  ready on " + instance));
        out().flush();
        List<InstanceStatus> known = verdicts.awaitGeneration(deployment.generation(), this::show);
        known.forEach(report -> out().println("  known to " + report.getInstance()));
        if (ready.isEmpty() && known.isEmpty()) {
            out().println("  no instance is running; it counts when one starts");
        }
        awaitClock(deployment.from());
    }

    private Set<String> awaitLoaded(ModelDeployer deployer, Verdicts verdicts, Proposal proposal)
            throws InterruptedException {
        Set<String> ready = new TreeSet<>();
        long requestedAt = deployer.prepare(proposal.models());
        for (ModelId model : proposal.models()) {
            try {
                verdicts.awaitLoaded(model, requestedAt, this::show).forEach(report -> ready.add(report.getInstance()));
            } catch (OperationFailedException e) {
                if (!force) {
                    throw new OperationFailedException(
                            "not deployed: " + e.getMessage() + "; --force deploys nevertheless", e);
                }
                command.commandLine().getErr().println("warning: deployed with --force although " + e.getMessage());
                return Set.of();
            }
        }
        return ready;
    }

    private void tell(String mood, EddyConfig settings, Deployment deployment, Proposal proposal) {
        out().println(mood + "deployment " + deployment.generation() + " of pipeline " + settings.pipeline() + ": "
                + deployment.model() + " from event time " + EventTime.text(deployment.from()) + " on"
                + (deployment.reason().isEmpty() ? "" : ", " + deployment.reason()));
        proposal.notes().forEach(note -> out().println("  " + note));
    }

    private void show(int answered, int all) {
        if (Terminal.isWatched() && answered < all) {
            PrintWriter err = command.commandLine().getErr();
            err.print("\r\u001B[K" + answered + " of " + all + " instances");
            err.flush();
        }
    }

    private static boolean isLabelled(EddyConfig settings) {
        return EddyConfig.DEFINITIONS.names().contains(LABELS_TOPIC)
                && settings.values().get(LABELS_TOPIC) != null;
    }

    /** The model name whose deployments it is about; null where events name no models. */
    private String name(EddyConfig settings, String named) {
        if (!settings.selectsModels()) {
            if (modelName != null) {
                throw usage("--model-name needs " + EddyConfig.MODEL_SELECTOR + " in the settings");
            }
            return null;
        }
        if (modelName == null && named == null) {
            throw usage("each model name has deployments of its own; name one with --model-name");
        }
        return modelName == null ? named : modelName;
    }

    /** The time that is named; null for now. */
    private StartTime startTime() {
        if (atOnce && from != null) {
            throw usage("--now and --from exclude each other; name one of them");
        } else if (from == null || from.equals("now")) {
            return null;
        }
        try {
            long time = EventTime.parse(from);
            return () -> time;
        } catch (IllegalArgumentException e) {
            throw usage(
                    "--from is '" + from + "'; use ISO 8601 as in 2026-03-01T00:00:00Z, epoch milliseconds, or now");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** A deployment a moment ahead: when the command ends, it counts. */
    private static void awaitClock(long from) throws InterruptedException {
        long ahead = from - System.currentTimeMillis();
        if (ahead > 0 && ahead < 5_000) {
            Thread.sleep(ahead);
        }
    }
}
