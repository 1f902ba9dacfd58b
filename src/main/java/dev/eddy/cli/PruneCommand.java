package dev.eddy.cli;

import dev.eddy.app.Terminal;
import dev.eddy.app.rollout.ModelPruner;
import dev.eddy.app.rollout.ModelPruner.Plan;
import dev.eddy.app.rollout.ModelPruner.Request;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.EventTime;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy models prune}. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        description = {
            "Removes versions from the control topic, and from the memory of every instance, that no deployment of any"
                    + " pipeline names and nobody is about to deploy.",
            "",
            "A pipeline remembers its newest 64 deployments, and their models stay. With --history it remembers fewer."
                    + " That changes answers: a sequence whose model goes away begins cold, at zero state, at its next"
                    + " event; and a late event from before the oldest deployment that stays has no model any more"
                    + " and goes to the dead letters. The newest deployment and the one before it always stay.",
            "",
            "Example: eddy models prune -c eddy.properties --keep 2 --older-than 30d --history 5 --dry-run",
            ""
        })
final class PruneCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many of the newest versions of each name stay in any case. Default: ${DEFAULT-VALUE}.")
    private int keep;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            defaultValue = "0s",
            converter = Age.class,
            description = "Removes only what was published longer ago: 90s, 30m, 12h, 30d or ISO 8601 as in P30D.")
    private Duration olderThan;

    @Option(
            names = "--history",
            paramLabel = "N",
            description = "How many of the newest deployments of the pipeline stay, at least 2. Default: all.")
    private Integer history;

    @Option(names = "--dry-run", description = "Only says what would be removed.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Removes without asking.")
    private boolean yes;

    @Override
    public Integer call() {
        EddyConfig settings = config.read();
        Request request = request();
        Topics.ensure(settings, TopicRole.CONTROL);
        PrintWriter out = command.commandLine().getOut();
        try (ModelPruner pruner = new ModelPruner(settings)) {
            Plan plan = pruner.plan(request);
            if (plan.isEmpty()) {
                out.println("nothing to remove");
            } else {
                print(plan, out);
                if (dryRun) {
                    out.println("nothing was removed: this is a dry run");
                } else if (agreed(out)) {
                    pruner.prune(request, plan);
                    out.println("done");
                }
            }
        }
        out.flush();
        return 0;
    }

    private Request request() {
        if (keep < 0) {
            throw usage("--keep must be 0 or more, not " + keep);
        }
        if (history != null && history < 2) {
            throw usage("--history must be 2 or more, not " + history
                    + ": the newest deployment and the one before it always stay");
        }
        return new Request(keep, olderThan.toMillis(), history == null ? Integer.MAX_VALUE : history);
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private boolean agreed(PrintWriter out) {
        if (yes) {
            return true;
        }
        if (!Terminal.isWatched()) {
            throw new CommandFailedException("nothing was removed; say --yes to remove without being asked");
        }
        out.flush();
        String answer = System.console().readLine("remove this? [y/N] ");
        if (answer != null && answer.strip().equalsIgnoreCase("y")) {
            return true;
        }
        out.println("nothing was removed");
        return false;
    }

    private static void print(Plan plan, PrintWriter out) {
        plan.models().forEach(model -> out.println("model " + model.id() + ", " + ModelsCommand.file(model)));
        plan.before().forEach((key, before) -> print(before, plan.history().get(key), out));
    }

    private static void print(DeploymentHistory before, DeploymentHistory history, PrintWriter out) {
        List<Deployment> all = before.deployments();
        List<Deployment> kept = history.deployments();
        List<Deployment> gone = all.subList(0, all.size() - kept.size());
        gone.forEach(deployment -> out.println("deployment " + deployment.generation() + ": " + deployment.model()
                + " from event time " + EventTime.text(deployment.from())));
        if (!gone.isEmpty()) {
            long oldest = kept.stream().mapToLong(Deployment::from).min().orElse(Deployment.BEGINNING);
            out.println("  sequences that still are on a model that goes away begin cold at their next event"
                    + (oldest == Deployment.BEGINNING
                            ? ""
                            : ";\n  events from before " + EventTime.text(oldest)
                                    + " that come late have no model and go to the dead letters"));
        }
    }

    /** A length of time. */
    static final class Age implements picocli.CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            String iso = text.matches("\\d+d") ? "P" + text : text.matches("\\d+[smh]") ? "PT" + text : text;
            try {
                Duration age = Duration.parse(iso);
                if (!age.isNegative()) {
                    return age;
                }
            } catch (java.time.format.DateTimeParseException e) {
                throw wrong(text);
            }
            throw wrong(text);
        }

        private static picocli.CommandLine.TypeConversionException wrong(String text) {
            return new picocli.CommandLine.TypeConversionException(
                    "'" + text + "' is not a length of time such as 90s, 30m, 12h or 30d");
        }
    }
}
