package dev.eddy.catalogue;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.EventTime;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import dev.eddy.schema.ModelManifest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models and deployments of a pipeline, as the control topic tells them. Shared by the threads of an instance: control
 * records come from one, models are compiled on a thread of its own, and stream threads read an immutable snapshot.
 *
 * <p>Nothing a control record holds makes it fail: what cannot be used is rejected with a reason, and what was in force goes
 * on.
 */
public final class Catalogue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);

    private final String pipeline;
    private final Assembly assembly;
    private final ExecutorService loader = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "eddy-model-loader");
        thread.setDaemon(true);
        return thread;
    });
    private final List<CatalogueListener> listeners = new CopyOnWriteArrayList<>();

    private final Map<String, ModelVersion> versions = new TreeMap<>(); // by name@version
    private final Map<String, ModelManifest> manifests = new HashMap<>(); // last one taken, by name@version
    private final Map<String, ModelManifest> incomplete = new HashMap<>(); // lacking a chunk, by name@version
    private DeploymentHistory history = DeploymentHistory.EMPTY;
    private int loading;

    private volatile LiveDeployments live = LiveDeployments.NONE;

    /**
     * An empty catalogue.
     *
     * @param pipeline      whose deployments count
     * @param maxModelBytes largest model file accepted
     */
    public Catalogue(String pipeline, long maxModelBytes) {
        this.pipeline = pipeline;
        this.assembly = new Assembly(maxModelBytes);
    }

    /** Is told of every change, on the thread that made it. */
    public void addListener(CatalogueListener listener) {
        listeners.add(listener);
    }

    /** What can score now. */
    public LiveDeployments live() {
        return live;
    }

    /** Every published version and what this instance says of it. */
    public synchronized List<ModelVersion> versions() {
        return List.copyOf(versions.values());
    }

    /** The deployments, whether their models are loaded or not. */
    public synchronized DeploymentHistory history() {
        return history;
    }

    /**
     * Takes a control record in; again is the same as once.
     *
     * @param key     key of the record
     * @param value   its value; null removes what the key names
     * @param records the control topic: the newest value of a key, or null
     */
    public void accept(String key, byte[] value, Function<String, byte[]> records) {
        try {
            String[] parts = key.split("/", -1);
            switch (parts[0]) {
                case ControlRecords.MANIFEST -> acceptManifest(parts, value, records);
                case ControlRecords.CHUNK -> acceptChunk(parts, value, records);
                case ControlRecords.DEPLOYMENT -> acceptDeployments(key, value);
                default -> LOG.warn("control record with unknown key '{}' ignored", key);
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Memory: garbage may claim a length that no heap has.
            LOG.warn("control record '{}' ignored: {}", key, e.getMessage());
        }
    }

    /** Waits until nothing is loading; says whether that was reached in time. */
    public synchronized boolean awaitLoaded(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (loading > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private void acceptManifest(String[] parts, byte[] value, Function<String, byte[]> records) throws IOException {
        if (value == null) {
            return; // A version in use stays until the instance stops.
        }
        ModelManifest manifest = ControlRecords.manifest(value);
        if (parts.length != 3
                || !manifest.getName().equals(parts[1])
                || !manifest.getVersion().equals(parts[2])) {
            throw new IOException("its manifest names " + manifest.getName() + "@" + manifest.getVersion());
        }
        load(manifest, records);
    }

    private void acceptChunk(String[] parts, byte[] value, Function<String, byte[]> records) {
        ModelManifest waiting;
        synchronized (this) {
            waiting = parts.length == 4 && value != null ? incomplete.remove(parts[1] + "@" + parts[2]) : null;
            if (waiting != null) {
                manifests.remove(parts[1] + "@" + parts[2]);
            }
        }
        if (waiting != null) {
            load(waiting, records);
        }
    }

    private void load(ModelManifest manifest, Function<String, byte[]> records) {
        Fingerprint fingerprint = Fingerprint.ofHash(manifest.getFingerprint().bytes());
        ModelId id = new ModelId(manifest.getName(), manifest.getVersion(), fingerprint);
        synchronized (this) {
            if (manifest.equals(manifests.put(id.label(), manifest))) {
                return;
            }
            ModelVersion known = versions.get(id.label());
            if (known != null && known.verdict() != ModelVersion.Verdict.REJECTED) {
                if (!known.id().equals(id)) {
                    LOG.warn("{} is published again as {}; a version never changes, the first goes on", known.id(), id);
                }
                return;
            }
            versions.put(id.label(), ModelVersion.loading(id));
            loading++;
        }
        loader.execute(() -> finish(id, manifest, () -> compile(id, assembly.assemble(manifest, records))));
    }

    private static LiveModel compile(ModelId id, byte[] bytes) {
        ModelFile file = ModelFile.read(bytes);
        if (!file.id().equals(id)) {
            throw new InvalidModelException(
                    "the file is " + file.id() + ", not " + id + "; publish model files as 'eddy import' wrote them");
        }
        return LiveModel.compile(id, file.spec(), file);
    }

    private void finish(ModelId id, ModelManifest manifest, java.util.function.Supplier<LiveModel> work) {
        ModelVersion outcome;
        boolean waits = false;
        try {
            outcome = ModelVersion.ready(work.get());
        } catch (Assembly.ChunkMissingException e) {
            outcome = ModelVersion.rejected(id, e.getMessage());
            waits = true;
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            outcome = ModelVersion.rejected(id, reason(e));
        }
        synchronized (this) {
            versions.put(id.label(), outcome);
            if (waits) {
                incomplete.put(id.label(), manifest);
            }
            loading--;
            refresh();
            notifyAll();
        }
        report(outcome);
    }

    private static String reason(Throwable e) {
        return e instanceof InvalidModelException ? e.getMessage() : e.toString();
    }

    private void report(ModelVersion version) {
        if (version.verdict() == ModelVersion.Verdict.READY) {
            String engine = version.model().network().engine();
            LOG.info("model {} is READY{}", version.id(), engine == null ? "" : " on " + engine);
        } else {
            LOG.warn("model {} is REJECTED: {}", version.id(), version.reason());
        }
        listeners.forEach(listener -> listener.onVersion(version));
    }

    private void acceptDeployments(String key, byte[] value) throws IOException {
        if (!key.equals(ControlRecords.deploymentKey(pipeline)) || value == null) {
            return;
        }
        DeploymentHistory newer = ControlRecords.deployments(value);
        synchronized (this) {
            if (newer.newestGeneration() <= history.newestGeneration()) {
                return;
            }
            history = newer;
            refresh();
        }
        Deployment newest = newer.deployments().get(newer.deployments().size() - 1);
        LOG.info(
                "deployment {} of pipeline {}: {} from event time {} on, transition {}, challenger {}",
                newest.generation(),
                pipeline,
                newest.model(),
                EventTime.text(newest.from()),
                newest.transition(),
                newest.challenger() == null ? "none" : newest.challenger().model());
        listeners.forEach(listener -> listener.onDeployment(newest));
    }

    /** Makes the snapshot of what can score; called with the lock held. */
    private void refresh() {
        List<LiveDeployment> ready = new ArrayList<>();
        LiveModel before = null;
        for (Deployment deployment : history.deployments()) {
            LiveModel model = loaded(deployment.model());
            if (model != null && carries(deployment, before, model)) {
                Challenger challenger = deployment.challenger();
                ready.add(
                        new LiveDeployment(deployment, model, challenger == null ? null : loaded(challenger.model())));
                before = model;
            }
        }
        live = new LiveDeployments(ready);
    }

    private LiveModel loaded(ModelId id) {
        ModelVersion version = versions.get(id.label());
        return version != null && version.id().equals(id) ? version.model() : null;
    }

    /** A state is never fed to a model that does not say it can take it, whatever a control record asks for. */
    private static boolean carries(Deployment deployment, LiveModel before, LiveModel model) {
        if (deployment.transition().kind() != Transition.Kind.CARRY
                || before == null
                || before.id().equals(model.id())) {
            return true;
        }
        String refusal = model.refusalToCarry(before);
        if (refusal != null) {
            LOG.error(
                    "deployment {} is not in force here: {} cannot carry on the states of {}: {}",
                    deployment.generation(),
                    model.id(),
                    before.id(),
                    refusal);
        }
        return refusal == null;
    }

    @Override
    public void close() {
        loader.shutdownNow();
    }
}
