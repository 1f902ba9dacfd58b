package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelStatus;
import dev.eddy.schema.Verdict;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Waits for what the running instances say of a model or a deployment. */
public final class Verdicts {
    private static final long PERIOD_MS = 200;

    private final InstanceReports reports;
    private final Duration timeout;

    public Verdicts(InstanceReports reports, Duration timeout) {
        this.reports = reports;
        this.timeout = timeout;
    }

    /**
     * Waits until every running instance has taken a model.
     *
     * @param progress is told how many instances have answered, of how many
     * @return the instances that are READY
     * @throws OperationFailedException if one rejects the model, or does not answer in time
     */
    public List<InstanceStatus> awaitReady(ModelId model, BiConsumer<Integer, Integer> progress)
            throws InterruptedException {
        return awaitReady(model, 0, progress);
    }

    /** As {@link #awaitReady(ModelId, BiConsumer)}; what was said before it was published at this time does not count. */
    public List<InstanceStatus> awaitReady(ModelId model, long publishedAt, BiConsumer<Integer, Integer> progress)
            throws InterruptedException {
        return await(
                report -> {
                    Optional<ModelStatus> status =
                            of(report, model).filter(s -> s.getPublishedAt() == 0 || s.getPublishedAt() >= publishedAt);
                    refuseRejected(report, model, status);
                    return status.isPresent() && status.get().getVerdict() == Verdict.READY;
                },
                "has not said READY for " + model,
                progress);
    }

    /**
     * Waits until every running instance has a model in memory that was asked for.
     *
     * @param requestedAt what {@link ModelDeployer#prepare} gave; what instances said before they heard of it does not count
     * @param progress    is told how many instances have answered, of how many
     * @return the instances that have it
     * @throws OperationFailedException if one rejects the model, or does not answer in time
     */
    public List<InstanceStatus> awaitLoaded(ModelId model, long requestedAt, BiConsumer<Integer, Integer> progress)
            throws InterruptedException {
        return await(
                report -> {
                    Optional<ModelStatus> status = of(report, model);
                    if (report.getPrepared() >= 0 && report.getPrepared() < requestedAt) {
                        return false;
                    }
                    refuseRejected(report, model, status);
                    return status.isPresent()
                            && status.get().getVerdict() == Verdict.READY
                            && status.get().getLoaded();
                },
                "has not said that " + model + " is READY and loaded",
                progress);
    }

    private static void refuseRejected(InstanceStatus report, ModelId model, Optional<ModelStatus> status) {
        status.filter(s -> s.getVerdict() == Verdict.REJECTED).ifPresent(s -> {
            throw new OperationFailedException(
                    "instance " + report.getInstance() + " rejects " + model + ": " + s.getReason());
        });
    }

    /** Waits until every running instance knows a deployment. */
    public List<InstanceStatus> awaitGeneration(int generation, BiConsumer<Integer, Integer> progress)
            throws InterruptedException {
        return await(
                report -> report.getGeneration() >= generation, "does not know deployment " + generation, progress);
    }

    /** What an instance says of a model. */
    public static Optional<ModelStatus> of(InstanceStatus report, ModelId model) {
        return report.getModels().stream()
                .filter(status -> status.getName().equals(model.name())
                        && status.getVersion().equals(model.version())
                        && Arrays.equals(
                                status.getFingerprint().bytes(),
                                model.fingerprint().bytes()))
                .findFirst();
    }

    private List<InstanceStatus> await(
            Predicate<InstanceStatus> answered, String lacking, BiConsumer<Integer, Integer> progress)
            throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<InstanceStatus> live = reports.live();
            List<InstanceStatus> silent =
                    live.stream().filter(answered.negate()).toList();
            progress.accept(live.size() - silent.size(), live.size());
            if (silent.isEmpty()) {
                return live;
            }
            if (System.nanoTime() > end) {
                throw new OperationFailedException("instance " + silent.get(0).getInstance() + " " + lacking
                        + " within " + timeout.toSeconds() + " s; look at its log and at 'eddy status'");
            }
            Thread.sleep(PERIOD_MS);
        }
    }
}
