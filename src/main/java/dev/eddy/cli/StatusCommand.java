package dev.eddy.cli;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.Terminal;
import dev.eddy.app.rollout.PipelineObserver;
import dev.eddy.app.rollout.PipelineStatus;
import dev.eddy.app.rollout.StatusJson;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.config.EddyConfig;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a pipeline runs: the champion and its challenger, until when a rollback finds states, which model"
                    + " answers how many sequences, how well models do, how many events wait; its deployments; its"
                    + " instances, and what each says of every model.",
            "",
            "With --json it is one object on one line, whose names stay. Times are epoch milliseconds, null for the"
                    + " beginning of all times:",
            "  pipeline, applicationId, time",
            "  deployment   the newest: generation, model {name, version, fingerprint}, from, decidedAt, transition (reset,"
                    + " carry, warm, restore), warmUp, keepMs, challenger {name, version, fingerprint, share, mode (shadow,"
                    + " canary), warmUp, rule}, reason",
            "  rollback     model, keepMs, statesKeptUntil (event time until which no sequence has lost its state); null"
                    + " where there is nothing to return to",
            "  history      all deployments, oldest first",
            "  models       only where events name their models: name, deployment, rollback of each name; the two above are"
                    + " null then",
            "  sequences    name, version, fingerprint, count, share; of the instances that run",
            "  measured     generation, role (champion, challenger, warming, paired_champion, paired_challenger), name,"
                    + " version, fingerprint, events, nllEvents, mae, mse, nll, error",
            "  lag          events, partitions [{topic, partition, committed, end, behind}], unknown (why, if events is null)",
            "  instances    instance, live, state, startedAt, reportedAt, generation, http, models [{name, version,"
                    + " fingerprint, verdict (LOADING, READY, REJECTED), reason, loaded, memoryBytes, signedBy}]",
            "",
            "Examples:",
            "  eddy status -c eddy.properties",
            "  eddy status --watch 5                  again every five seconds, until Ctrl-C",
            "  eddy status --json | jq .lag.events",
            ""
        })
final class StatusCommand implements Callable<Integer> {
    private static final String CLEAR = "\u001B[H\u001B[2J\u001B[3J";

    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Option(names = "--json", description = "One JSON object; with --watch one a line.")
    private boolean json;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            description = "Again and again, every so many seconds. Default, without a number: ${FALLBACK-VALUE}.")
    private Double watch;

    @Override
    public Integer call() {
        if (watch != null && !(watch >= 0.1 && watch <= 86_400)) {
            throw new ParameterException(command.commandLine(), "--watch must be 0.1 to 86400 seconds, not " + watch);
        }
        EddyConfig settings = config.read();
        Topics.ensure(settings, TopicRole.CONTROL, TopicRole.STATUS);
        try (PipelineObserver observer = new PipelineObserver(settings)) {
            if (watch == null) {
                print(observer.look());
            } else {
                watch(observer);
            }
        }
        return 0;
    }

    private void watch(PipelineObserver observer) {
        boolean redraws = !json && Terminal.isWatched();
        try {
            while (true) {
                try {
                    PipelineStatus status = observer.look();
                    if (redraws) {
                        command.commandLine().getOut().print(CLEAR);
                    }
                    print(status);
                } catch (OperationFailedException e) {
                    // The broker may be back the next time.
                    command.commandLine().getErr().println("eddy: " + e.getMessage());
                }
                Thread.sleep(Math.round(watch * 1_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Whoever runs the command in his own program ends it so.
        }
    }

    private void print(PipelineStatus status) {
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(StatusJson.text(status));
        } else {
            StatusText.print(status, out);
        }
        out.flush();
    }
}
