package dev.eddy.cli;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.Proposal;
import dev.eddy.app.rollout.RolloutPlanner;
import dev.eddy.app.rollout.RolloutPlanner.ChallengerWish;
import dev.eddy.app.rollout.RolloutPlanner.Wish;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.PromotionRule;
import dev.eddy.catalogue.Transition;
import dev.eddy.config.EddyConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code eddy deploy}. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a published model the one that scores, the champion, from an event time on; or lets another one, a"
                    + " challenger, run beside it.",
            "",
            "First every running instance is asked to load the models, and must say that they are READY and in memory; one"
                    + " that rejects a model or stays silent stops the deployment, unless --force is given: then instances"
                    + " that do not have it go on with the older deployment until they do. Of two deployments at the same"
                    + " moment one is made, the other fails.",
            "",
            "Each sequence then moves at its next event at or after that time. Late events never take a sequence back."
                    + " What becomes of its state is the transition:",
            "  carry   the new model goes on from it; its file must name the old model in 'stateOf'",
            "  warm:N  the old model answers until the new one, from zero, has seen N events of the sequence",
            "  reset   the new model begins at zero and answers at once",
            "Without --transition it is carry where that is allowed, else warm where both models answer each event at once,"
                    + " else reset; the command says which and why.",
            "",
            "A challenger sees the events of a share of the sequences, always the same ones. In shadow it is only measured; as"
                    + " a canary it answers for them. A deployment has the challenger that it names, or none.",
            "",
            "Where events name their models (eddy.model.selector), each name has deployments of its own, and the name of"
                    + " the model says which. The first one of a name is in force for all event times only while no"
                    + " event has been read.",
            "",
            "Examples:",
            "  eddy deploy pump@2                                        the best transition for the two models",
            "  eddy deploy pump@2 --transition warm:200 --keep 12h --dry-run",
            "  eddy deploy pump@2 --from 2026-03-01T00:00:00Z",
            "  eddy deploy --challenger pump@3 --share 0.1               in shadow, beside the champion",
            "  eddy deploy --challenger pump@3 --share 0.1 --canary --promote-if 'mae < 0.95 * champion over 100000'",
            "  eddy deploy --no-challenger",
            "  eddy rollback                                             back to the model before",
            ""
        })
final class DeployCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private ConfigOption config;

    @Mixin
    private RolloutOptions rollout;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME@VERSION",
            converter = ModelName.Converter.class,
            description =
                    "The model that is to answer. Default, with --challenger or --no-challenger: the one that does.")
    private ModelName model;

    @Option(
            names = "--transition",
            paramLabel = "reset|carry|warm[:N]",
            converter = TransitionName.Converter.class,
            description =
                    "What becomes of the states of sequences. N: events, by default as many as the model file says"
                            + " (warmUp), else 50.")
    private TransitionName transition;

    @Option(
            names = "--challenger",
            paramLabel = "NAME@VERSION",
            converter = ModelName.Converter.class,
            description = "A model that runs beside the champion.")
    private ModelName challenger;

    @Option(names = "--no-challenger", description = "Drops the challenger; the champion stays.")
    private boolean noChallenger;

    @Option(
            names = "--share",
            paramLabel = "SHARE",
            description = "Of all sequences, by the hash of their keys: above 0, up to 1. Default: 0.1.")
    private Double share;

    @Option(names = "--canary", description = "The challenger answers for its share. Default: it is only measured.")
    private boolean canary;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description =
                    "Events of a sequence that had begun which a canary sees before it answers. Default: as many as its"
                            + " model file says (warmUp), else 50.")
    private Integer warmUp;

    @Option(
            names = "--promote-if",
            paramLabel = "RULE",
            converter = Rule.class,
            description =
                    "The challenger becomes champion if its error is that much lower on the events on which both were"
                            + " measured, else it is dropped: 'mae < 0.95 * champion over 100000'. Errors: mae, mse, nll of"
                            + " predictors, nll of language models, error and nll of taggers that are told the right labels.")
    private PromotionRule rule;

    @Override
    public Integer call() throws InterruptedException {
        check();
        EddyConfig settings = config.read();
        return rollout.run(settings, name(), this::plan);
    }

    /** The model name that the command itself says; null if it says none. */
    private String name() {
        if (model != null) {
            return model.name();
        }
        return challenger == null ? null : challenger.name();
    }

    private void check() {
        if (model == null && challenger == null && !noChallenger) {
            throw usage("name the model to deploy as NAME@VERSION, or a --challenger");
        } else if (challenger != null && noChallenger) {
            throw usage("--challenger and --no-challenger exclude each other; name one of them");
        } else if (challenger == null && (share != null || canary || warmUp != null || rule != null)) {
            throw usage("--share, --canary, --warm-up and --promote-if are a challenger's; name one with --challenger");
        } else if (model == null && transition != null) {
            throw usage("--transition is how sequences come to a new model; name that as NAME@VERSION");
        } else if (share != null && !(share > 0 && share <= 1)) {
            throw usage("--share must be above 0 and up to 1, not " + share);
        } else if (warmUp != null && (warmUp < 0 || warmUp > Transition.MAX_WARM_UP)) {
            throw usage("--warm-up must be 0 to " + Transition.MAX_WARM_UP + ", not " + warmUp);
        }
    }

    private Proposal plan(RolloutPlanner planner, ModelDeployer deployer) {
        List<Deployment> before = deployer.history().deployments();
        if (model == null
                && noChallenger
                && (before.isEmpty() || before.get(before.size() - 1).challenger() == null)) {
            throw new OperationFailedException("there is no challenger to drop; 'eddy status' shows what runs");
        }
        return planner.plan(new Wish(
                model == null ? null : deployer.find(model.name(), model.version()),
                transition == null ? null : transition.kind(),
                transition == null ? null : transition.warmUp(),
                challenger == null
                        ? null
                        : new ChallengerWish(
                                deployer.find(challenger.name(), challenger.version()),
                                share == null ? 0.1 : share,
                                canary,
                                warmUp,
                                rule),
                rollout.keepMs()));
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    /** A rule as an argument. */
    static final class Rule implements ITypeConverter<PromotionRule> {
        @Override
        public PromotionRule convert(String text) {
            try {
                return PromotionRule.parse(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("a number of the rule '" + text + "' is too large");
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
