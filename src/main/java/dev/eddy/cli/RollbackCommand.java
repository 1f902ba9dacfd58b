package dev.eddy.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eddy rollback}. */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description = {
            "Returns to the model of the deployment before: a new deployment of it, from right behind the newest event on.",
            "",
            "Each sequence moves at its next event. It goes on from the state the model had when it was replaced, where the"
                    + " sequence still keeps it: for eddy.rollback.ms of event time since then (--keep of the"
                    + " deployment). Otherwise it begins at zero state. One that was still warming up for the model that goes"
                    + " loses nothing. A challenger is dropped. As with 'eddy deploy', every instance must have the model"
                    + " first. Rolling back again takes the rollback back.",
            "",
            "Examples:",
            "  eddy rollback --dry-run        what it would return to, and until when states are kept",
            "  eddy rollback --now            from the next event on, without the second of lead",
            "  eddy rollback --to 3           to the model of deployment 3; 'eddy status' lists them",
            "  eddy rollback --model-name pump   of the deployments of pump, where events name their models",
            ""
        })
final class RollbackCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config;

    @Mixin
    private RolloutOptions rollout;

    @Option(
            names = "--to",
            paramLabel = "GENERATION",
            description = "The deployment whose model is to answer again. Default: the newest with another model.")
    private Integer generation;

    @Override
    public Integer call() throws InterruptedException {
        return rollout.run(config.read(), null, (planner, deployer) -> planner.rollback(generation, rollout.keepMs()));
    }
}
