package dev.eddy.app.rollout;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.Verdict;
import dev.eddy.telemetry.Telemetry;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the rule of the newest deployment, of each model name where events name their models: of the running instances the one with the smallest name adds up what all
 * measured, and once that is enough, writes the deployment that follows. It decides on a thread of its own. Should two
 * instances decide at the same moment, or a person deploy, the first one counts and the others are void: a decision is for the
 * deployment it was made about and for no other. Everybody else, replays among them, just follows the record.
 */
public final class Promoter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Promoter.class);
    private static final long CLOSE_SECONDS = 5;

    private final EddyConfig config;
    private final Catalogue catalogue;
    private final Telemetry telemetry;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "eddy-promotion");
        thread.setDaemon(true);
        return thread;
    });
    private InstanceReports reports; // null: not needed at the moment
    private final Set<Integer> settled = new HashSet<>(); // generations this instance has decided about
    private final Set<Integer> waiting = new HashSet<>(); // generations whose challengers are not ready everywhere

    public Promoter(EddyConfig config, Catalogue catalogue, Telemetry telemetry) {
        this.config = config;
        this.catalogue = catalogue;
        this.telemetry = telemetry;
    }

    /** Begins to look, as often as instances report. */
    public void start() {
        long interval = config.getLong(EddyConfig.STATUS_INTERVAL);
        executor.scheduleWithFixedDelay(this::lookSafely, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void lookSafely() {
        try {
            look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the rule of the newest deployment cannot be followed at the moment: {}", e.getMessage());
        }
    }

    private void look() throws InterruptedException {
        List<Deployment> open = catalogue.histories().values().stream()
                .flatMap(history -> history.newest(1).deployments().stream())
                .filter(this::isOpen)
                .toList();
        if (open.isEmpty()) {
            rest();
            return;
        }
        if (reports == null) {
            reports = new InstanceReports(config);
        }
        List<InstanceStatus> live = reports.live();
        if (!isFirst(live)) {
            return;
        }
        for (Deployment deployment : open) {
            PromotionDecision decision = PromotionDecision.of(deployment, live);
            if (decision != null && (!decision.promotes() || isReady(deployment, live))) {
                decide(decision);
            }
        }
    }

    /** Whether a deployment has a rule that this instance has not decided about. */
    private boolean isOpen(Deployment deployment) {
        return deployment.challenger() != null
                && deployment.challenger().rule() != null
                && !settled.contains(deployment.generation());
    }

    private boolean isFirst(List<InstanceStatus> live) {
        return live.stream()
                .map(InstanceStatus::getInstance)
                .min(Comparator.naturalOrder())
                .filter(config.instanceId()::equals)
                .isPresent();
    }

    /** Whether every instance has the challenger; one without it would stay with the champion. */
    private boolean isReady(Deployment deployment, List<InstanceStatus> live) {
        ModelId challenger = deployment.challenger().model();
        for (InstanceStatus report : live) {
            if (report.getModels().stream().noneMatch(status -> isReady(status, challenger))) {
                if (waiting.add(deployment.generation())) {
                    LOG.warn(
                            "{} would be promoted, but {} does not have it; see 'eddy status'",
                            challenger,
                            report.getInstance());
                }
                return false;
            }
        }
        return true;
    }

    private static boolean isReady(ModelStatus status, ModelId model) {
        return status.getVerdict() == Verdict.READY
                && status.getLoaded()
                && Arrays.equals(
                        status.getFingerprint().bytes(), model.fingerprint().bytes());
    }

    /** Writes a decision, unless the deployments have changed. */
    void decide(PromotionDecision decision) throws InterruptedException {
        ModelId challenger = decision.basis().challenger().model();
        try (ModelDeployer deployer =
                new ModelDeployer(config, decision.basis().model().name())) {
            Deployment written = deployer.follow(decision);
            settled.add(decision.basis().generation());
            telemetry.countPromotion(decision.promotes() ? Telemetry.Promotion.PROMOTED : Telemetry.Promotion.DROPPED);
            LOG.info(
                    "deployment {}: challenger {} {}; in force from event time {}",
                    written.generation(),
                    challenger,
                    decision.reason(),
                    written.from());
        } catch (RuntimeException e) {
            telemetry.countPromotion(Telemetry.Promotion.FAILED);
            LOG.warn("challenger {} is not {}: {}", challenger, decision.reason(), e.getMessage());
        }
    }

    private void rest() {
        if (reports != null) {
            reports.close();
            reports = null;
        }
    }

    @Override
    public void close() {
        executor.shutdown();
        try {
            if (executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                rest();
            } else {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
